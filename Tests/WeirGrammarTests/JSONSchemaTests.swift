import Testing
import WeirDomain
import WeirGrammar
import WeirTestSupport

struct JSONSchemaTests {
  private func failure(_ schema: String) -> GrammarFailure? {
    do {
      _ = try Grammar(jsonSchema: schema)
      return nil
    } catch {
      return error
    }
  }

  private func matches(_ schema: String, _ text: String) throws -> Bool {
    try Grammar(jsonSchema: schema).matches(text.utf8)
  }

  /// Pieces as a model's vocabulary has them: across quotes, commas, words and characters.
  private static let pieces = [
    "{\"", "\": ", "\":\"", "\", \"", "\"}", "},", "[", "]", "], ", "\n  ", "\n    \"", "true", "false", "null", "name",
    " the", "Wörter",
    "日本", "\u{1F600}", "12", "2024-02-29T10:00:00Z", "\\u00e9", "\\n", "-0.5e+10", ".25", "                    ",
    "kind", "value\":",
    "next\": null", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "user@example.com", "red\"",
  ]

  /// A text by chance; after a while the end is taken as soon as it is allowed, and the shortest ways are preferred.
  private func generate(_ masker: TokenMasker, _ texts: [[UInt8]], end: Int32, _ random: inout SeededRandom) throws
    -> [UInt8]?
  {
    var state = masker.start()
    var answer: [UInt8] = []
    for step in 0..<400 {
      let mask = try masker.mask(for: state)
      if mask.contains(end), step > 60 || Int.random(in: 0..<4, using: &random) == 0 { return answer }
      var allowed: [Int32] = []
      mask.forEach { if $0 != end { allowed.append($0) } }
      if step > 60 {
        let closing = allowed.filter { texts[Int($0)].allSatisfy { "\"}]".utf8.contains($0) } }
        if !closing.isEmpty { allowed = closing }
      }
      guard let token = allowed.randomElement(using: &random) else { return answer }
      answer += texts[Int(token)]
      state = try #require(masker.state(after: texts[Int(token)], in: state))
    }
    return nil
  }

  @Test func `whatever is written under a random schema parses and meets it`() throws {
    var schemas = RandomSchema(seed: 5)
    var random = SeededRandom(seed: 6)
    var texts = TestVocabulary.texts(Self.pieces + Self.pieces, random: &random) + Self.pieces.map { Array($0.utf8) }
    texts.append([])
    let end = Int32(texts.count - 1)
    let tokens = TokenTexts(vocabularySize: texts.count) { texts[Int($0)] }
    var written = 0
    for _ in 0..<150 {
      let schema = schemas.next()
      let grammar: Grammar
      do {
        grammar = try Grammar(jsonSchema: schema)
      } catch {
        guard case .unsatisfiable = error else {
          Issue.record("\(error.message) \(schema)")
          continue
        }
        continue
      }
      let document = try JSONReader.read(Array(schema.utf8))
      let masker = try TokenMasker(grammar, texts: tokens, ends: [end])
      for _ in 0..<3 {
        guard let answer = try generate(masker, texts, end: end, &random) else { continue }
        written += 1
        guard let value = try? JSONReader.read(answer) else {
          Issue.record("not JSON: \(String(decoding: answer, as: UTF8.self)) by \(schema)")
          return
        }
        guard NaiveValidator(document: document).accepts(value, document) else {
          Issue.record("\(String(decoding: answer, as: UTF8.self)) does not meet \(schema)")
          return
        }
        #expect(grammar.matches(answer))
      }
    }
    #expect(written > 300, "\(written) texts")
  }

  @Test func `objects keep the order of their properties and leave out optional ones`() throws {
    let schema =
      #"{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"null"},"c":{"type":"boolean"}},"required":["b"]}"#
    for text in [
      #"{"b":null}"#, #"{"a":1,"b":null}"#, #"{"a": 1, "b": null, "c": true}"#, "{\n  \"b\": null,\n  \"c\": false\n}",
    ] {
      #expect(try matches(schema, text), "\(text)")
    }
    for text in [
      "{}", #"{"a":1}"#, #"{"b":null,"a":1}"#, #"{"b":null,}"#, #"{,"b":null}"#, #"{"b":null,"d":1}"#, #"{"b":null}  "#,
    ] {
      #expect(try !matches(schema, text), "\(text)")
    }
  }

  @Test func `other properties never repeat a listed name`() throws {
    let schema = #"{"properties":{"ab":{"type":"null"}},"additionalProperties":{"type":"integer"}}"#
    for text in [#"{"ab":null,"a":1,"abc":2,"b":3,"":4}"#, #"{"x":1}"#, "{}"] {
      #expect(try matches(schema, text), "\(text)")
    }
    for text in [#"{"ab":1}"#, #"{"x":1,"ab":2}"#, #"{"\u0061b":1}"#, #"{"x":null}"#] {
      #expect(try !matches(schema, text), "\(text)")
    }
  }

  @Test func `integers between bounds are exactly those`() throws {
    var random = SeededRandom(seed: 3)
    for _ in 0..<60 {
      let low = Int.random(in: -2100...2100, using: &random)
      let high = low + Int.random(in: 0...([3, 40, 3000].randomElement(using: &random) ?? 3), using: &random)
      let grammar = try Grammar(jsonSchema: "{\"type\":\"integer\",\"minimum\":\(low),\"maximum\":\(high)}")
      for value in (low - 30)...(high + 30) {
        guard grammar.matches("\(value)".utf8) != (low...high).contains(value) else { continue }
        Issue.record("\(value) of \(low)...\(high)")
      }
      #expect(!grammar.matches("0\(low)".utf8) && !grammar.matches("-0".utf8))
    }
  }

