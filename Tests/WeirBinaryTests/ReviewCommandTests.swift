import Foundation
import Testing

/// Samples go out, labels come back, and the budget says what they are worth.
@Suite struct ReviewCommandTests {
  private func weir(_ folder: TestFolder, _ arguments: [String], _ input: String = "") throws -> WeirProcess.Result {
    try WeirProcess(
      arguments + ["--state", folder.path + "/state", "--config", folder.path + "/weir.toml"]
    ).run(input)
  }

  /// A node with `count` samples of answers from the cache.
  private func sampled(_ count: Int) throws -> TestFolder {
    let folder = try TestFolder()
    _ = try folder.write("[routing]\naudit_probability = 1\n", to: "weir.toml")
    let file = try folder.write("prompt,answer\nwhich ports does the router have,Four of them.\n", to: "faq.csv")
    #expect(try weir(folder, ["cache", "warm", file]).status == 0)
    let prompts = String(repeating: "which ports does the router have\n", count: count)
    #expect(try weir(folder, ["route"], prompts).status == 0)
    return folder
  }

  private func exported(_ folder: TestFolder) throws -> [String] {
    try weir(folder, ["review", "export"]).output.split(separator: "\n").map(String.init)
  }

  @Test func `labels come back from a file, twice the same, and show in the budget`() throws {
    let folder = try sampled(31)
    let lines = try exported(folder)
    #expect(lines.count == 31 && lines.allSatisfy { $0.contains(#""tier":"exact""#) })
    let unknown = try weir(folder, ["budget"])
    #expect(unknown.output.contains("unknown: 30 labels more are needed"), "\(unknown.output)")
    let labelled = lines.map { $0.replacing(#""label":null"#, with: #""label":"right""#) }.joined(separator: "\n")
    let file = try folder.write(labelled + "\n", to: "labels.jsonl")
    let dry = try weir(folder, ["review", "import", "--dry-run", file])
    #expect(dry.status == 0 && dry.output.hasPrefix("31 labels would be added, 0 would be changed, 0 were there"))
    let first = try #require(try weir(folder, ["review", "import", file, "--json"]).lines.first)
    #expect(first["added"] as? Int == 31 && first["refused"] as? Int == 0)
    let second = try #require(try weir(folder, ["review", "import", file, "--json"]).lines.first)
    #expect(second["added"] as? Int == 0 && second["same"] as? Int == 31)
    let budget = try #require(try weir(folder, ["budget", "--json"]).lines.first)
    let rates = try #require(budget["rates"] as? [String: Any])
    let wrong = try #require(rates["local_wrong"] as? [String: Any])
    #expect(wrong["value"] as? Double == 0 && wrong["labels"] as? Int == 31)
    #expect((wrong["high"] as? Double ?? 0) > 0.05)
    #expect(try weir(folder, ["review", "export", "--unlabelled"]).output.isEmpty)
    #expect(try weir(folder, ["doctor"]).output.contains("error budget"))
  }

  @Test func `hostile lines are named and the rest is taken`() throws {
    let folder = try sampled(2)
    let lines = try exported(folder)
    let good = lines[0].replacing(#""label":null"#, with: #""label":"wrong""#)
    var bytes = Data("{\n\(good)\n\n[1]\n".utf8)
    bytes.append(contentsOf: [0xFF, 0xFE, 0x0A])
    bytes.append(Data("{\"id\":\"00000000000000000000000000\",\"label\":\"right\"}\n".utf8))
    bytes.append(Data(repeating: UInt8(ascii: "x"), count: 17 << 20))
    bytes.append(Data("\n\(good)".utf8))
    let path = folder.path + "/bad.jsonl"
    try bytes.write(to: URL(fileURLWithPath: path))
    let result = try weir(folder, ["review", "import", path])
    #expect(result.status == 1, "\(result.output)")
    #expect(
      result.output.hasPrefix("1 labels added, 0 changed, 0 were there; 0 lines without a label, 1 repeated, 5 refused")
    )
    for line in [1, 4, 5, 6, 7] { #expect(result.output.contains("\nline \(line): "), "\(line): \(result.output)") }
    #expect(!result.output.contains("xxxx"))
  }

  @Test func `one label is said on the command line`() throws {
    let folder = try sampled(1)
    let id = String(try exported(folder)[0].dropFirst(7).prefix(26))
    #expect(try weir(folder, ["review", "label", id, "wrong", "--reviewer", "anna"]).output == "labelled\n")
    #expect(
      try weir(folder, ["review", "label", id, "right", "--reviewer", "anna"]).output
        == "the earlier label is replaced\n")
    #expect(
      try weir(folder, ["review", "label", id, "right", "--reviewer", "anna"]).output == "that was its label already\n")
    let other = try weir(folder, ["review", "label", id, "right", "--other"])
    #expect(other.status == 2 && other.errors.contains("has one answer only"))
    let unknown = try weir(folder, ["review", "label", "00000000000000000000000000", "right"])
    #expect(unknown.status == 2 && unknown.errors.contains("there is no review sample"))
    #expect(try weir(folder, ["review", "label", "nonsense", "right"]).status == 64)
    #expect(try weir(folder, ["review", "label", id, ""]).status == 64)
  }
}
