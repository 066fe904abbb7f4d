/// A file or folder that is not indexed, and why.
package struct SkippedFile: Sendable, Hashable {
  package enum Reason: String, Sendable, Hashable, CaseIterable {
    case tooLarge = "too_large"
    case notText = "not_text"
    case noText = "no_text"
    case badLines = "bad_lines"
    case link, pipe, permission, tooDeep = "too_deep", unreadableName = "unreadable_name", changed, gone

    package var text: String {
      switch self {
      case .tooLarge: "it has more bytes than documents.max_file_bytes: split it, or raise the limit"
      case .notText: "it is not UTF-8 text: convert it, or give it another ending"
      case .noText: "it holds no text"
      case .badLines: "a line is not a JSON object with a \"text\": mend it"
      case .link: "symbolic links in a folder are not followed: name their target under documents.folders"
      case .pipe: "it is not a regular file"
      case .permission: "no permission to read it: check its owner and mode"
      case .tooDeep: "it lies too many folders deep: name a folder nearer to it under documents.folders"
      case .unreadableName: "a name in it is not UTF-8: rename that file"
      case .changed: "it was written while it was read: what was indexed before stays until the next pass"
      case .gone: "it went away while the folders were read"
      }
    }
  }

  package var path: String
  package var reason: Reason

  package init(path: String, reason: Reason) {
    self.path = path
    self.reason = reason
  }
}
