/// A key or password. It shows itself to nobody who did not ask for it by name.
package struct Secret: Sendable, Hashable {
  private let value: String

  package init(_ value: String) {
    self.value = value
  }

  /// The text itself, for the one place that sends it.
  package var revealed: String { value }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "<redacted>" }
  package var debugDescription: String { "<redacted>" }
  package var customMirror: Mirror { Mirror(self, children: [:]) }
}
