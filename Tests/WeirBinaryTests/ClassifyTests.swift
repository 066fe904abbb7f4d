import Foundation
import Testing

@Suite("weir classify")
struct ClassifyTests {
  @Test("says what the bundle learned of tiers, and goes on after a bad line")
  func learned() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("classify-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    // Sums are beyond the local model; the premium one answers all but every tenth.
    let rows = (0..<120).map { number -> String in
      let isSum = number % 2 == 0
      let text = isSum ? "what is \(number) + \(number * 7) = ?" : "where is parcel \(number) now"
      return "{\"text\": \"\(text)\", \"intent\": \"\(isSum ? "sum" : "parcel")\", \"sufficient\": \(!isSum), "
        + "\"sufficient_premium\": \(number % 10 == 3 ? 0.25 : 1)}"
    }
    let file = folder.appendingPathComponent("rows.jsonl")
    try Data((rows.joined(separator: "\n") + "\n").utf8).write(to: file)
    let bundle = folder.appendingPathComponent("bundle").path
    let trained = try WeirProcess(["train", file.path, "--out", bundle, "--epochs", "1", "--cv", "2", "--json"]).run("")
    try #require(trained.status == 0, "\(trained.errors)")
    let figures = try #require(trained.lines.first?["sufficiency"] as? [String: [String: Any]])
    #expect(figures["generator"]?["rows"] as? Int == 120 && figures["premium"]?["mean"] as? Double == 0.925)
    var input = Data("{\"id\": \"a\", \"prompt\": \"what is 31 + 217 = ?\"}\n\nwhere is parcel 31 now\n".utf8)
    input.append(contentsOf: [0xFF, 0x0A])
    let result = try WeirProcess(["classify", "--models", bundle]).run(input)
    #expect(result.status == 1)
    try #require(result.lines.count == 3)
    let chances = result.lines.prefix(2).compactMap { $0["sufficiency"] as? [String: Double] }
    try #require(chances.count == 2 && chances.allSatisfy { Set($0.keys) == ["generator", "premium"] })
    #expect(result.lines[0]["id"] as? String == "a" && result.lines[0]["intent"] is String)
    #expect((chances[0]["generator"] ?? 1) < 0.2 && (chances[1]["generator"] ?? 0) > 0.8)
    #expect((result.lines[2]["error"] as? [String: Any])?["code"] as? String == "invalid_utf8")
  }

  @Test("says that the built-in bundle learned nothing of tiers")
  func builtIn() throws {
    let result = try WeirProcess(["classify"]).run("where is my order\n")
    #expect(result.status == 0)
    #expect((result.lines.first?["sufficiency"] as? [String: Any])?.isEmpty == true)
    #expect(result.lines.first?["learned_complexity"] is NSNull)
    #expect((result.lines.first?["confidence"] as? Double).map { (0...1).contains($0) } == true)
  }
}
