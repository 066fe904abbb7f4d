import Foundation
import Testing

@Suite("weir embed")
struct EmbedTests {
  @Test("writes a vector of unit length a line, and goes on after a bad line")
  func vectors() throws {
    var input = Data("where is my order\n".utf8)
    input.append(contentsOf: [0xFF, 0x0A])
    input.append(Data("where is my order".utf8))
    let result = try WeirProcess(["embed", "--timing"]).run(input)
    #expect(result.status == 1)
    let lines = result.lines
    try #require(lines.count == 3)
    let first = try #require(lines[0]["embedding"] as? [Double])
    #expect(first.count == 384)
    #expect(abs(first.reduce(0) { $0 + $1 * $1 } - 1) < 1e-4)
    #expect(lines[0]["tokens"] as? Int == 6)
    #expect((lines[1]["error"] as? [String: Any])?["code"] as? String == "invalid_utf8")
    #expect(lines[2]["embedding"] as? [Double] == first)
    #expect(result.errors.contains("2 texts, 6.0 tokens"))
  }

  @Test("writes the same numbers as bytes, and stops at a line that has no vector")
  func raw() throws {
    let texts = "reset my password\nsend me the bill\n"
    let objects = try WeirProcess(["embed"]).run(texts).lines.compactMap { $0["embedding"] as? [Double] }
    let run = WeirProcess(["embed", "--raw"])
    try run.process.run()
    try run.send(texts)
    try run.input.fileHandleForWriting.close()
    let bytes = Array(try run.output.fileHandleForReading.readToEnd() ?? Data())
    run.process.waitUntilExit()
    var values: [Float] = []
    for at in stride(from: 0, to: bytes.count, by: 4) {
      var bits: UInt32 = 0
      for place in 0..<4 { bits |= UInt32(bytes[at + place]) << (8 * UInt32(place)) }
      values.append(Float(bitPattern: bits))
    }
    #expect(run.process.terminationStatus == 0)
    #expect(values == objects.joined().map { Float($0) })

    var bad = Data("one\n".utf8)
    bad.append(contentsOf: [0xC0, 0x0A])
    let stopped = try WeirProcess(["embed", "--raw"]).run(bad)
    #expect(stopped.status == 1)
    #expect(stopped.errors.contains("line 2: the line is not valid UTF-8"))
  }
}
