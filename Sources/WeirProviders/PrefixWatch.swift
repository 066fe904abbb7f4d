internal import WeirDomain

/// Decides where a provider's prompt cache is worth its price: writing a prefix costs a quarter more than reading it
/// plainly, reading it back a tenth, so that one reading pays for three writings.
///
/// A prefix is taken for stable once it came a second time while the provider would still have had it. What a request
/// is sent with once (passages of documents, a caller's own facts) is never marked. Digests are kept, no texts, and at
/// most `most` of them.
struct PrefixWatch: Sendable {
  private var seen: [UInt64: Duration] = [:]
  /// Of `seen`, oldest first; a digest seen again stands in it again.
  private var order: [(digest: UInt64, at: Duration)] = []
  private let most: Int

  /// How long providers keep what nobody reads.
  static let lifetime: Duration = .seconds(300)

  init(most: Int = 4096) {
    self.most = most
  }

  /// What `request` is marked with, where a prefix of at least `least` tokens is kept; `now` is since any fixed moment.
  mutating func marks(for request: CompletionRequest, least: Int, at now: Duration) -> PromptCacheMarks {
    forget(at: now)
    var marks = PromptCacheMarks()
    let system = request.messages.prefix { $0.role == .system }
    var digest = PrefixDigest(model: request.settings.model, tools: request.settings.extra["tools"])
    for message in system { digest.add(message) }
    if digest.tokens >= least {
      marks.key = digest.hexadecimal
      marks.prefix = saw(digest.value, at: now)
    }
    // Where the user speaks for the second time, the conversation up to the first was a request of its own.
    var isContinued = false
    for message in request.messages.dropFirst(system.count) {
      if message.role == .assistant, digest.tokens >= least, seen[digest.value] != nil { isContinued = true }
      digest.add(message)
    }
    if digest.tokens >= least {
      marks.conversation = isContinued
      _ = saw(digest.value, at: now)
    }
    return marks
  }

  private mutating func saw(_ digest: UInt64, at now: Duration) -> Bool {
    order.append((digest, now))
    return seen.updateValue(now, forKey: digest) != nil
  }

  private mutating func forget(at now: Duration) {
    var gone = 0
    for (digest, at) in order {
      guard now - at > Self.lifetime || order.count - gone > most else { break }
      if seen[digest] == at { seen[digest] = nil }
      gone += 1
    }
    order.removeFirst(gone)
  }
}

/// A digest of a beginning of requests, that goes on message by message.
private struct PrefixDigest {
  /// FNV-1a, 64 bits: a collision marks a prefix that is not stable, which costs a quarter of its price.
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325
  private(set) var tokens = 0

  init(model: String, tools: JSONText?) {
    add(Array(model.utf8))
    if let tools {
      add(tools.bytes)
      tokens += TokenEstimate.tokens(bytes: tools.bytes.count)
    }
  }

  mutating func add(_ message: ChatMessage) {
    add(Array(message.role.rawValue.utf8))
    add(message.original?.bytes ?? Array(message.content.utf8))
    tokens += message.roughTokens
  }

  private mutating func add(_ bytes: [UInt8]) {
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
    value = (value ^ UInt64(bytes.count)) &* 0x100_0000_01B3
  }

  var hexadecimal: String {
    let digits = String(value, radix: 16)
    return "weir-" + String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }
}
