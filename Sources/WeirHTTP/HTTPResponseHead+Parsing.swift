extension HTTPResponseHead {
  /// The status of a line such as `HTTP/1.1 200 OK`; nil for any other line.
  static func status(ofLine line: String) -> Int? {
    guard line.hasPrefix("HTTP/"), let space = line.firstIndex(of: " ") else { return nil }
    let digits = line[line.index(after: space)...].prefix(3)
    guard digits.utf8.count == 3, let status = Int(digits), status >= 100 else { return nil }
    return status
  }

  /// Adds a header line; a line that begins with a space goes on with the one before (RFC 9112, section 5.2).
  mutating func append(line: String) {
    let bytes = line.utf8
    if let first = bytes.first, Self.isBlank(first) {
      guard let last = headers.popLast() else { return }
      headers.append(HTTPHeader(last.name, last.value + " " + Self.trimmed(bytes[...])))
      return
    }
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return }
    headers.append(
      HTTPHeader(Self.trimmed(bytes[..<colon]), Self.trimmed(bytes[bytes.index(after: colon)...])))
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A
  }

  private static func trimmed(_ bytes: Substring.UTF8View) -> String {
    var bytes = bytes
    while let first = bytes.first, isBlank(first) { bytes.removeFirst() }
    while let last = bytes.last, isBlank(last) { bytes.removeLast() }
    return String(Substring(bytes))
  }
}
