internal import WeirDomain

/// The code and type of a provider's error body, and nothing else of it: its message may quote the prompt.
///
/// Only short words of safe characters are kept, so that nothing that a server sends can break a log line.
package struct ProviderErrorCode: Sendable, Hashable {
  package var type: String?
  package var code: String?

  package static let unknown = ProviderErrorCode(type: nil, code: nil)

  package init(type: String?, code: String?) {
    self.type = type.flatMap(Self.safe)
    self.code = code.flatMap(Self.safe)
  }

  /// Reads `{"error": {"type": ..., "code": ...}}` and the flat form without `error`.
  init(body: JSONValue?) {
    let error = body?["error"] ?? body
    self.init(type: error?["type"]?.word, code: error?["code"]?.word)
  }

  private static func safe(_ word: String) -> String? {
    guard (1...64).contains(word.utf8.count) else { return nil }
    let isSafe = word.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
        true
      default: false
      }
    }
    return isSafe ? word : nil
  }
}

extension ProviderErrorCode: CustomStringConvertible {
  /// ` (type, code)` or nothing.
  package var description: String {
    let words = [type, code].compactMap { $0 }
    return words.isEmpty ? "" : " (\(words.joined(separator: ", ")))"
  }
}
