package import WeirHTTP

/// Where a model file comes from: a URL, or `hf:owner/name[@revision]/file`, which is spelled out to the hub's URL.
package struct DownloadSource: Sendable, Hashable {
  package let url: HTTPURL
  /// What the file is called where only a folder is given: the last part of the path, made harmless.
  package let fileName: String

  package static let publicHub = "https://huggingface.co"

  /// Refuses what is neither, and plain HTTP to any other host than this one.
  package init(_ text: String, hub: String = publicHub) throws(DownloadFailure) {
    let spelled = text.hasPrefix("hf:") ? try Self.spelledOut(text.dropFirst(3), hub: hub) : text
    do throws(HTTPFailure) { url = try HTTPURL(spelled) } catch { throw .http(error) }
    guard url.isSecure || url.isLoopback else { throw .insecure(authority: url.authority) }
    fileName = try Self.fileName(ofPath: Self.path(of: spelled))
  }

  /// `owner/name@revision/folder/file` under the hub; the revision is `main` where none is named.
  private static func spelledOut(_ name: Substring, hub: String) throws(DownloadFailure) -> String {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count >= 3 else { throw .badHubName }
    let repository = parts[1].split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    let revision = repository.count == 2 ? repository[1] : "main"
    let file = parts.dropFirst(2)
    for part in [parts[0], repository[0], revision] + file where !isName(part) { throw .badHubName }
    var base = hub[...]
    while base.hasSuffix("/") { base.removeLast() }
    return "\(base)/\(parts[0])/\(repository[0])/resolve/\(revision)/\(file.joined(separator: "/"))"
  }

  /// Letters, digits and `._-+`, and no step to another folder.
  private static func isName(_ part: Substring) -> Bool {
    !part.isEmpty && part != "." && part != ".." && part.utf8.allSatisfy(isNameByte)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: "._-+".utf8.contains(byte)
    }
  }

  /// What stands between the authority and the query of an absolute URL.
  static func path(of url: String) -> Substring {
    var rest = url[...]
    if let end = rest.firstIndex(where: { $0 == "?" || $0 == "#" }) { rest = rest[..<end] }
    if let start = rest.firstRange(of: "://") { rest = rest[start.upperBound...] }
    guard let slash = rest.firstIndex(of: "/") else { return "" }
    return rest[slash...]
  }

  /// Bytes that are no plain name character become `_`; a leading dot would hide the file.
  private static func fileName(ofPath path: Substring) throws(DownloadFailure) -> String {
    let last = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).last ?? Substring().utf8
    var name = String(decoding: last.prefix(200).map { isNameByte($0) ? $0 : UInt8(ascii: "_") }, as: UTF8.self)
    while name.hasPrefix(".") { name.removeFirst() }
    guard !name.isEmpty else { throw .noFileName }
    return name
  }
}

extension HTTPURL {
  /// True where the host is this machine: 127.0.0.0/8, ::1 or localhost.
  var isLoopback: Bool {
    if host == "::1" || host.lowercased() == "localhost" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }

  /// The place that a `Location` names as seen from here (RFC 3986, section 5, as far as servers use it).
  func resolving(_ location: String) throws(HTTPFailure) -> HTTPURL {
    if location.contains("://") { return try HTTPURL(location) }
    let scheme = isSecure ? "https" : "http"
    if location.hasPrefix("//") { return try HTTPURL("\(scheme):\(location)") }
    if location.hasPrefix("/") { return try HTTPURL("\(scheme)://\(authority)\(location)") }
    let path = DownloadSource.path(of: text)
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "/"
    return try HTTPURL("\(scheme)://\(authority)\(folder)\(location)")
  }
}
