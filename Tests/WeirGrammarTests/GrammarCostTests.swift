import Testing
import WeirGrammar
import WeirTestSupport

/// Short inputs that ask for very much work are refused, or answered soon.
struct GrammarCostTests {
  private func failure(_ schema: String) -> GrammarFailure? {
    do {
      _ = try Grammar(jsonSchema: schema)
      return nil
    } catch {
      return error
    }
  }

  @Test func `a branch that leads back to its own schema is refused, or recursion where a value lies between`() throws {
    #expect(failure(##"{"type":"object","anyOf":[{"$ref":"#"}]}"##) != nil)
    #expect(failure(##"{"minLength":1,"oneOf":[{"$ref":"#"}]}"##) != nil)
    #expect(failure(##"{"type":"object","anyOf":[{"$ref":"#"},{"minLength":2,"anyOf":[{"$ref":"#"}]}]}"##) != nil)
    let grammar = try Grammar(
      jsonSchema: ##"{"properties":{"a":{"type":"object","anyOf":[{"$ref":"#"}]}},"additionalProperties":false}"##)
    for text in ["{}", #"{"a":{}}"#, #"{"a":{"a":{"a":{}}}}"#] { #expect(grammar.matches(text.utf8), "\(text)") }
    #expect(!grammar.matches(#"{"a":1}"#.utf8) && !grammar.matches("".utf8))
  }

  @Test func `a reference without a value stays without one when it comes again`() throws {
    let grammar = try Grammar(
      jsonSchema: ##"{"$defs":{"f":false},"anyOf":[{"$ref":"#/$defs/f"},{"$ref":"#/$defs/f"},{"type":"null"}]}"##)
    #expect(grammar.matches("null".utf8) && !grammar.matches("".utf8))
  }

  @Test(.timeLimit(.minutes(1))) func `references of references are resolved once each`() throws {
    let levels = (0..<14).map { level in
      let parts = (0..<8).map { "{\"$ref\":\"#/$defs/d\(level + 1)\",\"minLength\":\($0)}" }.joined(separator: ",")
      return "\"d\(level)\":{\"allOf\":[\(parts)]}"
    }
    let grammar = try Grammar(
      jsonSchema:
        "{\"$defs\":{\(levels.joined(separator: ",")),\"d14\":{\"type\":\"string\"}},\"$ref\":\"#/$defs/d0\"}")
    #expect(grammar.matches("\"1234567\"".utf8) && !grammar.matches("\"123456\"".utf8))
    // Without references in one place to remember, the work is counted.
    let branches = (0..<40).map { "{\"$ref\":\"#/$defs/l1\",\"minLength\":\($0)}" }.joined(separator: ",")
    let chain = (0..<20).map { level in
      "\"l\(level)\":{\"anyOf\":[\(branches.replacing("l1", with: "l\(level + 1)"))]}"
    }
    let wide =
      "{\"$defs\":{\(chain.joined(separator: ",")),\"l20\":{\"type\":\"string\"}},\"allOf\":[{\"$ref\":\"#/$defs/l0\"},{\"maxLength\":90}]}"
    guard case .tooLarge = failure(wide) else {
      Issue.record("\(String(describing: failure(wide)?.message))")
      return
    }
  }

  @Test(.timeLimit(.minutes(1))) func `thousands of listed values are compared by their hashes`() {
    func list(_ range: Range<Int>) -> String { range.map { "\($0)" }.joined(separator: ",") }
    #expect(failure("{\"allOf\":[{\"enum\":[\(list(0..<8000))]},{\"enum\":[\(list(7999..<15000))]}]}") == nil)
    #expect(failure("{\"oneOf\":[{\"enum\":[\(list(0..<8000))]},{\"enum\":[\(list(8000..<15000))]}]}") == nil)
    let many = (0..<300).map { "{\"const\":\($0)}" }.joined(separator: ",")
    #expect(failure("{\"oneOf\":[\(many)]}") == .tooLarge(what: "schemas of one oneOf", found: 300, allowed: 256))
  }

  @Test(.timeLimit(.minutes(1))) func `rules that lead from one to the next are checked in one go`() {
    let chain = (0..<6000).map { "r\($0) ::= \"a\"* r\($0 + 1)" }.joined(separator: "\n")
    // All of them are open at once, which is found soon.
    #expect(throws: GrammarFailure.tooAmbiguous(allowed: 1024)) {
      _ = try Grammar(text: "root ::= r0\n\(chain)\nr6000 ::= \"b\"")
    }
  }

  @Test func `the items of one schema hold for the elements that another names`() throws {
    let schema =
      #"{"allOf":[{"type":"array","items":{"minimum":3}},{"prefixItems":[{"type":"integer"},{"maximum":5}]}]}"#
    let grammar = try Grammar(jsonSchema: schema)
    #expect(grammar.matches("[3,4]".utf8) && grammar.matches("[9,5,7]".utf8))
    for text in ["[2,4]", "[3,2]", "[3,6]", "[3,4,2]"] { #expect(!grammar.matches(text.utf8), "\(text)") }
  }

  @Test func `names and values that only look the same are different`() throws {
    let (one, two) = ("\u{E9}", "e\u{301}")
    let grammar = try Grammar(
      jsonSchema: "{\"properties\":{\"\(one)\":{\"type\":\"null\"},\"\(two)\":{\"type\":\"boolean\"}}}")
    #expect(grammar.matches("{\"\(one)\":null,\"\(two)\":true}".utf8))
    #expect(failure("{\"allOf\":[{\"enum\":[\"\(one)\"]},{\"enum\":[\"\(two)\"]}]}") != nil)
    #expect(try Grammar(jsonSchema: "{\"enum\":[1.0,\"\(two)\"],\"const\":1}").matches("1.0".utf8))
  }
}
