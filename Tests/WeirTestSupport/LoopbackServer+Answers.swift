extension LoopbackServer.Step {
  /// A whole answer with its length.
  package static func answer(
    _ status: Int = 200, _ body: String, type: String = "application/json", headers: [String] = []
  ) -> LoopbackServer.Step {
    let bytes = Array(body.utf8)
    let lines =
      ["HTTP/1.1 \(status) Scripted", "Content-Type: \(type)", "Content-Length: \(bytes.count)"] + headers + ["", ""]
    return .send(Array(lines.joined(separator: "\r\n").utf8) + bytes)
  }

  /// The head of an answer whose body comes in chunks.
  package static func chunkedHead(_ status: Int = 200, type: String = "text/event-stream") -> LoopbackServer.Step {
    .text("HTTP/1.1 \(status) Scripted\r\nContent-Type: \(type)\r\nTransfer-Encoding: chunked\r\n\r\n")
  }

  package static func chunk(_ text: String) -> LoopbackServer.Step {
    .send(Array((String(text.utf8.count, radix: 16) + "\r\n" + text + "\r\n").utf8))
  }

  package static var lastChunk: LoopbackServer.Step { .text("0\r\n\r\n") }

  package static func text(_ text: String) -> LoopbackServer.Step { .send(Array(text.utf8)) }
}
