import WeirTestSupport

/// Schemas of every kind that is enforced, as JSON text.
struct RandomSchema {
  var random: SeededRandom

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  mutating func next() -> String {
    let node = schema(2)
    return """
      {"$defs":{"tree":{"type":"object","properties":{"value":\(schema(0)),"next":{"anyOf":[{"type":"null"},\
      {"$ref":"#/$defs/tree"}]}},"required":["value","next"],"additionalProperties":false},"leaf":\(schema(0))},\
      "title":"t","anyOf":[\(node)]}
      """
  }

  private mutating func pick(_ choices: [String]) -> String { choices.randomElement(using: &random) ?? "{}" }
  private mutating func chance() -> Bool { Bool.random(using: &random) }

  private mutating func schema(_ depth: Int) -> String {
    switch Int.random(in: 0..<(depth == 0 ? 6 : 13), using: &random) {
    case 0:
      return pick([
        #"{"type":"string"}"#, #"{"type":"string","minLength":2,"maxLength":5}"#, #"{"type":"string","minLength":1}"#,
        #"{"type":"string","maxLength":30}"#, #"{"type":"string","pattern":"^[A-Z]{2,3}-\\d+$"}"#,
        #"{"type":"string","pattern":"a\\\"?[^\\s\"]b|^(x|y){2}"}"#, #"{"type":"string","format":"date"}"#,
        #"{"type":"string","format":"date-time"}"#, #"{"type":"string","format":"uuid"}"#,
        #"{"type":"string","format":"email"}"#,
      ])
    case 1: return integer()
    case 2:
      return pick([
        #"{"type":"number"}"#, #"{"type":"number","minimum":0}"#,
        #"{"type":"number","exclusiveMinimum":0,"maximum":1}"#,
        #"{"type":"number","minimum":-12.5,"exclusiveMaximum":3}"#, #"{"type":"number","maximum":-3.25}"#,
      ])
    case 3: return #"{"type":"boolean"}"#
    case 4:
      return pick([
        #"{"enum":["red","reed","re\"d",1,2.5,null,[1,{"a":"é"}]]}"#, #"{"const":"only"}"#,
        #"{"type":["string","null"],"enum":["a","b",null,3]}"#,
      ])
    case 5: return pick(["{}", "true", #"{"type":"null"}"#, #"{"type":["integer","null"]}"#, #"{"type":"object"}"#])
    case 6, 7, 8: return object(depth)
    case 9: return array(depth)
    case 10: return pick([##"{"$ref":"#/$defs/tree"}"##, ##"{"$ref":"#/$defs/leaf","description":"d"}"##])
    case 11: return "{\"anyOf\":[\(schema(depth - 1)),\(schema(depth - 1))]}"
    default:
      return pick([
        "{\"oneOf\":[{\"type\":\"string\",\"maxLength\":3},\(integer())]}",
        """
        {"oneOf":[{"type":"object","properties":{"kind":{"const":"a"},"x":\(schema(0))},"required":["kind"]},\
        {"type":"object","properties":{"kind":{"enum":["b","c"]},"y":\(schema(0))},"required":["kind"]}]}
        """,
        """
        {"type":"object","allOf":[{"properties":{"p":\(schema(0))}},{"properties":{"q":\(schema(0))},"required":["q"]}]}
        """,
        """
        {"type":"object","properties":{"a":\(schema(0)),"b":\(schema(0))},"additionalProperties":false,\
        "anyOf":[{"required":["a"]},{"required":["b"]}]}
        """,
      ])
    }
  }

  private mutating func integer() -> String {
    let low = Int.random(in: -1200...1200, using: &random)
    let high = low + Int.random(in: 0...3000, using: &random)
    return pick([
      #"{"type":"integer"}"#, "{\"type\":\"integer\",\"minimum\":\(low),\"maximum\":\(high)}",
      "{\"type\":\"integer\",\"minimum\":\(low)}", "{\"type\":\"integer\",\"exclusiveMaximum\":\(high)}",
      "{\"type\":\"integer\",\"exclusiveMinimum\":\(low),\"maximum\":\(high + 1)}",
    ])
  }

  private mutating func object(_ depth: Int) -> String {
    let names = ["name", "nam", "a b", "é", "q\\\"x", "id"].shuffled(using: &random).prefix(
      Int.random(in: 0...4, using: &random))
    let properties = names.map { "\"\($0)\":\(schema(depth - 1))" }.joined(separator: ",")
    let required = names.filter { _ in chance() }.map { "\"\($0)\"" }.joined(separator: ",")
    let others = pick(["", ",\"additionalProperties\":false", ",\"additionalProperties\":{\"type\":\"boolean\"}"])
    return "{\"type\":\"object\",\"properties\":{\(properties)},\"required\":[\(required)]\(others)}"
  }

  private mutating func array(_ depth: Int) -> String {
    let counts = pick(["", ",\"minItems\":1", ",\"minItems\":2,\"maxItems\":3", ",\"maxItems\":2", ",\"maxItems\":0"])
    let items = pick([
      ",\"items\":\(schema(depth - 1))", "", ",\"prefixItems\":[\(schema(0)),\(schema(0))]",
      ",\"prefixItems\":[\(schema(0))],\"items\":\(schema(0))", ",\"prefixItems\":[\(schema(0))],\"items\":false",
    ])
    return "{\"type\":\"array\"\(items)\(counts.contains("2,") && items.contains("false") ? "" : counts)}"
  }
}
