import Testing
import WeirProviders
import WeirRouting
import WeirTestSupport

@Suite struct StreamCommitTests {
  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `what is passed on is one answer, whole or cut, and never parts of two`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    for round in 0..<500 {
      var commit = StreamCommit(holdsAll: round % 5 == 0)
      var passed: [String] = []
      var winner: Int?
      for model in 0..<3 {
        let pieces = (0..<Int.random(in: 0...4, using: &random)).map { number in
          Int.random(in: 0..<3, using: &random) == 0 ? " " : "\(model)-\(number)"
        }
        let dies = Bool.random(using: &random)
        for piece in pieces {
          let now = commit.take(.text(piece)).compactMap(\.text)
          if !now.isEmpty, winner == nil { winner = model }
          passed += now
        }
        if !dies {
          passed += commit.accept().compactMap(\.text)
          if commit.isCommitted, winner == nil { winner = model }
          if commit.isCommitted { #expect(winner != model || passed == pieces) }
          break
        }
        if commit.isCommitted {
          #expect(passed == Array(pieces.prefix(passed.count)))
          break
        }
        commit.forget()
        #expect(passed.isEmpty)
      }
      let writers = Set(passed.compactMap { $0.split(separator: "-").first.map(String.init) }.filter { $0 != " " })
      #expect(writers.count <= 1, "seed \(seed), round \(round)")
    }
  }

  @Test func `blanks are held back, and come first once there is text`() {
    var commit = StreamCommit()
    var passed = [commit.take(.text("\n")), commit.take(.text("  "))]
    #expect(passed.allSatisfy(\.isEmpty) && !commit.isCommitted)
    passed = [commit.take(.text("a")), commit.take(.text(" "))]
    #expect(passed == [[.text("\n"), .text("  "), .text("a")], [.text(" ")]])
    #expect(commit.isCommitted)
  }

  @Test func `a format's text is given whole or not at all`() {
    var commit = StreamCommit(holdsAll: true)
    let first = commit.take(.text("{\"a\":"))
    commit.forget()
    let second = [commit.take(.text("{")), commit.take(.text("}"))]
    #expect(first.isEmpty && second.allSatisfy(\.isEmpty) && !commit.isCommitted)
    let all = commit.accept()
    #expect(all == [.text("{"), .text("}")])
    #expect(commit.isCommitted)
  }
}
