internal import WeirDomain

/// JSON lines as documents: an object a line with `text`, and `title` or `heading` where it has one.
extension DocumentBlock {
  /// Nil where a line is no such object. Each line is a section of its own; empty lines are passed over.
  static func jsonLines(_ text: String) -> [DocumentBlock]? {
    var blocks: [DocumentBlock] = []
    for (index, line) in lines(of: text).enumerated() where !line.allSatisfy(\.isWhitespace) {
      guard let value = try? JSONReader.read(Array(line.utf8)), let text = value["text"]?.text else { return nil }
      let title = (value["title"] ?? value["heading"])?.text.map { collapsed($0.prefix(200)) } ?? ""
      let body = collapsed(text)
      if body.isEmpty { continue }
      // The line's number keeps neighbours apart, for a chunk never crosses a section.
      blocks.append(
        DocumentBlock(trail: title.isEmpty ? [] : [title], text: body, lines: index + 1...index + 1))
    }
    return blocks
  }
}
