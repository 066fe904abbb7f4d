/// Reads a `text/event-stream` piece by piece, by the rules of the WHATWG HTML standard, section 9.2.
///
/// However the bytes are cut into pieces, the events are the same. An event that the stream's end cuts off is
/// dropped, as the standard asks: who needs a whole stream looks for its last event.
package struct ServerSentEvents: Sendable {
  /// A bound was passed; what follows cannot be read.
  package enum Failure: Error, Equatable, Sendable {
    case lineTooLong(allowed: Int)
    case eventTooLarge(allowed: Int)
  }

  /// Reconnection time in milliseconds, where the stream has given one.
  package private(set) var retryMilliseconds: Int?

  private let maximumLineBytes: Int
  private let maximumEventBytes: Int
  private var line: [UInt8] = []
  private var type = ""
  private var data: [UInt8] = []
  private var hasData = false
  private var lastID = ""
  /// A line feed right after a carriage return belongs to it.
  private var isAfterCarriageReturn = false
  /// How many bytes of a byte order mark have come; nil once the beginning is over.
  private var markBytes: Int? = 0
  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  package init(maximumLineBytes: Int = 1 << 20, maximumEventBytes: Int = 4 << 20) {
    self.maximumLineBytes = maximumLineBytes
    self.maximumEventBytes = maximumEventBytes
  }

  /// Reads the next bytes of the stream and returns the events that they complete.
  package mutating func append(_ bytes: [UInt8]) throws(Failure) -> [ServerSentEvent] {
    var events: [ServerSentEvent] = []
    var rest = bytes[...]
    if markBytes != nil { skipMark(&rest) }
    while !rest.isEmpty {
      if isAfterCarriageReturn {
        isAfterCarriageReturn = false
        if rest.first == 0x0A {
          rest.removeFirst()
          continue
        }
      }
      let end = rest.firstIndex { $0 == 0x0A || $0 == 0x0D }
      let piece = rest[..<(end ?? rest.endIndex)]
      guard line.count + piece.count <= maximumLineBytes else {
        throw .lineTooLong(allowed: maximumLineBytes)
      }
      line += piece
      guard let end else { break }
      isAfterCarriageReturn = rest[end] == 0x0D
      rest = rest[(end + 1)...]
      if let event = try takeLine() { events.append(event) }
    }
    return events
  }

  /// Leaves out a byte order mark at the very beginning; anything that only begins like one is kept.
  private mutating func skipMark(_ rest: inout ArraySlice<UInt8>) {
    while let seen = markBytes, let next = rest.first {
      guard next == Self.mark[seen] else {
        line += Self.mark.prefix(seen)
        markBytes = nil
        return
      }
      rest.removeFirst()
      markBytes = seen == 2 ? nil : seen + 1
    }
  }

  private mutating func takeLine() throws(Failure) -> ServerSentEvent? {
    defer { line.removeAll(keepingCapacity: true) }
    if line.isEmpty { return dispatch() }
    let colon = line.firstIndex(of: UInt8(ascii: ":"))
    if colon == 0 { return nil }
    var value = colon.map { line[($0 + 1)...] } ?? []
    if value.first == 0x20 { value.removeFirst() }
    switch String(decoding: line[..<(colon ?? line.endIndex)], as: UTF8.self) {
    case "data":
      guard data.count + value.count < maximumEventBytes else {
        throw .eventTooLarge(allowed: maximumEventBytes)
      }
      if hasData { data.append(0x0A) }
      data += value
      hasData = true
    case "event":
      type = String(decoding: value, as: UTF8.self)
    case "id":
      if !value.contains(0) { lastID = String(decoding: value, as: UTF8.self) }
    case "retry":
      if !value.isEmpty, value.allSatisfy({ (0x30...0x39).contains($0) }) {
        retryMilliseconds = Int(String(decoding: value, as: UTF8.self))
      }
    default:
      break
    }
    return nil
  }

  private mutating func dispatch() -> ServerSentEvent? {
    defer {
      type = ""
      data.removeAll(keepingCapacity: true)
      hasData = false
    }
    // The standard drops an event whose data is the empty string only when no data line came.
    guard hasData else { return nil }
    return ServerSentEvent(
      type: type.isEmpty ? "message" : type, data: String(decoding: data, as: UTF8.self), lastID: lastID)
  }
}
