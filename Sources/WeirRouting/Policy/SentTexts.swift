internal import WeirDomain

/// All that a remote model would be given to read, string by string: the turns' texts, what their originals hold besides,
/// fields that pass through, schemas.
struct SentTexts {
  private(set) var texts: [String] = []
  /// True where something is sent that is no text: images, sounds, files, long encoded strings.
  private(set) var hasUnread = false
  /// JSON within strings within JSON is read this deep: arguments of tools are such strings.
  private static let mostLayers = 8
  /// From so many bytes on, what looks like base64 is taken to be it.
  private static let leastPayload = 1024

  /// What the turn and its original say.
  init(_ message: ChatMessage) {
    add(message)
  }

  init(_ request: RouteRequest) {
    for message in request.messages { add(message) }
    let settings = request.settings
    texts += settings.stop
    for (name, value) in settings.extra {
      texts.append(name)
      read(value)
    }
    switch settings.format {
    case .text, .jsonObject: break
    case .grammar(let grammar): texts.append(grammar)
    case .jsonSchema(let schema):
      texts += [schema.name, schema.purpose ?? ""]
      if let json = JSONText(text: schema.schema) { read(json) } else { texts.append(schema.schema) }
    }
  }

  private mutating func add(_ message: ChatMessage) {
    texts.append(message.content)
    guard let original = message.original else { return }
    hasUnread = hasUnread || !message.needs.isDisjoint(with: [.images, .audio, .files])
    read(original)
  }

  /// Every string, names and repeated members included, and what stands between the strings: the bytes are what is sent.
  private mutating func read(_ json: JSONText, layer: Int = 0) {
    var rest = json.bytes[...]
    var between: [UInt8] = []
    while let byte = rest.first {
      guard byte == UInt8(ascii: "\"") else {
        between.append(byte)
        rest.removeFirst()
        continue
      }
      var end = rest.startIndex + 1
      while rest[end] != byte { end += rest[end] == UInt8(ascii: "\\") ? 2 : 1 }
      if let text = (try? JSONReader.read(Array(rest[...end])))?.text { add(text, layer: layer) }
      between.append(UInt8(ascii: " "))
      rest = rest[(end + 1)...]
    }
    texts.append(String(decoding: between, as: UTF8.self))
  }

  private mutating func add(_ text: String, layer: Int) {
    guard !Self.isPayload(text) else {
      hasUnread = true
      return
    }
    texts.append(text)
    // Numbers and words need no second look.
    let isNested = text.utf8.first { $0 > 0x20 }.map { #"{["#.utf8.contains($0) || $0 == UInt8(ascii: "\"") } ?? false
    guard isNested, let json = JSONText(text: text) else { return }
    if layer < Self.mostLayers { read(json, layer: layer + 1) } else { hasUnread = true }
  }

  /// Whether it is base64, with or without a data URL's beginning: words in it would be chance.
  private static func isPayload(_ text: String) -> Bool {
    guard text.utf8.count >= leastPayload else { return false }
    var encoded = text.utf8[...]
    if text.hasPrefix("data:"), let comma = encoded.firstIndex(of: UInt8(ascii: ",")) {
      encoded = encoded[encoded.index(after: comma)...]
    }
    return encoded.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="), 0x0A, 0x0D:
        true
      default: false
      }
    }
  }
}
