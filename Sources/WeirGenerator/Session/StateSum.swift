import WeirTensor

/// Adds up the states behind the tokens of one answer: one vector addition a token.
struct StateSum {
  /// The first state added; empty before.
  private(set) var first: [Float] = []
  private var sum = FloatBuffer(count: 0)
  private var count = 0

  /// `state` [width] of the same width each time.
  mutating func add(_ state: FloatView, kernels: Kernels = .active) {
    if count == 0 {
      first = state.array
      sum = FloatBuffer(first)
    } else {
      kernels.add(state, to: sum.view)
    }
    count += 1
  }

  /// The mean state [width]; empty before the first.
  var mean: [Float] { sum.view.array.map { $0 / Float(count) } }
}
