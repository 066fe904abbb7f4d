import Testing
import WeirTensor

@Suite struct FloatBufferTests {
  @Test func `views share the memory of their buffer`() {
    let buffer = FloatBuffer(count: 10)
    let part = buffer[2..<6]
    part.assign([1, 2, 3, 4])
    part[1..<3].fill(9)
    #expect(buffer.view.array == [0, 0, 1, 9, 9, 4, 0, 0, 0, 0])
    #expect(buffer.view.row(2, width: 2).array == [9, 4])
    buffer[1..<5].assign(buffer[2..<6])
    #expect(buffer.view.array == [0, 1, 9, 9, 4, 4, 0, 0, 0, 0])
  }

  @Test func `a view outside its buffer traps`() async {
    await #expect(processExitsWith: .failure) { _ = FloatBuffer(count: 4)[2..<5] }
    await #expect(processExitsWith: .failure) { FloatBuffer(count: 4).view[4] = 1 }
    await #expect(processExitsWith: .failure) { FloatBuffer(count: 4).view.assign([1, 2, 3]) }
  }

  @Test func `operands that do not fit trap before the kernel runs`() async {
    await #expect(processExitsWith: .failure) {
      Kernels.active.add(FloatBuffer(count: 5).view, to: FloatBuffer(count: 4).view)
    }
    await #expect(processExitsWith: .failure) {
      let matrix = try WeightMatrix(rows: 2, columns: 3, values: [1, 2, 3, 4, 5, 6])
      let activations = Activations(capacity: 3)
      activations.load(FloatBuffer(count: 3).view, tokens: 1, columns: 3)
      matrix.multiply(activations, into: FloatBuffer(count: 1).view)
    }
  }
}
