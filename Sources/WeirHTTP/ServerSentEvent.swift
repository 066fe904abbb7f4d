/// One event of a `text/event-stream`.
package struct ServerSentEvent: Sendable, Hashable {
  /// `message` where the stream names none.
  package var type: String
  package var data: String
  /// The last `id` that the stream has given, which may be older than this event.
  package var lastID: String

  package init(type: String = "message", data: String, lastID: String = "") {
    self.type = type
    self.data = data
    self.lastID = lastID
  }
}
