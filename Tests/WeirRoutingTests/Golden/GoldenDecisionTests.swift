import Foundation
import Testing
import WeirRouting

@Suite struct GoldenDecisionTests {
  private static let corpus = Result { try GoldenCorpus.read() }
  private static let isRewriting = ProcessInfo.processInfo.environment["GOLDEN_REWRITE"] == "1"

  @Test func `facts lead to the plan and the reasons of the golden corpus`() throws {
    var corpus = try Self.corpus.get()
    #expect(corpus.cases.count > 150)
    var differences = ""
    for (index, golden) in corpus.cases.enumerated() {
      let (policy, facts) = try golden.parsed()
      let found = GoldenCorpus.lines(of: policy.plan(for: facts))
      if found != golden.expected { differences += Self.difference(golden, found) }
      corpus.cases[index].expected = found
    }
    if Self.isRewriting {
      try Data(corpus.text.utf8).write(to: GoldenCorpus.path)
    } else {
      let advice = "GOLDEN_REWRITE=1 writes what is found into \(GoldenCorpus.path.lastPathComponent)"
      #expect(differences.isEmpty, "\(advice)\n\(differences)")
    }
  }

  @Test func `every case has a name of its own`() throws {
    let names = try Self.corpus.get().cases.map(\.name)
    #expect(Set(names).count == names.count)
  }

  @Test func `the file is what writing it gives`() throws {
    guard !Self.isRewriting else { return }
    #expect(try Self.corpus.get().text == String(contentsOf: GoldenCorpus.path, encoding: .utf8))
  }

  @Test func `a difference names the case and shows both sides`() {
    let golden = GoldenCase(name: "a case", given: [], expected: ["= steps: none", "= band: accept"])
    #expect(
      Self.difference(golden, ["= steps: generator", "= band: accept"])
        == "a case\n    - steps: none\n    + steps: generator\n")
  }

  /// Lines that are gone with a minus, new ones with a plus.
  private static func difference(_ golden: GoldenCase, _ found: [String]) -> String {
    let gone = golden.expected.filter { !found.contains($0) }.map { "    - \($0.dropFirst(2))\n" }
    let new = found.filter { !golden.expected.contains($0) }.map { "    + \($0.dropFirst(2))\n" }
    let moved = gone.isEmpty && new.isEmpty ? ["    the same lines in another order\n"] : []
    return ([golden.name + "\n"] + gone + new + moved).joined()
  }
}
