internal import WeirDomain

/// Turns one part of an OpenAI message into a content block of the Messages API.
enum AnthropicPart {
  static func block(_ part: JSONText) throws(UnsupportedRequest) -> JSONText {
    let value = part.value
    var members: [(name: String, value: JSONText)]
    var known: Set<String> = ["type", "cache_control"]
    switch value["type"]?.text {
    case "text":
      guard let text = value["text"]?.text else { throw UnsupportedRequest("text part without text") }
      known.insert("text")
      members = [("type", JSONText(string: "text")), ("text", JSONText(string: text))]
    case "image_url":
      known.insert("image_url")
      members = [("type", JSONText(string: "image")), ("source", try image(value["image_url"]))]
    case "file":
      known.insert("file")
      members = try document(value["file"])
    case let type:
      throw UnsupportedRequest("content part \(RequestNeed.field(type ?? "without type").name)")
    }
    if let mark = part["cache_control"] { members.append(("cache_control", mark)) }
    if let rest = value.members?.keys.filter({ !known.contains($0) }).min() {
      throw UnsupportedRequest("content part field \(RequestNeed.field(rest).name)")
    }
    return .object(members)
  }

  private static func image(_ image: JSONValue?) throws(UnsupportedRequest) -> JSONText {
    guard let url = image?["url"]?.text else { throw UnsupportedRequest("image without url") }
    if let detail = image?["detail"]?.text, detail != "auto" {
      throw UnsupportedRequest("image detail \"low\" or \"high\"")
    }
    if let (type, data) = inline(url) {
      guard ["image/png", "image/jpeg", "image/gif", "image/webp"].contains(type) else {
        throw UnsupportedRequest("image of another type than PNG, JPEG, GIF and WebP")
      }
      return source("base64", [("media_type", type), ("data", data)])
    }
    guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
      throw UnsupportedRequest("image address that is neither http nor base64 data")
    }
    return source("url", [("url", url)])
  }

  private static func document(
    _ file: JSONValue?
  ) throws(UnsupportedRequest) -> [(name: String, value: JSONText)] {
    guard let data = file?["file_data"]?.text, let (type, bytes) = inline(data), type == "application/pdf" else {
      throw UnsupportedRequest("file that is no PDF sent with the request")
    }
    var members = [
      (name: "type", value: JSONText(string: "document")),
      (name: "source", value: source("base64", [("media_type", type), ("data", bytes)])),
    ]
    if let name = file?["filename"]?.text { members.append(("title", JSONText(string: name))) }
    return members
  }

  private static func source(_ type: String, _ members: [(String, String)]) -> JSONText {
    .object([("type", JSONText(string: type))] + members.map { ($0.0, JSONText(string: $0.1)) })
  }

  /// Type and base64 text of `data:image/png;base64,...`.
  private static func inline(_ url: String) -> (type: String, data: String)? {
    guard url.hasPrefix("data:"), let comma = url.utf8.firstIndex(of: UInt8(ascii: ",")) else { return nil }
    let head = url[..<comma].dropFirst(5)
    guard head.hasSuffix(";base64") else { return nil }
    return (head.dropLast(7).lowercased(), String(url[comma...].dropFirst()))
  }
}
