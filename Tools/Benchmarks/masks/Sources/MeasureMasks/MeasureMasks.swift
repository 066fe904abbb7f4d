import Foundation
import WeirGrammar

/// Times the masks of whole answers: `MeasureMasks VOCABULARY.hex MILLISECONDS ROUNDS`, see `run`.
@main struct MeasureMasks {
  private struct Case: Sendable {
    var name: String
    var grammar: @Sendable () throws(GrammarFailure) -> Grammar
    var answers: [String]
  }

  private static let ticket = """
    {"type":"object","properties":{"intent":{"enum":["refund","cancel","track","other"]},"urgent":{"type":"boolean"},\
    "order":{"type":"string","pattern":"^[A-Z]{2}-[0-9]{6}$"},"summary":{"type":"string","maxLength":200},\
    "items":{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"},"count":{"type":"integer",\
    "minimum":1,"maximum":99}},"required":["name","count"],"additionalProperties":false}}},\
    "required":["intent","urgent","summary"],"additionalProperties":false}
    """

  private static let cases = [
    Case(
      name: "schema", grammar: { () throws(GrammarFailure) in try Grammar(jsonSchema: ticket) },
      answers: ["blue lamp", "oak table", "pair of shoes", "rain jacket", "desk", "garden chair"].map { thing in
        """
        {"intent": "refund", "urgent": true, "order": "AB-123456", "summary": "The customer says that the \(thing) came \
        broken and would like to have the money back on the same card as soon as possible.", "items": [
          {"name": "\(thing)", "count": 2},
          {"name": "Größe 42 – \(thing)", "count": 10}
        ]}
        """
      }),
    Case(
      name: "json_object", grammar: { () throws(GrammarFailure) in try Grammar.jsonObject() },
      answers: ["red", "green", "blue", "yellow", "white", "black"].map { colour in
        """
        {
          "title": "What to know about \(colour) paint",
          "tags": ["walls", "\(colour)", "care \\u00e9t\\u00e9"],
          "price": {"amount": 12.75, "currency": "EUR", "old": null},
          "available": true
        }
        """
      }),
    Case(
      name: "gbnf list",
      grammar: { () throws(GrammarFailure) in
        try Grammar(text: #"root ::= item+  item ::= "- " [^\n]+ "\n""#)
      },
      answers: ["first", "second", "third", "fourth", "fifth", "sixth"].map { word in
        "- the \(word) thing to do is to read the manual\n- then call the help desk\n- and ask for the \(word) person there\n"
      }),
  ]

  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 4, let decoding = Double(arguments[2]), let rounds = Int(arguments[3]) else {
      print("MeasureMasks VOCABULARY.hex MILLISECONDS ROUNDS")
      exit(64)
    }
    let texts = try String(contentsOfFile: arguments[1], encoding: .utf8).split(
      separator: "\n", omittingEmptySubsequences: false
    ).map(bytes(ofHex:))
    let ids = Dictionary(texts.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
    let clock = ContinuousClock()
    var tokens: TokenTexts?
    let building = clock.measure { tokens = TokenTexts(vocabularySize: texts.count) { texts[Int($0)] } }
    guard let tokens else { return }
    print("vocabulary \(texts.count) tokens, its tree \(text(building)) once a model")
    print("format       tokens  compile ms  first ms  later ms  worst ms  share of \(decoding) ms: first, later")
    for item in cases {
      var made: Grammar?
      let compiling = try clock.measure { made = try item.grammar() }
      guard let made else { continue }
      var first: [Double] = []
      var later: [Double] = []
      var worst = 0.0
      var count = 0
      for _ in 0..<rounds {
        // Nothing is known of the grammar at the start of a round.
        let masker = try TokenMasker(made, texts: tokens, ends: [])
        for (index, answer) in item.answers.enumerated() {
          let times = try self.times(of: Array(answer.utf8), masker, ids, clock)
          count = max(count, times.count)
          let mean = times.reduce(0, +) / Double(times.count)
          if index == 0 { first.append(mean) } else { later.append(mean) }
          worst = max(worst, times.max() ?? 0)
        }
      }
      let (cold, warm) = (median(first), median(later))
      let figures = [milliseconds(compiling), cold, warm, worst].map { String(format: "%8.3f", $0) }.joined(separator: "  ")
      let shares = [cold, warm].map { String(format: "%.2f %%", $0 / decoding * 100) }.joined(separator: ", ")
      print(item.name.padding(toLength: 12, withPad: " ", startingAt: 0), String(format: "%5d", count), figures, " \(shares)")
    }
  }

  /// Milliseconds of the mask and the step of each token.
  private static func times(
    of answer: [UInt8], _ masker: TokenMasker, _ ids: [[UInt8]: Int32], _ clock: ContinuousClock
  ) throws -> [Double] {
    var state = masker.start()
    var times: [Double] = []
    var place = 0
    while place < answer.count {
      let begin = clock.now
      let mask = try masker.mask(for: state)
      var taken = clock.now - begin
      guard
        let length = (1...min(24, answer.count - place)).last(where: { length in
          ids[Array(answer[place..<place + length])].map { mask.contains($0) } ?? false
        })
      else { throw GrammarFailure.requestField("answer", allowed: "one of the grammar; byte \(place) is not") }
      let token = answer[place..<place + length]
      let middle = clock.now
      guard let next = masker.state(after: token, in: state) else { break }
      taken += clock.now - middle
      times.append(milliseconds(taken))
      state = next
      place += length
    }
    guard state.canEnd else { throw GrammarFailure.requestField("answer", allowed: "a whole text of the grammar") }
    return times
  }

  private static func bytes(ofHex line: Substring) -> [UInt8] {
    let digits = line.utf8.map { $0 >= 0x61 ? $0 - 0x57 : $0 - 0x30 }
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  private static func milliseconds(_ duration: Duration) -> Double { duration / .milliseconds(1) }
  private static func text(_ duration: Duration) -> String { String(format: "%.0f ms", milliseconds(duration)) }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
  }
}
