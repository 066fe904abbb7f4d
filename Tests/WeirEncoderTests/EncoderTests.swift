import Testing
import WeirEncoder
import WeirModelFiles
import WeirTensor

@Suite struct EncoderTests {
  @Test func `vectors agree with a double-precision BERT as far as int8 goes`() throws {
    for seed: UInt64 in 1...6 {
      let tiny = TinyEncoder(seed: seed)
      let encoder = try Encoder(tiny.file())
      for identifiers: [Int32] in [[2, 3], [2, 5, 3], [2, 5, 6, 7, 8, 9, 1, 3], [4]] {
        let found = try encoder.embed(identifiers: identifiers)
        let exact = tiny.embed(identifiers)
        #expect(found.count == TinyEncoder.width)
        let cosine = zip(found, exact).map { Double($0) * $1 }.reduce(0, +)
        #expect(cosine >= 0.999, "seed \(seed), \(identifiers.count) tokens: \(cosine)")
        let length = found.map { Double($0) * Double($0) }.reduce(0, +).squareRoot()
        #expect((length - 1).magnitude < 1e-6)
      }
    }
  }

  @Test func `texts are tokenized, closed and encoded without padding`() throws {
    let encoder = try Encoder(TinyEncoder().file())
    let text = encoder.embed("River weir, fishes!")
    #expect(text.values == (try encoder.embed(identifiers: [2, 5, 6, 1, 7, 8, 9, 3])))
    #expect(text.tokens == 8)
    #expect(!text.isTruncated)
    let empty = encoder.embed("")
    #expect(empty.values == (try encoder.embed(identifiers: [2, 3])))
    #expect(empty.tokens == 2)
  }

  @Test func `texts beyond the window are cut at the end and say so`() throws {
    let encoder = try Encoder(TinyEncoder().file())
    let fitting = encoder.embed("river weir river weir river weir")
    #expect(fitting.tokens == 8 && !fitting.isTruncated)
    let long = encoder.embed("river weir river weir river weir fish")
    #expect(long.tokens == 8 && long.isTruncated)
    #expect(long.values == fitting.values)
    let huge = encoder.embed(String(repeating: "river weir ", count: 5_000))
    #expect(huge.values == fitting.values && huge.isTruncated)
  }

  @Test func `several texts in one call have the bits that each has alone`() throws {
    let encoder = try Encoder(TinyEncoder(seed: 4).file())
    let words = ["river", "weir", "fish", "fishes", "!"]
    var texts: [String] = []
    for index in 0..<60 {
      let count = index * 7 % 11
      let picked: [String] = (0..<count).map { words[($0 * 3 + index) % 5] }
      texts.append(picked.joined(separator: " "))
    }
    for windows in [1, 3] {
      #expect(encoder.embed(texts, windows: windows) == texts.map { encoder.embed($0, windows: windows) })
    }
    #expect(encoder.embed([String]()).isEmpty)
  }

  @Test func `a long text is read in windows whose vectors are averaged by tokens`() throws {
    let encoder = try Encoder(TinyEncoder(seed: 5).file())
    // Eleven words: windows of six that begin five words apart.
    let text = encoder.embed("river weir river weir fish fish river weir ! ! fish", windows: 4)
    let windows: [[Int32]] = [[2, 5, 6, 5, 6, 7, 7, 3], [2, 7, 5, 6, 9, 9, 7, 3]]
    let vectors = try windows.map { try encoder.embed(identifiers: $0) }
    let sums: [Double] = zip(vectors[0], vectors[1]).map { Double($0) * 8 + Double($1) * 8 }
    let squares: [Double] = sums.map { $0 * $0 }
    let length = squares.reduce(0, +).squareRoot()
    for (value, sum) in zip(text.values, sums) { #expect((Double(value) - sum / length).magnitude < 1e-6) }
    #expect(text.tokens == 16 && !text.isTruncated)
    #expect(encoder.embed("river weir", windows: 4) == encoder.embed("river weir"))
    #expect(encoder.embed(String(repeating: "river weir ", count: 5_000), windows: 4).isTruncated)
  }

  @Test func `every instruction set gives the same bits`() throws {
    let file = try TinyEncoder(seed: 9).file()
    let expected = try Encoder(file, kernels: Kernels.available[0]).embed("weir river fish")
    for kernels in Kernels.available {
      #expect(try Encoder(file, kernels: kernels).embed("weir river fish") == expected, "\(kernels.name)")
    }
  }

  @Test func `many threads encode at once`() async throws {
    let encoder = try Encoder(TinyEncoder().file())
    let texts = ["river", "weir fish", "fishes ! fishes ! fishes", "", "river river river river river"]
    let expected = texts.map { encoder.embed($0) }
    await withTaskGroup(of: Bool.self) { group in
      for index in 0..<200 { group.addTask { encoder.embed(texts[index % 5]) == expected[index % 5] } }
      for await isEqual in group { #expect(isEqual) }
    }
  }

  @Test func `the fingerprint is the digest of the file`() throws {
    let file = try TinyEncoder(seed: 1).file()
    #expect(try Encoder(file).fingerprint == file.fingerprint)
    #expect(try Encoder(file).fingerprint != Encoder(TinyEncoder(seed: 2).file()).fingerprint)
  }

  @Test func `token ids are checked`() throws {
    let encoder = try Encoder(TinyEncoder().file())
    #expect(throws: EncoderFailure.tokenCount(found: 0, allowed: 1...8)) { try encoder.embed(identifiers: []) }
    #expect(throws: EncoderFailure.tokenCount(found: 9, allowed: 1...8)) {
      try encoder.embed(identifiers: [Int32](repeating: 5, count: 9))
    }
    for odd: Int32 in [-1, 10, .max, .min] {
      #expect(throws: EncoderFailure.tokenIdentifier(found: Int(odd), vocabulary: 10)) {
        try encoder.embed(identifiers: [2, odd, 3])
      }
    }
  }
}
