import Testing
import WeirDomain
import WeirTestSupport

@testable import WeirEvaluation

@Suite struct ExampleReaderTests {
  private func read(
    _ text: String, _ ending: String = ".csv", _ change: (inout ExampleReader.Options) -> Void = { _ in }
  ) throws -> [LabelledExample] {
    let file = try ScratchFile(text, ending)
    var options = ExampleReader.Options()
    change(&options)
    return try ExampleReader.read(paths: [file.path], options: options)
  }

  /// The sentence that a file is refused with.
  private func refusal(
    _ bytes: [UInt8], _ ending: String = ".csv", _ change: (inout ExampleReader.Options) -> Void = { _ in }
  ) throws -> String {
    let file = try ScratchFile(bytes, ending)
    var options = ExampleReader.Options()
    change(&options)
    do throws(ExampleFailure) {
      let examples = try ExampleReader.read(paths: [file.path], options: options)
      Issue.record("\(examples.count) examples were read")
      return ""
    } catch {
      return error.message.replacing(file.path, with: "FILE")
    }
  }

  private func refusal(_ text: String, _ ending: String = ".csv") throws -> String {
    try refusal(Array(text.utf8), ending)
  }

  @Test func `a csv file with every column is read`() throws {
    let examples = try read(
      """
      \u{FEFF}ID, Utterance ,category,weight,split,sufficient,complexity\r
      a,"say ""hi"", twice",greet,2.5,dev,yes,0.25\r
      \r
      b,"two
      lines",oos,,,,\r\n
      """)
    #expect(examples.map(\.id) == ["a", "b"])
    #expect(examples.map(\.text) == ["say \"hi\", twice", "two\nlines"])
    #expect(examples.map(\.intent) == ["greet", LabelledExample.outOfScope])
    #expect(examples[0].weight == 2.5 && examples[0].split == .validation)
    #expect(examples[0].sufficiency == [.generator: 1] && examples[0].complexity == 0.25)
    #expect(examples[1].weight == nil && examples[1].split == nil && examples[1].sufficiency.isEmpty)
    #expect(examples.map(\.source.line) == [2, 4])
  }

  @Test func `semicolons and tabs separate where the header says so`() throws {
    for separator in [";", "\t"] {
      let examples = try read("text\(separator)label\none, two\(separator)x\n")
      #expect(examples.map(\.text) == ["one, two"] && examples.map(\.intent) == ["x"])
    }
  }

  @Test func `json lines are read`() throws {
    let examples = try read(
      """
      {"prompt": "caf\\u00e9", "intent": "x", "sufficient": false, "sufficient_premium": 0.75, "id": 7, "weight": null}

      {"text": "b", "label": "y", "complexity": 1}
      """, ".jsonl")
    #expect(examples.map(\.text) == ["caf\u{E9}", "b"])
    #expect(examples[0].id == "7" && examples[1].id.hasSuffix(".jsonl:3"))
    #expect(examples[0].sufficiency == [.generator: 0, .premium: 0.75] && examples[1].complexity == 1)
  }

  @Test func `a file without a telling name is read by its first line`() throws {
    #expect(try read("{\"text\":\"a\",\"intent\":\"b\"}\n", "").map(\.text) == ["a"])
    #expect(try read("\n\ntext,intent\na,b\n", "").map(\.source.line) == [4])
    #expect(try read("{\"text\":\"a\",\"intent\":\"b\"}\n", ".csv") { $0.format = .jsonl }.count == 1)
  }

  @Test func `own names take the place of the usual ones and others are passed over`() throws {
    let examples = try read("intent,category,instruction\nreal,wide,text\n") {
      $0.textName = "instruction"
      $0.intentName = "intent"
      $0.ignoresUnknown = true
    }
    #expect(examples.map(\.text) == ["text"] && examples.map(\.intent) == ["real"])
  }

  @Test func `ids of several files are different`() throws {
    let one = try ScratchFile("text,intent\na,b\n")
    let two = try ScratchFile("text,intent,id\na,b,\(one.path.split(separator: "/").last ?? ""):2\n")
    #expect(throws: ExampleFailure.self) { try ExampleReader.read(paths: [one.path, two.path]) }
    let twice = try ExampleReader.read(paths: [two.path, one.path])
    #expect(Set(twice.map(\.id)).count == 2)
  }

