import Synchronization

/// The tokens of the last answers, in which the next ones are looked up: answers to like prompts share whole sentences.
///
/// It changes how fast an answer comes, never which: a guess counts only where the model chooses the same token.
final class ReplyMemory: Sendable {
  private struct Place {
    var reply: Int
    var position: Int
  }

  private struct State {
    var replies: [[Int32]] = []
    var next = 0
    /// The latest places first. They may point into replies that have been replaced since; a lookup checks.
    var places: [TokenTrigram: [Place]] = [:]
    var count = 0
  }

  private let state = Mutex(State())
  private let mostReplies: Int
  private static let longest = 512
  /// Places that are kept for three tokens, and tokens before them that are compared to choose one.
  private static let mostPlaces = 4
  private static let compared = 24

  init(mostReplies: Int = 256) { self.mostReplies = mostReplies }

  func add(_ reply: [Int32]) {
    guard reply.count > 3 else { return }
    let reply = Array(reply.prefix(Self.longest))
    state.withLock { state in
      // What was said before word for word is there already.
      if state.replies.contains(reply) { return }
      let slot = state.next
      state.next = (slot + 1) % mostReplies
      if slot < state.replies.count { state.replies[slot] = reply } else { state.replies.append(reply) }
      if state.count > mostReplies * Self.longest / 2 {
        state.places.removeAll(keepingCapacity: true)
        state.count = 0
      }
      for position in 3..<reply.count {
        guard let trigram = TokenTrigram(reply, before: position) else { continue }
        let older = state.places[trigram, default: []].prefix(Self.mostPlaces - 1)
        state.places[trigram] = [Place(reply: slot, position: position)] + older
        state.count += 1
      }
    }
  }

  /// At most `limit` tokens that may follow `text`: those of the reply that agrees with it for longest, and for how many
  /// tokens it does.
  func guess(after text: [Int32], limit: Int) -> (agreed: Int, guess: ArraySlice<Int32>) {
    guard let last = TokenTrigram(text, before: text.count) else { return (0, []) }
    return state.withLock { state in
      var best: (agreed: Int, guess: ArraySlice<Int32>) = (2, [])
      for place in state.places[last] ?? [] where place.reply < state.replies.count {
        let reply = state.replies[place.reply]
        guard place.position < reply.count else { continue }
        let agreed = zip(
          reply[..<place.position].suffix(Self.compared).reversed(), text.suffix(Self.compared).reversed()
        )
        .prefix { $0 == $1 }.count
        if agreed > best.agreed {
          best = (agreed, reply[place.position..<min(place.position + limit, reply.count)])
        }
      }
      return best
    }
  }
}
