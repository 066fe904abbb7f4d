/// The kinds of files that are read, by the end of their name.
package enum DocumentFormat: String, Sendable, Hashable, CaseIterable {
  case plain, markdown, html, jsonLines

  /// Nil for files that are no documents.
  package init?(path: String) {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return nil }
    switch name[name.index(after: dot)...].lowercased() {
    case "txt", "text": self = .plain
    case "md", "markdown": self = .markdown
    case "html", "htm": self = .html
    case "jsonl", "ndjson": self = .jsonLines
    default: return nil
    }
  }

  /// The blocks of a file's text; nil where the text breaks the format.
  func blocks(of text: String) -> [DocumentBlock]? {
    switch self {
    case .plain: DocumentBlock.plain(text)
    case .markdown: DocumentBlock.markdown(text)
    case .html: DocumentBlock.html(text)
    case .jsonLines: DocumentBlock.jsonLines(text)
    }
  }
}
