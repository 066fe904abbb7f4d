package import WeirDomain

/// A finished answer in the pieces that a stream would have brought: for callers that asked for a stream and are
/// served from a cache, a template or a queue.
///
/// Pieces are about as long as tokens: a word with the white space before it, and no more than `longest` characters of
/// text that has none. None begins or ends inside a character, be it of several scalars, and all of them together are
/// the answer, byte for byte. Made one at a time; the last one says what the answer took.
package struct ReplyStream: Sequence, Sendable {
  package enum Piece: Sendable, Hashable {
    case text(String)
    case end(TokenUsage)
  }

  /// Characters of a piece.
  static let longest = 16

  private let text: String
  private let usage: TokenUsage

  package init(_ text: String, usage: TokenUsage) {
    self.text = text
    self.usage = usage
  }

  package func makeIterator() -> Iterator { Iterator(rest: text[...], usage: usage) }

  package struct Iterator: IteratorProtocol {
    fileprivate var rest: Substring
    fileprivate var usage: TokenUsage?

    package mutating func next() -> Piece? {
      guard let first = rest.first else {
        defer { usage = nil }
        return usage.map { .end($0) }
      }
      var end = rest.startIndex
      var isWord = !first.isWhitespace
      for _ in 0..<ReplyStream.longest {
        guard end < rest.endIndex, !(isWord && rest[end].isWhitespace) else { break }
        isWord = isWord || !rest[end].isWhitespace
        rest.formIndex(after: &end)
      }
      defer { rest = rest[end...] }
      return .text(String(rest[..<end]))
    }
  }
}

extension RouteReply {
  /// The answer in pieces; nil where there is none.
  package var stream: ReplyStream? { answer.map { ReplyStream($0, usage: usage) } }
}
