/// Which bytes, pairs and triples of bytes a text has: how it is written, down to its endings and marks.
///
/// Capital letters of ASCII count as small ones; of a longer text the first 4 KiB are read. Every gram falls into one of
/// 4096 buckets; a bucket's value is 1 + log(count), and the vector has unit length. Buckets come in the order in which
/// the text first fills them.
package struct PromptGrams: Sendable, Equatable {
  package static let buckets = 4096
  static let scannedBytes = 4 << 10

  package let places: [UInt16]
  package let values: [Float]

  private static let logarithms = (0..<256).map { $0 == 0 ? 0 : 1 + Float($0).logarithm }

  package init(of text: String) {
    let bytes = text.utf8.span
    var counts = [UInt16](repeating: 0, count: Self.buckets)
    var places: [UInt16] = []
    func add(_ gram: UInt64) {
      let place = Int((gram &* 0x9E37_79B9_7F4A_7C15) >> 52)
      if counts[place] == 0 { places.append(UInt16(place)) }
      counts[place] += 1
    }
    var (last, beforeLast): (UInt64, UInt64) = (0, 0)
    for index in 0..<min(bytes.count, Self.scannedBytes) {
      let byte = bytes[index]
      let gram = UInt64((0x41...0x5A).contains(byte) ? byte | 0x20 : byte)
      // The length of a gram is a part of it.
      add(gram | 1 << 24)
      if index > 0 { add(last | gram << 8 | 2 << 24) }
      if index > 1 { add(beforeLast | last << 8 | gram << 16 | 3 << 24) }
      (beforeLast, last) = (last, gram)
    }
    var square: Float = 0
    var values = places.map { place -> Float in
      let count = Int(counts[Int(place)])
      let value = count < 256 ? Self.logarithms[count] : 1 + Float(count).logarithm
      square += value * value
      return value
    }
    let length = square.squareRoot()
    if length > 0 { for index in values.indices { values[index] /= length } }
    self.places = places
    self.values = values
  }
}

/// A linear score of a text's grams for each output.
package struct GramScores: Sendable, Equatable {
  /// One an output.
  package var bias: [Float]
  /// Output after output, a weight a bucket.
  package var weights: [Float]

  package init(bias: [Float], weights: [Float]) {
    precondition(weights.count == bias.count * PromptGrams.buckets, "Every output has a weight for every bucket.")
    self.bias = bias
    self.weights = weights
  }

  package func scores(_ grams: PromptGrams) -> [Float] {
    bias.indices.map { output in
      var sum = bias[output]
      let start = output * PromptGrams.buckets
      for (index, place) in grams.places.enumerated() { sum += weights[start + Int(place)] * grams.values[index] }
      return sum
    }
  }
}
