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
    /// May point into replies that have been replaced since; a lookup checks.
    var places: [TokenTrigram: Place] = [:]
  }

  private let state = Mutex(State())
  private let mostReplies: Int
  private let longest = 512

  init(mostReplies: Int = 256) { self.mostReplies = mostReplies }

  func add(_ reply: [Int32]) {
    guard reply.count > 3 else { return }
    let reply = Array(reply.prefix(longest))
    state.withLock { state in
      let slot = state.next
      state.next = (slot + 1) % mostReplies
      if slot < state.replies.count { state.replies[slot] = reply } else { state.replies.append(reply) }
      if state.places.count > mostReplies * longest / 4 { state.places.removeAll(keepingCapacity: true) }
      for position in 3..<reply.count {
        if let trigram = TokenTrigram(reply, before: position) {
          state.places[trigram] = Place(reply: slot, position: position)
        }
      }
    }
  }

  /// At most `limit` tokens that may follow `text`.
  func guess(after text: [Int32], limit: Int) -> ArraySlice<Int32> {
    guard let last = TokenTrigram(text, before: text.count) else { return [] }
    return state.withLock { state in
      guard let place = state.places[last], place.reply < state.replies.count else { return [] }
      let reply = state.replies[place.reply]
      guard place.position < reply.count, TokenTrigram(reply, before: place.position) == last else { return [] }
      return reply[place.position..<min(place.position + limit, reply.count)]
    }
  }
}
