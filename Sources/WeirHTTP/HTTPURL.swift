import CCurl

/// An absolute http or https URL that libcurl itself has parsed, so that nobody reads it differently.
package struct HTTPURL: Sendable, Hashable {
  package let text: String
  package let isSecure: Bool
  package let host: String
  package let port: Int

  /// Refuses other schemes, credentials, spaces and control characters.
  package init(_ text: String) throws(HTTPFailure) {
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { throw .invalidURL(.controlCharacter) }
    var parts = weir_curl_url_parts()
    guard unsafe weir_curl_parse_url(text, &parts) == 1 else { throw .invalidURL(.notAbsolute) }
    let scheme = Self.text(of: parts.scheme)
    guard scheme == "http" || scheme == "https" else { throw .invalidURL(.scheme(scheme)) }
    guard parts.has_credentials == 0 else { throw .invalidURL(.credentials) }
    let host = Self.text(of: parts.host)
    guard !host.isEmpty, parts.port > 0 else { throw .invalidURL(.notAbsolute) }
    self.text = text
    self.isSecure = scheme == "https"
    self.host = host
    self.port = Int(parts.port)
  }

  /// `host:port`, the only part of a URL that failures name.
  package var authority: String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }

  /// This URL with `component` after its path, one slash between them; a query or fragment is refused.
  package func appending(path component: String) throws(HTTPFailure) -> HTTPURL {
    guard !text.utf8.contains(UInt8(ascii: "?")), !text.utf8.contains(UInt8(ascii: "#")) else {
      throw .invalidURL(.notAbsolute)
    }
    var base = text[...]
    while base.hasSuffix("/") { base.removeLast() }
    var path = component[...]
    while path.hasPrefix("/") { path.removeFirst() }
    return try HTTPURL("\(base)/\(path)")
  }

  /// The bytes of a C array of characters up to its NUL.
  private static func text<Characters: BitwiseCopyable>(of characters: Characters) -> String {
    unsafe withUnsafeBytes(of: characters) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
