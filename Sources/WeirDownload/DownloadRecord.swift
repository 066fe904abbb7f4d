internal import WeirDomain
internal import WeirFiles
internal import WeirHTTP

/// What is known of the file whose beginning lies in `.partial`: kept beside it, so that a later process can go on.
///
/// The URL itself is not kept, since it may hold a key; its digest is.
struct DownloadRecord: Sendable, Hashable {
  /// A strong entity tag or a date, for `If-Range` (RFC 9110, section 13.1.5); nil where the server gave none.
  var validator: String?
  /// Bytes of the whole file; nil where the server does not say.
  var length: Int?
  var urlDigest: String

  init(url: HTTPURL, validator: String?, length: Int?) {
    self.validator = validator
    self.length = length
    urlDigest = SHA256Digest(of: Array(url.text.utf8)).hex
  }

  /// Nil where there is none, or none that this version wrote.
  init?(readingFrom path: String) {
    guard let region = try? ByteRegion(path: path), region.count <= 65_536,
      let value = try? JSONReader.read(region.array), value["format"]?.count == 1,
      let urlDigest = value["url_sha256"]?.text
    else { return nil }
    self.urlDigest = urlDigest
    validator = value["validator"]?.text
    length = value["length"]?.count
  }

  func write(to path: String) throws(FileFailure) {
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("format", 1)
    writer.add("url_sha256", urlDigest)
    writer.add("validator", validator)
    writer.add("length", length)
    writer.endObject()
    try AtomicFile.write(Array((writer.text + "\n").utf8), to: path)
  }

  /// The validator of an answer: its entity tag where that is strong, else its date.
  static func validator(of head: HTTPResponseHead) -> String? {
    if let tag = head.headers["etag"], tag.hasPrefix("\""), tag.hasSuffix("\""), tag.utf8.count > 2 { return tag }
    return head.headers["last-modified"].flatMap { $0.isEmpty ? nil : $0 }
  }
}
