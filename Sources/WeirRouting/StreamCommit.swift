internal import Synchronization
package import WeirProviders

/// What of a streamed answer may be passed on, and from when on there is no way back.
///
/// Before the first piece is passed on, another model may still answer; from then on the stream either goes on to its
/// end or ends with an error. Blanks at the beginning are held back, for an answer of nothing else is none; a format's
/// text is held back whole, for it is checked before it is given.
package struct StreamCommit: Sendable, Hashable {
  package private(set) var isCommitted = false
  private var held: [CompletionDelta] = []
  private let holdsAll: Bool

  /// `holdsAll` where only a whole answer can be judged.
  package init(holdsAll: Bool = false) {
    self.holdsAll = holdsAll
  }

  /// Takes the next piece; returns what is passed on now.
  package mutating func take(_ delta: CompletionDelta) -> [CompletionDelta] {
    if isCommitted { return [delta] }
    held.append(delta)
    if holdsAll { return [] }
    // Anything but text is something that the caller has to see.
    if let text = delta.text, text.allSatisfy(\.isWhitespace) { return [] }
    return commit()
  }

  /// The answer is accepted: what was held back is passed on.
  package mutating func accept() -> [CompletionDelta] { commit() }

  /// The answer came to nothing before anything was passed on: another one begins.
  package mutating func forget() {
    if !isCommitted { held = [] }
  }

  private mutating func commit() -> [CompletionDelta] {
    defer { held = [] }
    isCommitted = isCommitted || !held.isEmpty
    return held
  }
}

/// Where a request's pieces go, shared by the models that are asked for it one after the other.
package final class StreamPort: Sendable {
  private let commit: Mutex<StreamCommit>
  private let pass: @Sendable (CompletionDelta) -> Void

  /// `pass` is called with one piece at a time, in order, and must not block.
  package init(holdsAll: Bool, pass: @escaping @Sendable (CompletionDelta) -> Void) {
    commit = Mutex(StreamCommit(holdsAll: holdsAll))
    self.pass = pass
  }

  package var isCommitted: Bool { commit.withLock { $0.isCommitted } }

  func take(_ delta: CompletionDelta) { passOn { $0.take(delta) } }
  func accept() { passOn { $0.accept() } }
  func forget() { commit.withLock { $0.forget() } }

  /// One model at a time writes: pieces cannot overtake each other between the lock and the call.
  private func passOn(_ change: (inout StreamCommit) -> [CompletionDelta]) {
    for delta in commit.withLock({ change(&$0) }) { pass(delta) }
  }
}
