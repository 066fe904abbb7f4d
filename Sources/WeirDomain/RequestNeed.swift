/// Something in a request that only a remote model can be given, if any: no local answer may leave it out in silence.
package enum RequestNeed: Sendable, Hashable {
  /// Tools, their calls or their results.
  case tools
  case images, audio, files
  /// Several answers to one request.
  case choices
  /// A field that nobody here knows, by its name.
  case field(String)

  /// For sentences and configuration; short, and printable for fields too.
  package var name: String {
    switch self {
    case .tools: "tools"
    case .images: "images"
    case .audio: "audio"
    case .files: "files"
    case .choices: "n"
    case .field(let name):
      String(name.prefix(40).filter { $0.isASCII && ($0.isLetter || $0.isNumber || "_-.".contains($0)) })
    }
  }

  /// The needs that have a name of their own, which a provider may be said to lack.
  package static let named: [RequestNeed] = [.tools, .images, .audio, .files, .choices]
}

extension RouteRequest {
  /// False where the answer may be more than its text, which is all that a queue keeps of it.
  package var isDeferrable: Bool { needs.isDisjoint(with: [.tools, .choices, .audio]) }

  package var needs: Set<RequestNeed> {
    messages.reduce(into: settings.needs) { needs, message in
      if message.original != nil || message.role == .tool { needs.formUnion(message.needs) }
    }
  }
}
