import Testing
import WeirGrammar

struct GrammarMatcherTests {
  private func matches(_ grammar: String, _ text: String) throws -> Bool {
    try Grammar(text: grammar).matches(text.utf8)
  }

  @Test func `literals, classes, groups and repetitions`() throws {
    let grammar = #"""
      # a list of names
      root ::= item ("," " "? item)* "."
      item ::= [a-z_]{1,3} | "\"" [^"\n]* "\"" | "\u00e9"+
      """#
    for text in ["a.", "abc,b, _.", "\"x, y\".", "ééé,a.", "\"\"."] {
      #expect(try matches(grammar, text), "\(text)")
    }
    for text in ["", ".", "abcd.", "a,", "a,  b.", "A.", "\"\n\".", "é"] {
      #expect(try !matches(grammar, text), "\(text)")
    }
  }

  @Test func `a repetition counts beyond what could be written out`() throws {
    let grammar = try Grammar(text: "root ::= [ab]{3,100000} \"!\"")
    for count in [3, 4, 100, 100_000] {
      #expect(grammar.matches(String(repeating: "a", count: count).utf8 + [0x21]))
    }
    for count in [0, 2, 100_001] {
      #expect(!grammar.matches(String(repeating: "b", count: count).utf8 + [0x21]))
    }
  }

  @Test func `a scalar is matched through its bytes only as a whole`() throws {
    let grammar = try Grammar(text: "root ::= [^a-z]")
    for scalar: Unicode.Scalar in [
      "A", "\u{7F}", "\u{80}", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FFFF}", "\u{10000}", "\u{10FFFF}",
    ] {
      let bytes = Array(String(scalar).utf8)
      var matcher = GrammarMatcher(grammar)
      for (index, byte) in bytes.enumerated() {
        #expect(!matcher.canEnd || index == bytes.count)
        let isAccepted = matcher.accept([byte])
        #expect(isAccepted)
      }
      #expect(matcher.canEnd)
    }
    for bytes: [UInt8] in [
      [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFF],
    ] {
      #expect(!grammar.matches(bytes))
    }
  }

  @Test func `nesting is followed as deep as the grammar has room for and no deeper`() throws {
    let grammar = try Grammar(text: "root ::= \"(\" root \")\" | \"x\"")
    func nested(_ depth: Int) -> String {
      String(repeating: "(", count: depth) + "x" + String(repeating: ")", count: depth)
    }
    #expect(grammar.matches(nested(Grammar.maximumDepth).utf8))
    #expect(!grammar.matches(nested(Grammar.maximumDepth + 1).utf8))
    // At the limit the only way on is the one that ends.
    var matcher = GrammarMatcher(grammar)
    let reachesLimit = matcher.accept(String(repeating: "(", count: Grammar.maximumDepth).utf8)
    var deeper = matcher
    let goesDeeper = deeper.accept("(".utf8)
    let comesBack = matcher.accept("x)".utf8)
    #expect(reachesLimit && !goesDeeper && deeper.isDead && comesBack)
  }

  @Test func `right recursion needs no depth`() throws {
    let grammar = try Grammar(text: "root ::= \"a\" root | \"b\"")
    #expect(grammar.matches(String(repeating: "a", count: 50_000).utf8 + [0x62]))
  }

  @Test func `copies go their own ways`() throws {
    var first = GrammarMatcher(try Grammar(text: #"root ::= "a" ("b" | "c" "d")"#))
    first.accept("a".utf8)
    var second = first
    first.accept("b".utf8)
    second.accept("c".utf8)
    #expect(first.canEnd && !second.canEnd && !second.isDead)
    second.accept("d".utf8)
    #expect(second.canEnd)
  }

  @Test(arguments: [
    ("root ::= \"a", 1, 10), ("root ::= (\"a\"", 1, 10), ("root ::= [a", 1, 10), ("root ::= [z-a]", 1, 14),
    ("root ::= []", 1, 10), ("root ::= x", 1, 10), ("root ::= \"a\"\nroot ::= \"b\"", 2, 1), ("a ::= \"b\"", 1, 1),
    ("root ::= \"\\q\"", 1, 11), ("root ::= \"\\ud800\"", 1, 11), ("root ::= \"a\"{3,2}", 1, 13),
    ("root ::= \"a\"{", 1, 13), ("root \"a\"", 1, 6), ("root ::= )", 1, 10), ("root ::= \"a\"****** \"b\"", 1, 17),
  ]) func `a mistake is named with its line and column`(text: String, line: Int, column: Int) {
    do {
      _ = try Grammar(text: text)
      Issue.record("accepted")
    } catch .syntax(let foundLine, let foundColumn, let problem) {
      #expect(foundLine == line && foundColumn == column && !problem.isEmpty)
    } catch {
      Issue.record("\(error)")
    }
  }

  @Test func `what would never end or begin is refused by the rule's name`() {
    func failure(_ text: String) -> GrammarFailure? {
      do {
        _ = try Grammar(text: text)
        return nil
      } catch {
        return error
      }
    }
    #expect(failure("root ::= root \"a\" | \"b\"") == .leftRecursion(rule: "root"))
    #expect(failure("root ::= x\nx ::= \" \"* y\ny ::= x \"a\" | \"b\"") == .leftRecursion(rule: "x"))
    #expect(failure("root ::= \"a\" root") == .neverEnds(rule: "root"))
    #expect(failure("root ::= \"a\" | b\nb ::= \"(\" b \")\"") == .neverEnds(rule: "b"))
    let chain = (0..<400).map { "r\($0) ::= \"(\" r\($0 + 1) \")\"" }.joined(separator: "\n")
    #expect(failure("root ::= r0\n\(chain)\nr400 ::= [a]*") == .tooDeep(rule: "root", allowed: 256))
    let twice = (0..<24).map { "r\($0) ::= (r\($0 + 1) \"\" r\($0 + 1))?" }.joined(separator: "\n")
    #expect(failure("root ::= r0 \"!\"\n\(twice)\nr24 ::= \"x\"+") == .tooAmbiguous(allowed: 1024))
  }

  @Test func `deep groups and long texts are refused and not followed`() {
    for text in [
      "root ::= " + String(repeating: "(", count: 100_000), String(repeating: "x", count: 300_000),
      "root ::= \"a\"{99999999999999999999}", "root ::= ((\"a\"?){1000}){1000}",
    ] {
      #expect(throws: GrammarFailure.self) { _ = try Grammar(text: text) }
    }
  }
}
