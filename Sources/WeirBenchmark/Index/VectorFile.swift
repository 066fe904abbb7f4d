internal import WeirFiles
internal import WeirTensor

/// The vectors of a mapped `.fvecs` file: for each the number of its dimensions (Int32) and as many floats,
/// little-endian; all of one length.
package struct VectorFile: Sendable {
  package let dimension: Int
  package let count: Int
  private let region: ByteRegion

  /// `limit` reads only so many from the front.
  package init(path: String, limit: Int = .max) throws {
    region = try ByteRegion(path: path)
    guard region.count >= 4 else { throw BenchmarkFailure.badVectors(file: path, reason: "it ends in a number") }
    let dimension = Int(region.number(at: 0, as: Int32.self))
    guard (1...4096).contains(dimension) else {
      throw BenchmarkFailure.badVectors(file: path, reason: "\(dimension) dimensions, 1 to 4096 allowed")
    }
    let row = 4 * (dimension + 1)
    guard region.count.isMultiple(of: row) else {
      throw BenchmarkFailure.badVectors(
        file: path, reason: "\(region.count) bytes are no whole number of vectors of \(dimension)")
    }
    (self.dimension, count) = (dimension, min(region.count / row, limit))
    for index in stride(from: 0, to: count, by: max(count / 64, 1)) {
      let found = region.number(at: index * row, as: Int32.self)
      guard found == dimension else {
        throw BenchmarkFailure.badVectors(
          file: path, reason: "vector \(index) has \(found) dimensions, the first \(dimension)")
      }
    }
  }

  package func vector(_ index: Int) throws -> [Float] {
    let bytes = try region.slice(at: 4 * (index * (dimension + 1) + 1), count: 4 * dimension)
    return bytes.numbers(UInt32.self, count: dimension).map { Float(bitPattern: $0) }
  }

  /// Copies a vector into a view of as many floats.
  func read(_ index: Int, into view: FloatView) throws {
    try region.slice(at: 4 * (index * (dimension + 1) + 1), count: 4 * dimension).withSpan { view.assign($0) }
  }

  /// All of them: a copy.
  package func vectors() throws -> [[Float]] { try (0..<count).map { try vector($0) } }
}

/// Writes rows of 32-bit numbers, each behind their count, as `.fvecs` and `.ivecs` files have them.
package struct VectorFileWriter {
  private let file: OutputFile
  private var waiting: [UInt8] = []

  /// Replaces what the file holds.
  package init(path: String) throws { file = try OutputFile(appendingTo: path, cutTo: 0) }

  package mutating func append(_ vector: [Float]) throws { try append(words: vector.map(\.bitPattern)) }

  package mutating func append(_ numbers: [Int32]) throws { try append(words: numbers.map { UInt32(bitPattern: $0) }) }

  private mutating func append(words: [UInt32]) throws {
    for word in [UInt32(words.count)] + words {
      for shift in stride(from: 0, to: 32, by: 8) { waiting.append(UInt8(truncatingIfNeeded: word >> UInt32(shift))) }
    }
    if waiting.count > 1 << 20 { try flush() }
  }

  /// Must be called after the last row.
  package mutating func flush() throws {
    _ = try file.write(waiting)
    waiting.removeAll(keepingCapacity: true)
  }
}
