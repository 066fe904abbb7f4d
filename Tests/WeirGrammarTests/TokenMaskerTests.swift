import Testing
import WeirGrammar
import WeirTestSupport

struct TokenMaskerTests {
  /// Every text of up to four letters, and longer ones by chance.
  private func probes(_ random: inout SeededRandom) -> [[UInt8]] {
    let letters = ["a", "b", "(", "é"].map { Array($0.utf8) }
    var texts: [[UInt8]] = [[]]
    var last = texts
    for _ in 0..<4 {
      last = last.flatMap { text in letters.map { text + $0 } }
      texts += last
    }
    for _ in 0..<40 {
      texts.append(
        (0..<Int.random(in: 5...20, using: &random)).flatMap { _ in letters.randomElement(using: &random) ?? [] })
    }
    return texts
  }

  @Test func `the automaton and trying everything agree on random grammars`() {
    var source = RandomGrammar(seed: 11)
    var random = SeededRandom(seed: 12)
    var grammars = 0
    var matched = 0
    for _ in 0..<400 {
      guard let grammar = source.next() else { continue }
      // Depth is a bound of the automaton's own.
      guard let free = try? Grammar(rules: grammar.rules, root: grammar.root) else { continue }
      grammars += 1
      for text in probes(&random) {
        let expected = NaiveRecogniser.matches(free, text)
        if expected { matched += 1 }
        var matcher = GrammarMatcher(free)
        matcher.accept(text)
        guard matcher.canEnd != expected, !matcher.isTooAmbiguous else { continue }
        Issue.record("\(free.rules) on \(text): expected \(expected)")
        return
      }
    }
    #expect(grammars > 100 && matched > 1000, "\(grammars) grammars, \(matched) matches")
  }

  @Test func `a mask holds exactly the tokens that the grammar goes on with, and never none`() throws {
    var source = RandomGrammar(seed: 21)
    var random = SeededRandom(seed: 22)
    var grammars = 0
    var finished = 0
    for _ in 0..<120 {
      guard let grammar = source.next() else { continue }
      grammars += 1
      let pieces = probes(&random).filter { $0.count > 1 }.shuffled(using: &random).prefix(60)
      var texts = TestVocabulary.texts(pieces.map { String(decoding: $0, as: UTF8.self) }, random: &random)
      texts.append([])
      let end = Int32(texts.count - 1)
      let masker = try TokenMasker(
        grammar, texts: TokenTexts(vocabularySize: texts.count) { texts[Int($0)] }, ends: [end])
      for _ in 0..<3 {
        var state = masker.start()
        var matcher = GrammarMatcher(grammar)
        var answer: [UInt8] = []
        for _ in 0..<12 {
          guard let mask = try? masker.mask(for: state) else { break }
          for token in texts.indices.dropLast() {
            var copy = matcher
            let isAllowed = copy.accept(texts[token])
            guard copy.isTooAmbiguous || mask.contains(Int32(token)) == isAllowed else {
              Issue.record("\(grammar.rules) after \(answer), token \(texts[token]): expected \(isAllowed)")
              return
            }
          }
          #expect(mask.contains(end) == matcher.canEnd && state.canEnd == matcher.canEnd)
          var allowed: [Int32] = []
          mask.forEach { allowed.append($0) }
          #expect(allowed.count == mask.count && (mask.listed ?? allowed) == allowed)
          guard let token = allowed.randomElement(using: &random) else {
            Issue.record("an empty mask")
            return
          }
          if token == end { break }
          answer += texts[Int(token)]
          guard let next = masker.state(after: texts[Int(token)], in: state) else { break }
          state = next
          matcher.accept(texts[Int(token)])
        }
        if matcher.canEnd {
          finished += 1
          #expect(NaiveRecogniser.matches(grammar, answer))
        }
      }
    }
    #expect(grammars > 40 && finished > 30, "\(grammars) grammars, \(finished) finished")
  }

