/// Passes text on as it comes, but never a part of a stop string.
///
/// Text that could still become a stop string is held back; the rest is released at once. The text ends before the
/// stop string that is complete first (the longest of those that end together), wherever the borders of the appended
/// pieces lie. Matching is by UTF-8 bytes: a stop string starts and ends at a scalar's border, so what is released is
/// always valid text.
package struct StopStringMatcher: Sendable {
  private let stops: [[UInt8]]
  private var held: [UInt8] = []
  /// True once a stop string was complete; later text is ignored.
  package private(set) var isStopped = false

  /// Empty strings stop nothing.
  package init(stops: [String]) {
    self.stops = stops.map { Array($0.utf8) }.filter { !$0.isEmpty }
  }

  /// Takes the next piece and returns the text that can be shown now, possibly empty.
  package mutating func append(_ piece: String) -> String {
    guard !isStopped else { return "" }
    guard !stops.isEmpty else { return piece }
    for byte in piece.utf8 {
      held.append(byte)
      if let length = completeStopLength() {
        isStopped = true
        held.removeLast(length)
        return release(held.count)
      }
    }
    return release(held.count - longestPossibleStart())
  }

  /// The text still held back, when no more will come.
  package mutating func finish() -> String {
    isStopped ? "" : release(held.count)
  }

  /// The length of the longest stop string at the end of what is held.
  private func completeStopLength() -> Int? {
    var longest: Int?
    for stop in stops where stop.count > longest ?? 0 && ends(with: stop[...]) { longest = stop.count }
    return longest
  }

  /// How many bytes at the end of what is held could be the start of a stop string.
  private func longestPossibleStart() -> Int {
    var longest = 0
    for stop in stops {
      var length = min(stop.count - 1, held.count)
      while length > longest {
        if ends(with: stop[..<length]) { longest = length }
        length -= 1
      }
    }
    return longest
  }

  private func ends(with bytes: ArraySlice<UInt8>) -> Bool {
    held.count >= bytes.count && held[(held.count - bytes.count)...] == bytes
  }

  private mutating func release(_ count: Int) -> String {
    guard count > 0 else { return "" }
    let text = String(decoding: held[..<count], as: UTF8.self)
    held.removeFirst(count)
    return text
  }
}