  @Test func `dates are those of the calendar`() throws {
    let grammar = try Grammar(jsonSchema: #"{"type":"string","format":"date"}"#)
    for text in ["2024-02-29", "2000-02-29", "1999-12-31", "0001-01-01", "2023-04-30"] {
      #expect(grammar.matches("\"\(text)\"".utf8))
    }
    for text in ["2023-02-29", "1900-02-29", "2023-04-31", "2023-13-01", "2023-00-10", "0000-01-01", "2023-1-1"] {
      #expect(!grammar.matches("\"\(text)\"".utf8), "\(text)")
    }
  }

  @Test func `escapes count as one character and halves of pairs are none`() throws {
    let schema = #"{"type":"string","minLength":2,"maxLength":2}"#
    for text in [#""ab""#, #""\n\u00e9""#, "\"é\u{1F600}\"", #""\"\\""#] {
      #expect(try matches(schema, text), "\(text)")
    }
    for text in [#""a""#, #""abc""#, #""\n""#, #""\ud83d\ude00""#, "\"a\n\"", #""\x41a""#] {
      #expect(try !matches(schema, text), "\(text)")
    }
  }

  @Test func `ten thousand listed values stay small`() throws {
    let values = (0..<10_000).map { "\"item number \($0 * 7919 % 100_003)\"" }.joined(separator: ",")
    let grammar = try Grammar(jsonSchema: "{\"enum\":[\(values)]}")
    #expect(grammar.matches("\"item number 0\"".utf8) && !grammar.matches("\"item number 1x\"".utf8))
    let masker = try TokenMasker(grammar, texts: TokenTexts(vocabularySize: 256) { [UInt8($0)] }, ends: [255])
    #expect(masker.forcedBytes(after: masker.start()) == Array("\"item number ".utf8))
  }

  @Test func `recursion is as deep as readers of JSON can follow`() throws {
    let schema = ##"{"type":"object","properties":{"next":{"$ref":"#"}},"additionalProperties":false}"##
    func nested(_ depth: Int) -> String {
      String(repeating: "{\"next\":", count: depth) + "{}" + String(repeating: "}", count: depth)
    }
    let grammar = try Grammar(jsonSchema: schema)
    let deepest = (0..<100).last { grammar.matches(nested($0).utf8) } ?? 0
    #expect(deepest >= 20 && deepest < 64)
    #expect(throws: Never.self) { try JSONReader.read(Array(nested(deepest).utf8)) }
  }

  @Test func `a reference that leads nowhere else is refused`() {
    #expect(failure(##"{"$ref":"#"}"##) != nil)
    #expect(failure(##"{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}},"$ref":"#/$defs/a"}"##) != nil)
    #expect(failure(##"{"$defs":{"a":{"allOf":[{"$ref":"#/$defs/a"},{"type":"null"}]}},"$ref":"#/$defs/a"}"##) != nil)
    #expect(failure(##"{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}"##) == .neverEnds(rule: "#"))
    #expect(failure(##"{"$ref":"#/$defs/none"}"##)?.message.contains("$ref") == true)
    #expect(failure(##"{"$ref":"https://example.com/schema"}"##)?.message.contains("#/$defs/name") == true)
  }

  @Test(arguments: [
    (#"{"type":"object","minProperties":1}"#, "minProperties"), (#"{"not":{}}"#, "not"),
    (#"{"properties":{"a":{"multipleOf":3}}}"#, "multipleOf"), (#"{"type":"array","uniqueItems":true}"#, "uniqueItems"),
    (#"{"typ":"string"}"#, "typ"), (#"{"type":"string","format":"uri"}"#, "format"), (#"{"items":[{}]}"#, "items"),
    (#"{"oneOf":[{"type":"integer"},{"type":"number"}]}"#, "oneOf"),
  ]) func `what cannot be enforced is refused by its name`(schema: String, keyword: String) {
    guard case .unsupportedKeyword(keyword, _, let advice) = failure(schema) else {
      Issue.record("\(String(describing: failure(schema)))")
      return
    }
    #expect(!advice.isEmpty)
  }

  @Test(arguments: [
    #"{"type":"strin"}"#, #"{"type":[]}"#, #"{"enum":[]}"#, #"{"minLength":-1,"type":"string"}"#, #"{"required":"a"}"#,
    #"{"type":"string","minLength":3,"maxLength":2}"#, #"{"type":"integer","minimum":3,"maximum":2}"#, "false", "[]",
    "3", "{", "",
    #"{"a":1,"a":2}"#, #"{"type":"string","pattern":"(?=a)"}"#, #"{"type":"string","pattern":"a(b"}"#,
    #"{"type":"string","pattern":"\\1"}"#,
    #"{"type":"string","pattern":"[b-a]"}"#, #"{"type":"string","pattern":"a**"}"#, #"{"const":1,"type":"string"}"#,
    #"{"allOf":[{"type":"string"},{"type":"null"}]}"#, #"{"type":"number","minimum":0.2,"maximum":0.9}"#,
    String(repeating: "[", count: 100_000),
    String(repeating: #"{"items":"#, count: 63) + "{}" + String(repeating: "}", count: 63) + " x",
  ]) func `a schema that is wrong or allows nothing is refused with a sentence`(schema: String) {
    let failure = failure(schema)
    #expect(failure != nil && failure?.message.hasSuffix(".") == true || failure?.message.hasSuffix("?") == true)
    #expect(failure?.kind == .badRequest)
  }
}
