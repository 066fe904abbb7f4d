import Synchronization
import WeirRetrieval

/// An encoder of tests: a text's vector is its words, each on its own axis by a hash; tokens are words.
final class WordEncoder: Sendable {
  private let calls = Mutex(0)
  let fingerprint: String

  init(fingerprint: String = "words-1") { self.fingerprint = fingerprint }

  /// Texts that were embedded.
  var count: Int { calls.withLock { $0 } }

  static let dimension = 256

  var encoder: ChunkEncoder {
    ChunkEncoder(
      fingerprint: fingerprint, dimension: WordEncoder.dimension, window: 130,
      countTokens: { text in text.split(whereSeparator: \.isWhitespace).count },
      embed: { [self] text in
        calls.withLock { $0 += 1 }
        return WordEncoder.vector(text)
      })
  }

  static func vector(_ text: String) -> [Float] {
    var vector = [Float](repeating: 0, count: dimension)
    for word in text.lowercased().split(whereSeparator: { !$0.isLetter && !$0.isNumber }) {
      let hash = word.utf8.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
      vector[Int(hash % UInt64(dimension))] += 1
    }
    if vector.allSatisfy({ $0 == 0 }) { vector[0] = 1 }
    let length = vector.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
    return vector.map { $0 / length }
  }
}
