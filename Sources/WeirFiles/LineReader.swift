import Glibc
import Synchronization

/// Reads lines from an open descriptor, such as standard input, without ever holding more than one line's bound.
///
/// A line longer than the bound is skipped to its end and reported by its length, so that one hostile line neither
/// fills the memory nor hides the next one. Waiting ends early when the `WakePipe` is woken. One thread at a time may
/// read; a second one waits.
package final class LineReader: Sendable {
  package enum Line: Sendable, Equatable {
    /// The bytes without their line feed (and without a carriage return before it).
    case bytes([UInt8])
    /// The line had this many bytes, which is more than allowed.
    case tooLong(bytes: Int)
  }

  private struct State {
    var buffer: [UInt8]
    var start = 0
    var end = 0
    var isAtEnd = false
    var wholeBytes = 0
  }

  package let name: String
  package let maximumBytes: Int
  private let descriptor: Int32
  private let isOwned: Bool
  private let keepsReturns: Bool
  private let wake: WakePipe?
  private let state: Mutex<State>

  /// `descriptor` stays the caller's; `name` is what an error calls it.
  package init(descriptor: Int32, name: String, maximumBytes: Int, wake: WakePipe? = nil) {
    self.descriptor = descriptor
    self.name = name
    self.maximumBytes = maximumBytes
    self.wake = wake
    keepsReturns = false
    isOwned = false
    state = Mutex(State(buffer: [UInt8](repeating: 0, count: 64 * 1024)))
  }

  /// Reads the file at `path`; `keepsReturns` leaves the carriage return before a line feed in the line.
  package init(path: String, maximumBytes: Int, keepsReturns: Bool = false) throws(FileFailure) {
    self.keepsReturns = keepsReturns
    descriptor = try FileDescriptor.checked(path, "open") { unsafe open(path, O_RDONLY | O_CLOEXEC) }
    name = path
    self.maximumBytes = maximumBytes
    wake = nil
    isOwned = true
    state = Mutex(State(buffer: [UInt8](repeating: 0, count: 64 * 1024)))
  }

  deinit { if isOwned { _ = close(descriptor) } }

  /// Bytes read so far up to and with the last line feed: what follows them is a line that was cut off.
  package var wholeBytes: Int { state.withLock { $0.wholeBytes } }

  /// The next line, or nil at the end of the input or once woken; blocks while there is nothing to read.
  package func next() throws(FileFailure) -> Line? {
    try state.withLock { (state) throws(FileFailure) in try next(&state) }
  }

  private func next(_ state: inout State) throws(FileFailure) -> Line? {
    var line: [UInt8] = []
    var length = 0
    while true {
      if state.start == state.end {
        if try fill(&state) == false {
          return length == 0 || isWoken ? nil : finished(line, length)
        }
      }
      let chunk = state.buffer[state.start..<state.end]
      let feed = chunk.firstIndex(of: UInt8(ascii: "\n"))
      let piece = chunk[..<(feed ?? chunk.endIndex)]
      length += piece.count
      // One byte more than allowed is kept for a carriage return.
      if line.count + piece.count <= maximumBytes + 1 { line += piece } else { line = [] }
      state.start = feed.map { $0 + 1 } ?? state.end
      if feed != nil {
        state.wholeBytes += length + 1
        return finished(line, length)
      }
    }
  }

  private func finished(_ line: [UInt8], _ length: Int) -> Line {
    let hasReturn = !keepsReturns && line.last == UInt8(ascii: "\r") && line.count == length
    let count = hasReturn ? length - 1 : length
    guard count <= maximumBytes else { return .tooLong(bytes: length) }
    return .bytes(hasReturn ? Array(line.dropLast()) : line)
  }

  private var isWoken: Bool { wake?.isWoken ?? false }

  /// Reads what is there into the empty buffer; false at the end of the input or once woken.
  private func fill(_ state: inout State) throws(FileFailure) -> Bool {
    while !state.isAtEnd {
      if let wake, try wake.waitUntilReadable(descriptor, name: name) == false { return false }
      let count = unsafe state.buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        (state.start, state.end) = (0, count)
        return true
      }
      if count == 0 {
        state.isAtEnd = true
      } else if errno == EAGAIN {
        // Whoever shares the descriptor made it non-blocking: wait as a blocking one would.
        var more = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&more, 1, -1)
      } else if errno != EINTR {
        throw FileDescriptor.failure(name, "read", errno)
      }
    }
    return false
  }
}