  @Test(arguments: [
    ("text,intent\na,b\nc\n", "line 3: 1 field found, the header has 2"),
    ("text,intent\na,b,c\n", "line 2: 3 fields found, the header has 2"),
    ("text,intent\n\"a,b\nc,d\n", "line 2: the double quote that opens field 1 is never closed"),
    ("text,intent\na\"b,c\n", "line 2: field 1 has a double quote inside"),
    ("text,intent\na,\"b\"c\n", "line 2: field 2 goes on after its closing quote"),
    ("text,intent\ra,b\r", "line 1: field 2 holds a carriage return without a line feed"),
    ("text\na\n", "line 1: none of intent, label, category is there; found: text"),
    ("text,intnet\na,b\n", "line 1: \"intnet\" is not known; did you mean intent?"),
    ("text,intent,label\na,b,c\n", "line 1: \"intent\" and \"label\" both give the intent"),
    ("text,intent\n,b\n", "line 2: text is empty; allowed is a text of 1 to 65536 bytes"),
    ("text,intent\n \u{A0},b\n", "line 2: text is a text of 3 bytes; allowed"),
    ("text,intent\na,\n", "line 2: intent is empty"),
    ("text,intent,weight\na,b,0\n", "line 2: weight is a text of 1 bytes; allowed is a number above 0"),
    ("text,intent,weight\na,b,nan\n", "line 2: weight is a text of 3 bytes"),
    ("text,intent,weight\na,b,0x10\n", "line 2: weight is a text of 4 bytes"),
    ("text,intent,split\na,b,tset\n", "allowed is one of train, validation, test"),
    ("text,intent,sufficient\na,b,maybe\n", "allowed is true, false, or a number from 0 to 1"),
    ("text,intent,complexity\na,b,1.5\n", "allowed is a number from 0 to 1"),
    ("text,intent,id\na,b,x\nc,d,x\n", "line 3: the id \"x\" is taken by FILE, line 2"),
    ("text,intent\n", "there are no examples in it"),
    ("", "there are no examples in it"),
  ])
  func `a broken csv file is refused by line`(text: String, says: String) throws {
    #expect(try refusal(text).contains(says))
  }

  @Test(arguments: [
    ("{\"text\":\"a\",\"intent\":\"b\"}\n{\"text\":\"a\"", "line 2: byte 12 of the line cannot be read as JSON"),
    ("[1]\n", "line 1: byte 1 of the line"),
    ("{\"text\":\"a\"}\n", "line 1: none of intent, label, category is there; found: text"),
    ("{\"text\":\"a\",\"intent\":null}\n", "line 1: intent is missing"),
    ("{\"text\":[\"a\"],\"intent\":\"b\"}\n", "line 1: text is a list"),
    ("{\"text\":\"a\",\"intent\":\"b\\u0007\"}\n", "without control characters"),
    ("{\"text\":\"a\",\"intent\":\"b\",\"wieght\":1}\n", "\"wieght\" is not known; did you mean weight?"),
    ("{\"text\":\"a\",\"intent\":\"b\",\"weight\":1e300}\n", "weight is the number 1e+300"),
    ("{\"text\":\"a\",\"intent\":\"b\",\"id\":{}}\n", "id is an object"),
  ])
  func `a broken json line is refused by line`(text: String, says: String) throws {
    #expect(try refusal(text, ".jsonl").contains(says))
  }

