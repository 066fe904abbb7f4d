import Testing

@testable import WeirConfiguration

/// The rules of TOML 1.0, section by section.
@Suite struct TOMLReaderTests {
  /// The document in one canonical line, keys sorted.
  static func shown(_ text: String) -> String {
    do {
      return show(.table(try TOMLReader.read(text)))
    } catch {
      return "problem"
    }
  }

  static func show(_ entry: TOMLTable.Entry) -> String {
    switch entry {
    case .value(let value, _): return value.literal
    case .array(let elements, _): return "[" + elements.map(show).joined(separator: ",") + "]"
    case .tables(let elements, _): return "[" + elements.map { show(.table($0)) }.joined(separator: ",") + "]"
    case .table(let table):
      let entries = table.entries.sorted { $0.key < $1.key }.map { "\($0.key):\(show($0.value))" }
      return "{" + entries.joined(separator: ",") + "}"
    }
  }

  @Test func `keys are bare, quoted and dotted`() {
    #expect(Self.shown("a = 1\n\"b c\" = 2\n'd' . e.\"f\" = 3") == "{a:1,b c:2,d:{e:{f:3}}}")
    #expect(Self.shown("3.14 = 1\n\"\" = 2") == "{:2,3:{14:1}}")
    for text in ["= 1", "a b = 1", "a. = 1", ".a = 1", "a", "a =", "é = 1", "\"\"\"a\"\"\" = 1", "a = 1 b = 2"] {
      #expect(Self.shown(text) == "problem", "\(text)")
    }
  }

  @Test func `texts of all four kinds`() {
    #expect(Self.shown(#"a = "\t\"\\\u00e9\U0001F600""#) == "{a:\"\\t\\\"\\\\\u{e9}\u{1F600}\"}")
    #expect(Self.shown(#"a = 'C:\x'"#) == #"{a:"C:\\x"}"#)
    #expect(Self.shown("a = \"\"\"\none\\\n   two\"\"\"\"\"") == "{a:\"onetwo\\\"\\\"\"}")
    #expect(Self.shown("a = '''\r\none\r\ntwo'''") == "{a:\"one\\ntwo\"}")
    for text in [
      "\"", "\"a", "'a", "\"\\q\"", "\"\\ud800\"", "\"\\u12\"", "\"a\nb\"", "'a\nb'", "\"\"\"a", "\"\"\"\"\"\"\"\"\"",
    ] {
      #expect(Self.shown("a = \(text)") == "problem", "\(text)")
    }
  }

  @Test func `numbers`() {
    for (typed, literal) in [
      ("0", "0"), ("+1", "1"), ("-17", "-17"), ("1_000", "1000"), ("0xFF", "255"), ("0o17", "15"), ("0b101", "5"),
      ("1.5", "1.5"), ("-0.0", "-0.0"), ("1e3", "1000.0"), ("1.5e-3", "0.0015"), ("6E+2", "600.0"), ("inf", "inf"),
      ("-inf", "-inf"), ("nan", "nan"), ("9223372036854775807", "9223372036854775807"),
    ] {
      #expect(Self.shown("a = \(typed)") == "{a:\(literal)}")
    }
    for typed in [
      "01", "1_", "_1", "1__0", "+", "-", "1.", ".5", "1e", "1.e3", "0x", "0x_1", "-0x1", "0xG", "00", "1e1.5", "Inf",
      "9223372036854775808", "1.0_", "True", "x", "+-1", "0x-1", "1-1",
    ] {
      #expect(Self.shown("a = \(typed)") == "problem", "\(typed)")
    }
  }

  @Test func `arrays, inline tables and dates`() {
    #expect(Self.shown("a = [1, [2,\n # x\n 3,],\n]\nb = []") == "{a:[1,[2,3]],b:[]}")
    #expect(Self.shown("a = { b = 1, c.d = 2 }\ne = {}") == "{a:{b:1,c:{d:2}},e:{}}")
    #expect(Self.shown("a = 1979-05-27 07:32:00Z\nb = 07:32:00") == "{a:<a date or time>,b:<a date or time>}")
    for text in ["[1 2]", "[,]", "[1,,2]", "[", "{", "{a=1,}", "{a=1 b=2}", "{\na=1}", "{a=1}}", "}rue"] {
      #expect(Self.shown("a = \(text)") == "problem", "\(text)")
    }
  }

  @Test func `tables and arrays of tables`() {
    #expect(Self.shown("[a.b]\nc = 1\n[a]\nd = 2") == "{a:{b:{c:1},d:2}}")
    #expect(Self.shown("[[a]]\nb = 1\n[[a]]\n[a.c]\nd = 2\n[[a.e]]\n[[a.e]]") == "{a:[{b:1},{c:{d:2},e:[{},{}]}]}")
    for text in [
      "[a]\n[a]", "a = 1\n[a]", "a = 1\n[a.b]", "[a]\nb.c = 1\n[a.b]", "a = {}\n[a.b]", "a = []\n[[a]]", "[a]\n[[a]]",
      "[[a]]\n[a]", "a = {b = 1}\na.c = 2", "[a.b]\n[a]\nb.c = 1", "a = 1\na = 2", "a.b = 1\na = 2", "a = 1\na.b = 2",
      "[]", "[[]]", "[a]]", "[a", "[ [a]]", "[[a] ]", "[=a]", "[a]b = 1", "[.a]",
    ] {
      #expect(Self.shown(text) == "problem", "\(text)")
    }
  }

  @Test func `line ends, comments, and a byte order mark`() {
    #expect(Self.shown("\u{FEFF}a = 1 # one\r\n\r\n# two\r\nb = 2") == "{a:1,b:2}")
    for text in ["a = 1\rb = 2", "# \u{1}", "a = 1 # \u{7F}", "\u{0}", "a = 1\u{A0}"] {
      #expect(Self.shown(text) == "problem", "\(text)")
    }
  }

  @Test func `every key knows its line`() throws {
    let document = try TypedDocument(text: "\n[a]\nb = \"\"\"\n\n\"\"\"\nc = 1\n[[d]]\n\ne = [\n2]", path: "f")
    guard case .table(let a, let header) = document.root["a"], case .list(let d, _) = document.root["d"] else {
      Issue.record("another shape")
      return
    }
    #expect(header == .file(path: "f", line: 2))
    #expect(a["b"]?.origin == .file(path: "f", line: 3))
    #expect(a["c"]?.origin == .file(path: "f", line: 6))
    guard case .table(let element, _) = d.first else {
      Issue.record("another shape")
      return
    }
    #expect(element["e"]?.origin == .file(path: "f", line: 9))
  }
}
