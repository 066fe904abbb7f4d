/// One header line. Names compare without case.
package struct HTTPHeader: Sendable, Hashable {
  package let name: String
  package let value: String

  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  /// Headers by which the client frames a request; a caller's own would smuggle another request behind it.
  private static let reserved: Set<String> = ["content-length", "transfer-encoding", "host", "connection", "expect"]

  /// The line for libcurl; refuses what could end the line or change the framing (RFC 9110, section 5).
  func line() throws(HTTPFailure) -> String {
    guard !name.isEmpty, name.utf8.allSatisfy(Self.isTokenByte) else { throw .invalidHeader(name: nil) }
    guard !Self.reserved.contains(name.lowercased()),
      value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 })
    else { throw .invalidHeader(name: name) }
    // libcurl reads "Name:" as "leave this header out" and "Name;" as one without a value.
    return value.isEmpty ? "\(name);" : "\(name): \(value)"
  }

  /// Throws what sending this header would throw.
  package func check() throws(HTTPFailure) { _ = try line() }

  static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}

extension [HTTPHeader] {
  /// The first value of `name`, or nil.
  package subscript(name: String) -> String? {
    let wanted = name.lowercased()
    return first { $0.name.lowercased() == wanted }?.value
  }
}

extension HTTPHeader: CustomStringConvertible, CustomReflectable {
  /// The name alone: a value may be a key.
  package var description: String { "\(name): <\(value.utf8.count) bytes>" }
  package var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}
