/// Puts replies that finish in any order back into the order in which their lines were read.
struct ReplyOrder {
  private var nextToBegin = 0
  private var nextToTake = 0
  private var waiting: [Int: ReplyLine] = [:]

  /// Requests that have begun and not finished.
  private(set) var running = 0
  /// Requests that have begun and whose reply was not taken.
  var held: Int { nextToBegin - nextToTake }

  /// The sequence number of the next request, or nil for a line that has no reply.
  mutating func begin(unless hasNoReply: Bool) -> Int? {
    guard !hasNoReply else { return nil }
    running += 1
    nextToBegin += 1
    return nextToBegin - 1
  }

  mutating func finish(_ sequence: Int, _ reply: ReplyLine) {
    precondition(sequence >= nextToTake && waiting[sequence] == nil, "a request finishes once")
    running -= 1
    waiting[sequence] = reply
  }

  /// The next reply in order, if it is there.
  mutating func takeNext() -> ReplyLine? {
    guard let reply = waiting.removeValue(forKey: nextToTake) else { return nil }
    nextToTake += 1
    return reply
  }
}
