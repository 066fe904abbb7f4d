import Foundation
import Testing

/// `weir cache ...` as a person or a script runs it.
@Suite struct CacheCommandTests {
  private static let pairs = """
    prompt,answer,tags,ttl
    how can I reset my device,"Hold the button
    for ten seconds.",faq; device,30d
    which ports does the router have,Four of them.,faq,
    what is my balance,42,,
    """

  private func weir(_ folder: TestFolder, _ arguments: [String], _ input: String = "") throws -> WeirProcess.Result {
    try WeirProcess(arguments + ["--state", folder.path + "/state"]).run(input)
  }

  private func warmed() throws -> TestFolder {
    let folder = try TestFolder()
    let file = try folder.write(Self.pairs, to: "faq.csv")
    let result = try weir(folder, ["cache", "warm", file, "--tag", "spring"])
    #expect(result.status == 1)
    #expect(result.output.hasPrefix("2 stored, 1 not\nline 5: its answer is one person's own\n"), "\(result.output)")
    return folder
  }

  private func entry(_ folder: TestFolder, like pattern: String) throws -> [String: Any] {
    try #require(try weir(folder, ["cache", "list", "--match", pattern, "--json"]).lines.first)
  }

  @Test func `answers that were brought along are given, listed, shown and explained`() throws {
    let folder = try warmed()
    let reply = try #require(try weir(folder, ["route"], "how can I reset my device\n").lines.first)
    #expect(reply["tier"] as? String == "exact")
    #expect(reply["answer"] as? String == "Hold the button\nfor ten seconds.")
    let list = try weir(folder, ["cache", "list"])
    #expect(list.output.split(separator: "\n").count == 3 && list.output.contains("which ports"))
    let found = try entry(folder, like: "*RESET*")
    #expect(found["tags"] as? [String] == ["device", "faq", "spring"])
    #expect(found["hits"] as? Int == 1 && found["tier"] as? String == "template")
    let id = try #require(found["id"] as? Int)
    let shown = try weir(folder, ["cache", "show", "--id", "\(id)"])
    #expect(shown.status == 0 && shown.output.contains("for ten seconds.") && shown.output.contains("1 times"))
    let json = try #require(try weir(folder, ["cache", "show", "--id", "\(id)", "--json"]).lines.first)
    #expect((json["evidence"] as? [Any])?.isEmpty == true && json["must_miss"] as? Int == 0)
    let why = try weir(folder, ["cache", "why", "how can I reset my device"])
    #expect(why.output.contains("served by the exact tier: entry \(id)"), "\(why.output)")
    let other = try weir(folder, ["cache", "why", "--json"], #"{"prompt": "which ports has the router"}"#)
    #expect(try #require(other.lines.first)["exact"] is NSNull)
    #expect(((try #require(other.lines.first)["neighbours"]) as? [Any])?.isEmpty == false)
    let personal = try weir(folder, ["cache", "why", "what is my balance"])
    #expect(personal.output.contains("not cached: its answer is one person's own"))
  }

  @Test func `the figures say what is there and what was saved`() throws {
    let folder = try warmed()
    _ = try weir(folder, ["route"], "how can I reset my device\nhow can I reset my device\n")
    let stats = try #require(try weir(folder, ["cache", "stats", "--json"]).lines.first)
    #expect(stats["entries"] as? Int == 2 && stats["shared"] as? Int == 2)
    let answered = try #require((stats["answered"] as? [String: [String: Any]])?["exact"])
    #expect(answered["answers"] as? Int == 2 && (answered["saved_picodollars"] as? Int ?? 0) > 0)
    let bytes = try #require(stats["bytes"] as? [String: Any])
    #expect((bytes["counted"] as? Int ?? 0) > 4_000 && (bytes["database_file"] as? Int ?? 0) > 0)
    let table = try weir(folder, ["cache", "stats"])
    #expect(table.output.contains("2 by the exact tier") && table.output.contains("no hit was judged yet"))
  }

  @Test func `a purge says how much it takes, and wants to be told what`() throws {
    let folder = try warmed()
    #expect(try weir(folder, ["cache", "purge"]).status == 64)
    #expect(try weir(folder, ["cache", "purge", "--all", "--tag", "faq"]).status == 64)
    let dry = try weir(folder, ["cache", "purge", "--tag", "device", "--dry-run"])
    #expect(dry.output.hasPrefix("1 entry of ") && dry.output.hasSuffix("would be deleted\n"))
    #expect(try weir(folder, ["cache", "purge", "--tag", "device"]).output.hasSuffix("deleted\n"))
    #expect(try weir(folder, ["cache", "list", "--json"]).lines.count == 1)
    let all = try #require(try weir(folder, ["cache", "purge", "--all", "--json"]).lines.first)
    #expect(all["entries"] as? Int == 1)
    #expect(try weir(folder, ["cache", "list"]).output == "no entry fits\n")
  }

  @Test func `an export goes into another node, and its answers are given there`() throws {
    let (old, new) = (try warmed(), try TestFolder())
    let export = try weir(old, ["cache", "export"])
    #expect(export.lines.count == 3 && export.lines.first?["weir_cache"] as? Int == 1)
    let taken = try weir(new, ["cache", "import", "--json"], export.output)
    #expect(taken.status == 0, "\(taken.errors)")
    #expect(taken.lines.first?["entries"] as? Int == 2 && taken.lines.first?["without_vector"] as? Int == 0)
    let reply = try #require(try weir(new, ["route"], "which ports does the router have\n").lines.first)
    #expect(reply["tier"] as? String == "exact")
    let broken = export.output.replacingOccurrences(of: "\"hits\":0", with: "\"hits\":-1")
    let refused = try weir(try TestFolder(), ["cache", "import"], broken)
    #expect(refused.status == 1 && refused.output.contains("line 2: field hits must be a natural number"))
    let foreign = try weir(try TestFolder(), ["cache", "import"], Self.pairs)
    #expect(foreign.status == 2 && foreign.errors.contains("weir cache warm"))
  }

  @Test func `a wrong answer leaves and does not come back for the same prompt`() throws {
    let folder = try warmed()
    let id = try #require(try entry(folder, like: "*ports*")["id"] as? Int)
    let wrong = try weir(folder, ["cache", "wrong", "--id", "\(id)"])
    #expect(wrong.status == 0 && wrong.output.contains("not stored for its prompt again"))
    let file = try folder.write("prompt,answer\nwhich ports does the router have,Four of them.\n", to: "again.csv")
    let again = try weir(folder, ["cache", "warm", file])
    #expect(again.status == 1 && again.output.contains("the same answer was called wrong before"))
    let other = try #require(try entry(folder, like: "*reset*")["id"] as? Int)
    let pair = try weir(folder, ["cache", "wrong", "--id", "\(other)", "--prompt", "-"], "how can I reset my phone\n")
    #expect(pair.output.contains("share no answer again"))
    #expect(try weir(folder, ["cache", "wrong", "--id", "\(other)"]).status == 2)
    let stats = try #require(try weir(folder, ["cache", "stats", "--json"]).lines.first)
    #expect((stats["judged"] as? [String: Any])?["must_miss"] as? Int == 2)
  }

  @Test func `what is stored is checked and compacted`() throws {
    let folder = try warmed()
    let sound = try weir(folder, ["cache", "verify"])
    #expect(sound.status == 0 && sound.output.hasSuffix("all is well\n"), "\(sound.output)")
    #expect(try weir(folder, ["cache", "verify", "--json"]).lines.first?["sound"] as? Bool == true)
    #expect(try weir(folder, ["cache", "purge", "--all"]).status == 0)
    let compacted = try #require(try weir(folder, ["cache", "compact", "--json"]).lines.first)
    #expect((compacted["bytes_after"] as? Int ?? .max) < (compacted["bytes_before"] as? Int ?? 0))
  }

  @Test func `errors name the thing and what to do`() throws {
    let folder = try TestFolder()
    let none = try weir(folder, ["cache", "stats"])
    #expect(none.status == 2 && none.errors.contains("--state"))
    let warmed = try warmed()
    let missing = try weir(warmed, ["cache", "show", "--id", "999"])
    #expect(missing.status == 2 && missing.errors.contains("there is no entry 999"))
    #expect(try weir(warmed, ["cache", "warm", folder.path + "/none.csv"]).status == 2)
    #expect(try weir(warmed, ["cache", "list", "--match", ""]).status == 64)
    #expect(try weir(warmed, ["cache", "warm", "-", "--ttl", "soon"]).status == 64)
    #expect(try weir(warmed, ["cache", "warm", "-", "--ttl", "\(Int.max)"]).status == 64)
    #expect(try weir(warmed, ["cache", "why", "x", "--limit", "0"]).status == 64)
    let tier = try weir(warmed, ["cache", "list", "--tier", "nobody"])
    #expect(tier.status == 64 && tier.errors.contains("premium") && !tier.errors.contains("semantic"), "\(tier.errors)")
    let id = try #require(try entry(warmed, like: "*ports*")["id"] as? Int)
    let empty = try weir(warmed, ["cache", "wrong", "--id", "\(id)", "--prompt", " "])
    #expect(empty.status == 2 && empty.errors.contains("it is empty"), "\(empty.errors)")
    #expect(try weir(warmed, ["cache", "show", "--id", "\(id)"]).status == 0)
    let hostile = """
      {"prompt": "how far is the moon", "answer": "far", "ttl": "1h", "tags": ["a"]}
      {"prompt": "how far is the moon", "anser": "far"}
      nonsense
      {"prompt": "   ", "answer": "far"}
      {"prompt": "how far is the sun", "answer": " "}
      {"prompt": "how far is mars", "answer": "far", "ttl": "soon"}
      """
    let result = try weir(warmed, ["cache", "warm", "-"], hostile)
    #expect(result.status == 1 && result.output.hasPrefix("1 stored, 5 not\n"), "\(result.output)")
    for line in 2...6 { #expect(result.output.contains("line \(line): ")) }
    #expect(!result.output.contains("moon") && !result.errors.contains("moon"))
  }

  @Test func `a question or a file that is no archive makes no state folder, and a bypass is told`() throws {
    let folder = try TestFolder()
    let why = try weir(folder, ["cache", "why", "which ports does the router have"])
    #expect(why.status == 2 && why.errors.contains("--state"), "\(why.errors)")
    #expect(try weir(folder, ["cache", "import"], Self.pairs).status == 2)
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/state"))
    let bypass = try weir(
      try warmed(), ["cache", "why"], #"{"prompt": "which ports does the router have", "cache": "off"}"#)
    #expect(bypass.output.contains("kept        not at all: the request bypasses the cache"), "\(bypass.output)")
    #expect(bypass.output.contains("decision    not served: the request bypasses the cache\n"))
  }

  @Test func `requests carry tags and a time, and say why they are not cached`() throws {
    let folder = try TestFolder()
    let lines = """
      {"id": "a", "prompt": "What is your refund policy?", "cache": {"ttl": "1h", "tags": ["policy"]}}
      {"id": "b", "prompt": "Tell me a joke."}
      {"id": "c", "prompt": "What is your refund policy", "cache": {"ttl": -1}}
      {"id": "d", "prompt": "What is your refund policy", "cache": {"tags": ["model:x"]}}
      {"id": "e", "prompt": "What is your refund policy", "cache": {"time": 1}}
      """
    let replies = try WeirProcess(
      ["route", "--state", folder.path + "/state"], environment: ["WEIR_ROUTING_ERROR_BUDGET": "0.45"]
    ).run(lines).lines
    try #require(replies.count == 5)
    let entry = try entry(folder, like: "*refund policy?")
    #expect(entry["tags"] as? [String] == ["policy"] && entry["life"] as? String == "request")
    let (created, expires) = (entry["created_at"] as? Int ?? 0, entry["expires_at"] as? Int ?? 0)
    #expect(expires - created == 3_600_000)
    let reasons = (replies[1]["reasons"] as? [[String: Any]] ?? []).compactMap { $0["code"] as? String }
    #expect(reasons.contains("not_cached"))
    for reply in replies[2...] { #expect(reply["status"] as? String == "error") }
  }
}