  @Test func `sizes are bounded`() throws {
    let long = "text,intent\n" + String(repeating: "a", count: 40) + ",b\n"
    #expect(
      try refusal(Array(long.utf8)) { $0.maximumTextBytes = 39 }.contains("line 2: field 1 has more than the 39 bytes"))
    #expect(
      try refusal(Array(long.utf8)) { $0.maximumLineBytes = 41 }.contains("the line has 42 bytes, allowed are 41"))
    #expect(try read(long) { ($0.maximumLineBytes, $0.maximumTextBytes) = (42, 40) }.count == 1)
    let runaway = "text,intent\n\"" + String(repeating: "a\n", count: 1000)
    #expect(try refusal(Array(runaway.utf8)) { $0.maximumTextBytes = 100 }.contains("line 2: field 1 has more than"))
    let wide = String(repeating: ",", count: 300)
    #expect(try refusal(wide).contains("more than 256 fields"))
    #expect(
      try refusal(Array("text,intent\na,b\nc,d\n".utf8)) { $0.maximumExamples = 1 }.contains("more than 1 examples"))
  }

  @Test func `bytes that are not UTF-8 are refused by line`() throws {
    #expect(
      try refusal(Array("text,intent\na,b\n".utf8) + [0xFF, 0x2C, 0x62, 0x0A]).contains(
        "line 3: this is not valid UTF-8"))
    #expect(
      try refusal(Array("{\"text\":\"".utf8) + [0xC3, 0x28] + Array("\"}".utf8), ".jsonl").contains("not valid UTF-8"))
  }

  @Test func `what cannot be opened is named`() throws {
    let path = "/nonexistent/rows.csv"
    do throws(ExampleFailure) {
      _ = try ExampleReader.read(paths: [path])
      Issue.record("a file that is not there was read")
    } catch { #expect(error.message.contains(path)) }
  }

  @Test func `no refusal holds an example's text`() throws {
    let secret = "my card is 4929"
    for text in [
      "text,intent,weight\nx,y,\(secret)\n", "text,intent\n\"\(secret)\" \(secret),b\n", "text,intent\n\(secret)\n",
      "text,intent,split\na,b,\(secret)\n", "text,intent\n\"\(secret)\n", "text,intent\n\(secret)\", b\n",
    ] { #expect(try !refusal(text).contains("4929")) }
    #expect(try !refusal("{\"text\":\"\(secret)\",\"intent\":[]}", ".jsonl").contains("4929"))
    #expect(try !refusal("{\"text\":\"\(secret)\" \"intent\":[]}", ".jsonl").contains("4929"))
  }

  // MARK: Random files

  private static let pieces = [
    "a", "Z", " ", ",", ";", "\"", "\"\"", "\n", "\r\n", "\t", "\u{E9}", "\u{1F600}", "'", "{", "\\",
  ]

  private func randomText(_ random: inout SeededRandom) -> String {
    "x"
      + (0..<Int.random(in: 0...8, using: &random)).map { _ in Self.pieces.randomElement(using: &random) ?? "" }
      .joined()
  }

  private func quoted(_ text: String, _ random: inout SeededRandom) -> String {
    let mustQuote = text.contains { ",\"\n\t;".contains($0) } || text.contains("\r\n")
    return mustQuote || Bool.random(using: &random) ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
  }

  @Test(arguments: 0..<200)
  func `examples that are written are read back`(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let examples = (0..<Int.random(in: 1...12, using: &random)).map { number in
      var example = LabelledExample(
        id: "id-\(number)", text: randomText(&random),
        intent: ["a b", "c,d", "e\"f"].randomElement(using: &random) ?? "",
        source: .init(file: "", line: 0))
      if Bool.random(using: &random) { example.weight = Double.random(in: 0.001...10, using: &random) }
      if Bool.random(using: &random) { example.sufficiency[.generator] = .random(in: 0...1, using: &random) }
      if Bool.random(using: &random) { example.sufficiency[.economy] = .random(in: 0...1, using: &random) }
      return example
    }
    let end = ["\n", "\r\n"].randomElement(using: &random) ?? "\n"
    let separator = [",", ";", "\t"].randomElement(using: &random) ?? ","
    var csv = ["id", "text", "intent", "weight", "sufficient", "sufficient_economy"].joined(separator: separator)
    var lines = ""
    for example in examples {
      let fields = [
        example.id, example.text, example.intent, example.weight.map { "\($0)" } ?? "",
        example.sufficiency[.generator].map { "\($0)" } ?? "", example.sufficiency[.economy].map { "\($0)" } ?? "",
      ].map { quoted($0, &random) }
      csv += end + fields.joined(separator: separator)
      var writer = JSONWriter()
      writer.beginObject()
      writer.add("prompt", example.text)
      writer.add("label", example.intent)
      writer.add("id", example.id)
      writer.add("weight", example.weight)
      writer.add("sufficient", example.sufficiency[.generator])
      writer.add("sufficient_economy", example.sufficiency[.economy])
      writer.endObject()
      lines += writer.text + end
    }
    if Bool.random(using: &random) { csv += end }
    for (text, ending) in [(csv, ".csv"), (lines, ".jsonl")] {
      let found = try read(text, ending).map { example in
        var example = example
        example.source = .init(file: "", line: 0)
        return example
      }
      #expect(found == examples, "seed \(seed)")
    }
  }

  @Test(arguments: 0..<300)
  func `files with damaged bytes are read or refused`(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let ending = seed.isMultiple(of: 2) ? ".csv" : ".jsonl"
    let sound =
      ending == ".csv"
      ? "id,text,intent,weight\n1,\"a \"\"b\"\" c\",x,2\n2,\"d\ne\",y,\n"
      : "{\"id\":1,\"text\":\"a \\\"b\\\"\",\"intent\":\"x\",\"weight\":2}\n{\"text\":\"d\",\"intent\":\"y\"}\n"
    var bytes = Array(sound.utf8)
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let index = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0...2, using: &random) {
      case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes.remove(at: index)
      default: bytes.insert(Array("\",\n\r{}".utf8).randomElement(using: &random) ?? 0, at: index)
      }
    }
    let file = try ScratchFile(bytes, ending)
    do throws(ExampleFailure) {
      let examples = try ExampleReader.read(paths: [file.path])
      #expect(Set(examples.map(\.id)).count == examples.count)
      #expect(examples.allSatisfy { !$0.text.isEmpty && !$0.intent.isEmpty })
    } catch {
      #expect(!error.message.isEmpty)
    }
  }
}
