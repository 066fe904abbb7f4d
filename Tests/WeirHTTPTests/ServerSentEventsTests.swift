import Testing
import WeirTestSupport

@testable import WeirHTTP

@Suite("A stream of server-sent events")
struct ServerSentEventsTests {
  private func events(_ text: String) throws -> [ServerSentEvent] {
    var reader = ServerSentEvents()
    return try reader.append(Array(text.utf8))
  }

  @Test func `knows data, event, id and comments`() throws {
    #expect(
      try events(": hello\nevent: a\nid: 7\ndata: x\ndata: y\n\ndata:z\n\n") == [
        ServerSentEvent(type: "a", data: "x\ny", lastID: "7"), ServerSentEvent(data: "z", lastID: "7"),
      ])
  }

  @Test(arguments: ["\n", "\r", "\r\n"])
  func `takes each of the three line ends`(end: String) throws {
    let text = ["data: x", "data", "data:", "", "event: e", "data: y", "", ""].joined(separator: end)
    #expect(try events(text) == [ServerSentEvent(data: "x\n\n"), ServerSentEvent(type: "e", data: "y")])
  }

  @Test func `leaves out one byte order mark, at the beginning only`() throws {
    #expect(try events("\u{FEFF}data: x\n\n") == [ServerSentEvent(data: "x")])
    #expect(try events("\u{FEFF}\u{FEFF}data: x\n\n").isEmpty)
    #expect(try events("data: a\n\n\u{FEFF}data: x\n\n") == [ServerSentEvent(data: "a")])
  }

  @Test func `drops events without data, unknown fields, an id with NUL, and an unfinished event`() throws {
    #expect(try events("event: a\n\nfoo: b\n\nid: a\u{0}b\ndata: x\n\ndata: lost\n") == [ServerSentEvent(data: "x")])
  }

  @Test func `takes one space after the colon away, not two, and no tab`() throws {
    #expect(try events("data:  x\ndata:\ty\n\n") == [ServerSentEvent(data: " x\n\ty")])
  }

  @Test func `notes a reconnection time of digits only`() throws {
    var reader = ServerSentEvents()
    _ = try reader.append(Array("retry: 1500\nretry: 15x\nretry:\n".utf8))
    #expect(reader.retryMilliseconds == 1500)
  }

  @Test func `bounds lines and events`() throws {
    var lines = ServerSentEvents(maximumLineBytes: 10)
    _ = try lines.append(Array("data: 1234".utf8))
    #expect(throws: ServerSentEvents.Failure.lineTooLong(allowed: 10)) { try lines.append(Array("5".utf8)) }
    var large = ServerSentEvents(maximumEventBytes: 10)
    _ = try large.append(Array("data: 12345\n".utf8))
    #expect(throws: ServerSentEvents.Failure.eventTooLarge(allowed: 10)) {
      try large.append(Array("data: 12345\n".utf8))
    }
  }

  @Test func `gives the same events however the bytes are cut`() throws {
    var random = SeededRandom(seed: 7)
    let words = [
      "data: ", "data:", "data", "event: ping", "id: 3", "retry: 5", ": note", "x", "é", "\u{FEFF}", "\u{0}", "\n",
      "\n",
      "\n\n", "\r", "\r\n", "\r\n\r\n", "\r\r", " ", ":", "🙂",
    ]
    for round in 0..<2000 {
      let text = (0..<Int.random(in: 0...40, using: &random))
        .map { _ in words.randomElement(using: &random) ?? "" }.joined()
      var bytes = Array(text.utf8)
      // Some streams are not even UTF-8.
      if !bytes.isEmpty, round % 5 == 0 { bytes[Int.random(in: bytes.indices, using: &random)] = 0xEF }
      let expected = NaiveEvents.read(bytes)
      var reader = ServerSentEvents()
      var found: [ServerSentEvent] = []
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Int.random(in: 0...min(rest.count, 5), using: &random)
        found += try reader.append(Array(rest.prefix(count)))
        rest = rest.dropFirst(count)
      }
      #expect(found == expected, "round \(round), seed 7: \(text.debugDescription)")
    }
  }
}

/// The standard's rules once more, over a whole text: lines first, then fields.
private enum NaiveEvents {
  static func read(_ stream: [UInt8]) -> [ServerSentEvent] {
    var bytes = stream[...]
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    var lines: [[UInt8]] = []
    var line: [UInt8] = []
    var index = bytes.startIndex
    while index < bytes.endIndex {
      switch bytes[index] {
      case 0x0D:
        lines.append(line)
        line = []
        if index + 1 < bytes.endIndex, bytes[index + 1] == 0x0A { index += 1 }
      case 0x0A:
        lines.append(line)
        line = []
      default:
        line.append(bytes[index])
      }
      index += 1
    }
    var events: [ServerSentEvent] = []
    var event = ServerSentEvent(data: "")
    var data: [[UInt8]] = []
    for line in lines {
      if line.isEmpty {
        event.data = String(decoding: Array(data.joined(separator: [0x0A])), as: UTF8.self)
        if !data.isEmpty { events.append(event) }
        event = ServerSentEvent(data: "", lastID: event.lastID)
        data = []
        continue
      }
      let parts = line.split(separator: 0x3A, maxSplits: 1, omittingEmptySubsequences: false)
      var value = parts.count == 2 ? Array(parts[1]) : []
      if value.first == 0x20 { value.removeFirst() }
      switch String(decoding: parts[0], as: UTF8.self) {
      case "data": data.append(value)
      case "event": event.type = value.isEmpty ? "message" : String(decoding: value, as: UTF8.self)
      case "id" where !value.contains(0): event.lastID = String(decoding: value, as: UTF8.self)
      default: break
      }
    }
    return events
  }
}
