import Foundation
import Testing

@Suite("weir bench")
struct BenchTests {
  @Test("measures what is asked for with the built-in models, and its figures can be compared with")
  func everything() throws {
    // Without the machine's limits and generated answers, which take a debug build minutes.
    let parts = "tokenizers,encoder,prefill,decode,cache,policy,route.exact,route.semantic,route.deferred"
    let arguments = ["bench", "--only", parts, "--rounds", "1", "--tokens", "16", "--entries", "50", "--json"]
    let result = try WeirProcess(arguments).run()
    #expect(result.status == 0, "\(result.errors)")
    let rows = try #require(result.lines.first?["rows"] as? [[String: Any]])
    let names = rows.compactMap { $0["name"] as? String }
    #expect(
      names == [
        "load.tokenizer.encoder", "tokenizers.encoder", "load.encoder",
        "encoder.16.t1", "encoder.text.t1", "load.tokenizer.generator", "tokenizers.generator", "load.generator",
        "prefill.16.t1", "decode.64.t1", "cache.open.50", "cache.exact.50", "cache.absent.50", "cache.foreign.50",
        "cache.put.50", "cache.put_full.50", "cache.put.flushed.50", "cache.similar.50", "policy.plan",
        "policy.decide", "route.exact", "route.semantic", "route.deferred",
      ])
    #expect(rows.allSatisfy { ($0["rate"] as? Double ?? 0) > 0 })

    let file = FileManager.default.temporaryDirectory.appendingPathComponent("weir-bench-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(result.output.utf8).write(to: file)
    let compared = try WeirProcess(["bench", "--only", "policy", "--rounds", "1", "--compare", file.path]).run()
    #expect(compared.status == 0, "\(compared.errors)")
    #expect(compared.output.contains("ratio"))
    #expect(compared.output.contains("policy.plan"))
  }

  @Test("refuses what it does not know, by name")
  func usage() throws {
    for (arguments, word) in [
      (["--only", "everything"], "everything"), (["--threads", "0"], "--threads 0"), (["--tokens", "1,x"], "--tokens"),
      (["--rounds", "0"], "--rounds 0"), (["--perplexity", "text"], "--model"),
    ] {
      let result = try WeirProcess(["bench"] + arguments).run()
      #expect(result.status == 64)
      #expect(result.errors.contains(word))
    }
    for part in ["encoder", "prefill"] {
      let long = try WeirProcess(["bench", "--only", part, "--rounds", "1", "--tokens", "16,9000"]).run()
      #expect(long.status == 2, "\(long.errors)")
      #expect(long.errors.contains("\(part) needs 9000 tokens, but the model holds at most "))
    }
    let missing = try WeirProcess(["bench", "--only", "policy", "--compare", "/nonexistent.json"]).run()
    #expect(missing.status == 2)
    #expect(missing.errors.contains("/nonexistent.json"))
  }
}
