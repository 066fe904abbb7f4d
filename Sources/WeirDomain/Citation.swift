/// A passage that an answer was given with, by its place.
package struct Citation: Sendable, Hashable {
  /// What the answer calls it: `[1]`.
  package var number: Int
  /// The folder's own name and the path within it.
  package var source: String
  /// Lines of the file, from 1, both included.
  package var firstLine: Int
  package var lastLine: Int
  /// What the passage was ranked by, 0...1.
  package var score: Double
  /// Whether the answer names it.
  package var isNamed: Bool

  package init(number: Int, source: String, firstLine: Int, lastLine: Int, score: Double, isNamed: Bool = false) {
    self.number = number
    self.source = source
    self.firstLine = firstLine
    self.lastLine = lastLine
    self.score = score
    self.isNamed = isNamed
  }

  /// `guides/refunds.md:3-9`
  package var place: String { "\(source):\(firstLine)" + (lastLine > firstLine ? "-\(lastLine)" : "") }

  /// Members of an object, in a fixed order.
  package func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.add("number", number)
    writer.add("source", source)
    writer.add("first_line", firstLine)
    writer.add("last_line", lastLine)
    writer.add("score", score, decimals: 4)
    writer.add("named", isNamed)
    writer.endObject()
  }

  /// A list as one JSON text; nil for none.
  package static func text(of citations: [Citation]) -> String? {
    guard !citations.isEmpty else { return nil }
    var writer = JSONWriter()
    writer.beginArray()
    for citation in citations { citation.write(to: &writer) }
    writer.endArray()
    return writer.text
  }

  /// Reads what `text(of:)` wrote; nil for anything else.
  package static func read(_ text: String) -> [Citation]? {
    guard let values = try? JSONReader.read(Array(text.utf8)), let elements = values.array else { return nil }
    var citations: [Citation] = []
    for element in elements {
      guard let number = element["number"]?.count, let source = element["source"]?.text,
        let first = element["first_line"]?.count, let last = element["last_line"]?.count,
        let score = element["score"]?.number, case .bool(let isNamed)? = element["named"]
      else { return nil }
      citations.append(
        Citation(number: number, source: source, firstLine: first, lastLine: last, score: score, isNamed: isNamed))
    }
    return citations
  }
}
