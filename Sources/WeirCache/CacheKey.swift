package import WeirDomain
internal import WeirFiles
internal import WeirVectorIndex

/// Whose requests may meet: one tenant's, or those of the tenants that share.
package enum CacheSpace: Sendable, Hashable {
  case tenant(String)
  case shared
}

/// SHA-256 over everything that changes an answer.
///
/// Every field is written with its length, every optional with whether it is there, every list with its count, so
/// that no two different requests have the same bytes: text moved from one field to its neighbour is another key.
package struct CacheKey: Sendable, Hashable {
  /// 32 bytes.
  package let bytes: [UInt8]

  /// The key of a whole request, canonical messages assumed. `user` is set where the answer is one user's own.
  ///
  /// `sources` is the version of what answers are made of besides the request: when it changes, no old answer is met.
  /// `kind` is set for requests that are kept only while the operator admits their kind.
  package init(
    space: CacheSpace, user: String?, settings: ModelSettings, messages: [ChatMessage], sources: String? = nil,
    kind: CacheAdmission.Reason? = nil
  ) {
    // Version 2: what is one user's own has another key since answers of anybody are found before it is looked at.
    let purpose = kind.map { "weir request 2, \($0.rawValue)" } ?? "weir request 2"
    var encoding = KeyEncoding(purpose: purpose, space, settings.format)
    encoding.add(user)
    encoding.add(settings)
    encoding.add(messages)
    if let sources { encoding.add(sources) }
    bytes = encoding.digest
  }

  /// The key of what prompts must share before their meaning is compared: space, settings and all other turns.
  package init(space: CacheSpace, settings: ModelSettings, context: [ChatMessage], sources: String? = nil) {
    var encoding = KeyEncoding(purpose: "weir partition 1", space, settings.format)
    encoding.add(settings)
    encoding.add(context)
    if let sources { encoding.add(sources) }
    bytes = encoding.digest
  }

  /// The same as an index names it.
  var partition: PartitionKey { PartitionKey(bytes) }
}

/// Bytes that can be read back in one way only.
private struct KeyEncoding {
  private var bytes: [UInt8] = []

  /// `purpose` names the kind of key and the version of the encoding: a new version never meets old entries.
  ///
  /// Formats are written only where one is asked for, under a purpose of their own: keys of free text stay as they were.
  init(purpose: String, _ space: CacheSpace, _ format: AnswerFormat) {
    bytes.reserveCapacity(512)
    let purpose = space == .shared ? purpose + " shared" : purpose
    add(format == .text ? purpose : purpose + " with format")
    switch format {
    case .text: break
    case .jsonObject: add("json_object")
    case .jsonSchema(let named):
      add("json_schema")
      add(named.name)
      add(named.purpose)
      add(named.schema)
      add(named.isStrict ? "strict" : "")
    case .grammar(let text):
      add("grammar")
      add(text)
    }
    if case .tenant(let name) = space { add(name) }
  }

  var digest: [UInt8] { SHA256Digest(of: bytes).bytes }

  mutating func add(_ text: String) {
    add(UInt64(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  mutating func add(_ text: String?) {
    bytes.append(text == nil ? 0 : 1)
    if let text { add(text) }
  }

  mutating func add(_ number: UInt64) {
    for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(shift))) }
  }

  mutating func add(_ number: UInt64?) {
    bytes.append(number == nil ? 0 : 1)
    if let number { add(number) }
  }

  mutating func add(_ settings: ModelSettings) {
    add(settings.model)
    add(settings.maxTokens.map { UInt64(bitPattern: Int64($0)) })
    // Adding zero turns -0 into 0: they ask for the same.
    add(settings.temperature.map { ($0 + 0).bitPattern })
    add(settings.topP.map { ($0 + 0).bitPattern })
    add(settings.seed)
    add(UInt64(settings.stop.count))
    for text in settings.stop { add(text) }
    // Written only where there are any, behind a number that counts no stop: other keys stay as they were.
    guard !settings.extra.isEmpty else { return }
    add(UInt64.max)
    add(UInt64(settings.extra.count))
    for (name, value) in settings.extra.sorted(by: { $0.key < $1.key }) {
      add(name)
      add(value)
    }
  }

  mutating func add(_ json: JSONText) {
    add(UInt64(json.bytes.count))
    bytes += json.bytes
  }

  mutating func add(_ messages: [ChatMessage]) {
    add(UInt64(messages.count))
    for message in messages {
      guard let original = message.original else {
        add(message.role.rawValue)
        add(message.content)
        continue
      }
      // No role is called that.
      add("original \(message.role.rawValue)")
      add(original)
    }
  }
}