  @Test(arguments: [
    "root ::= \"a\"{5,40} \"!\"", "root ::= (\"a\" | \"bc\"){9,23} \"!\"", "root ::= (\"a\"{2,20} \",\"){1,3} \"!\"",
    "root ::= (\"x\"? \"a\"){3,35} \"!\"",
  ]) func `counts are kept across tokens of many rounds`(text: String) throws {
    let grammar = try Grammar(text: text)
    var texts = (UInt8.min...UInt8.max).map { [$0] }
    for count in 1...30 {
      let run = [UInt8](repeating: UInt8(ascii: "a"), count: count)
      texts += [
        run, run + [UInt8(ascii: "!")], run + [UInt8(ascii: ",")], run + Array("bc".utf8), Array("!".utf8) + run,
      ]
    }
    let masker = try TokenMasker(grammar, texts: TokenTexts(vocabularySize: texts.count) { texts[Int($0)] }, ends: [])
    var state = masker.start()
    var matcher = GrammarMatcher(grammar)
    for read in 0..<40 {
      let mask = try masker.mask(for: state)
      for token in texts.indices {
        var copy = matcher
        let isAllowed = copy.accept(texts[token])
        #expect(mask.contains(Int32(token)) == isAllowed, "after \(read), \(texts[token])")
      }
      guard let next = masker.state(after: [UInt8(ascii: "a")], in: state) else { break }
      state = next
      matcher.accept([UInt8(ascii: "a")])
    }
  }

  @Test func `nothing is begun that the depth has no room to end`() throws {
    // Either bracket may be opened; the square one needs three frames more than the round one.
    let open = try Grammar(
      text: #"root ::= "(" root ")" | "[" a "]" | "x"+  a ::= "{" b "}"  b ::= "<" c ">"  c ::= "y"+"#)
    var random = SeededRandom(seed: 31)
    for depth in 4...9 {
      let grammar = try Grammar(rules: open.rules, root: open.root, depth: depth)
      let masker = try TokenMasker(grammar, texts: TokenTexts(vocabularySize: 256) { [UInt8($0)] }, ends: [0])
      for _ in 0..<40 {
        var state = masker.start()
        for _ in 0..<60 {
          var allowed = try masker.mask(for: state).listed ?? []
          if allowed.contains(40) { allowed += [40, 40] }
          let token = try #require(allowed.randomElement(using: &random))
          if token == 0 { break }
          state = try #require(masker.state(after: [UInt8(token)], in: state))
        }
      }
    }
  }

  @Test func `logits of other tokens become minus infinity, beyond the vocabulary too`() throws {
    let grammar = try Grammar(text: #"root ::= "b" | "c""#)
    let masker = try TokenMasker(grammar, texts: TokenTexts(vocabularySize: 256) { [UInt8($0)] }, ends: [])
    let mask = try masker.mask(for: masker.start())
    var logits = [Float](repeating: 1, count: 300)
    mask.apply(to: &logits)
    #expect(logits.indices.filter { logits[$0] == 1 } == [98, 99])
    #expect(mask.listed == [98, 99] && !mask.contains(-1) && !mask.contains(256) && !mask.contains(1 << 20))
  }

  @Test func `a vocabulary that cannot write a byte is refused by the byte`() throws {
    let grammar = try Grammar(text: #"root ::= "é""#)
    let texts = TokenTexts(vocabularySize: 256) { $0 == 0xA9 ? nil : [UInt8($0)] }
    #expect(throws: GrammarFailure.vocabularyLacks(byte: 0xA9)) { try TokenMasker(grammar, texts: texts, ends: []) }
  }

  @Test func `forced bytes are those without a choice`() throws {
    let grammar = try Grammar(text: #"root ::= "{\"name\": " ("\"a" | "\"b") "\"}""#)
    let masker = try TokenMasker(grammar, texts: TokenTexts(vocabularySize: 256) { [UInt8($0)] }, ends: [])
    let start = masker.start()
    #expect(masker.forcedBytes(after: start) == Array(#"{"name": ""#.utf8))
    let late = try #require(masker.state(after: #"{"name": "a"#.utf8, in: start))
    #expect(masker.forcedBytes(after: late) == Array("\"}".utf8))
    #expect(masker.state(after: "x".utf8, in: late) == nil)
  }

  @Test func `a state outlives the tables it was met in`() throws {
    // Each count is a configuration of its own, so the tables are renewed several times.
    let grammar = try Grammar(text: "root ::= ([a-z] [0-9]?){200000,400000} \"!\"")
    let masker = try TokenMasker(
      grammar, texts: TokenTexts(vocabularySize: 256) { [UInt8($0)] }, ends: [255])
    var state = masker.start()
    let early = state
    for _ in 0..<20 {
      for _ in 0..<10 {
        state = try #require(masker.state(after: String(repeating: "a1", count: 500).utf8, in: state))
      }
      #expect(try masker.mask(for: state).count == 26)
      #expect(try masker.mask(for: early).count == 26)
    }
  }
}
