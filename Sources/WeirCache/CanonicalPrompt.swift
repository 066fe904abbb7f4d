package import WeirDomain

/// A conversation in the form that caches key on: differences that cannot change the answer are gone, all others
/// are kept.
///
/// Texts are brought to Unicode NFC. In flowing text every run of white space becomes one space, or one line break
/// if it holds one, and the ends are trimmed. In text whose layout may matter (a fence of three backticks or
/// tildes, or a line that begins with white space) only line ends are unified and the ends of lines trimmed: an
/// indented program is another program when its indentation changes. Symbols and, unless asked for, case are kept.
package struct CanonicalPrompt: Sendable, Hashable {
  package let messages: [ChatMessage]

  package init(_ messages: [ChatMessage], foldingCase: Bool = false) {
    self.messages = messages.map { message in
      let text = CanonicalPrompt.canonical(message.content)
      return ChatMessage(role: message.role, content: foldingCase ? text.lowercased() : text)
    }
  }

  /// The last user turn; empty where there is none.
  package var lastUserTurn: String {
    messages.last { $0.role == .user }?.content ?? ""
  }

  /// Every turn but the last user one: what the last turn's words refer to.
  package var context: [ChatMessage] {
    guard let last = messages.lastIndex(where: { $0.role == .user }) else { return messages }
    var context = messages
    context.remove(at: last)
    return context
  }

  static func canonical(_ text: String) -> String {
    let text = NormalForm.composed(text)
    return hasLayout(text) ? trimmingLines(text) : collapsing(text)
  }

  private static func hasLayout(_ text: String) -> Bool {
    if text.contains("```") || text.contains("~~~") { return true }
    var isLineStart = false
    var isIndented = false
    for scalar in text.unicodeScalars.drop(while: { $0.properties.isWhitespace }) {
      if isBreak(scalar) {
        (isLineStart, isIndented) = (true, false)
      } else if isLineStart, scalar.properties.isWhitespace {
        // White space alone on a line is no indentation: what follows decides.
        isIndented = true
      } else {
        if isIndented { return true }
        isLineStart = false
      }
    }
    return false
  }

  private static func collapsing(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var pending: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      if scalar.properties.isWhitespace {
        pending = isBreak(scalar) || pending == "\n" ? "\n" : " "
      } else {
        if let pending, !result.isEmpty { result.append(pending) }
        pending = nil
        result.append(scalar)
      }
    }
    return String(result)
  }

  private static func trimmingLines(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var pending: [Unicode.Scalar] = []
    var wasReturn = false
    for scalar in text.unicodeScalars.drop(while: { $0.properties.isWhitespace }) {
      defer { wasReturn = scalar == "\r" }
      if isBreak(scalar) {
        if scalar == "\n", wasReturn { continue }
        while let last = pending.last, last != "\n" { pending.removeLast() }
        pending.append("\n")
      } else if scalar.properties.isWhitespace {
        pending.append(scalar)
      } else {
        result.append(contentsOf: pending)
        pending.removeAll(keepingCapacity: true)
        result.append(scalar)
      }
    }
    return String(result)
  }

  private static func isBreak(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": true
    default: false
    }
  }
}
