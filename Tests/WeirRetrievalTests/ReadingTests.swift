import Testing
import WeirTestSupport

@testable import WeirRetrieval

/// How files become blocks, sentences and chunks.
@Suite struct ReadingTests {
  @Test func `markdown gives paragraphs with their headings and lines`() {
    let text = """
      ---
      title: left out
      ---
      # Shop
      Opening words.

      ## Refunds ##
      First line
      second line.
      - an item
      - another one

      Under
      -----
      Below.
      ```
      # not a heading
      ```
      ### Deep
      End.
      # New
      Last.
      """
    let blocks = DocumentBlock.markdown(text)
    #expect(
      blocks == [
        DocumentBlock(trail: ["Shop"], text: "Opening words.", lines: 5...5),
        DocumentBlock(trail: ["Shop", "Refunds"], text: "First line second line.", lines: 8...9),
        DocumentBlock(trail: ["Shop", "Refunds"], text: "- an item", lines: 10...10),
        DocumentBlock(trail: ["Shop", "Refunds"], text: "- another one", lines: 11...11),
        DocumentBlock(trail: ["Shop", "Under"], text: "Below.", lines: 15...15),
        DocumentBlock(trail: ["Shop", "Under"], text: "# not a heading", lines: 17...17),
        DocumentBlock(trail: ["Shop", "Under", "Deep"], text: "End.", lines: 20...20),
        DocumentBlock(trail: ["New"], text: "Last.", lines: 22...22),
      ])
  }

  @Test func `HTML gives what a reader sees`() {
    let text = """
      <html><head><title>Shop</title><style>p { color: red }</style></head><body>
      <!-- nothing > here -->
      <h1>Refunds &amp; returns</h1><p>Within <b>30</b> days, a&nbsp;&lt; b.</p>
      <script>if (a < b) { document.write("<p>no</p>") }</script>
      <ul><li>One</li><li>Two &#8364; &#x41;</ul>
      """
    let blocks = DocumentBlock.html(text)
    #expect(blocks.map(\.text) == ["Shop", "Within 30 days, a < b.", "One", "Two € A"])
    #expect(blocks.map(\.trail) == [[], ["Refunds & returns"], ["Refunds & returns"], ["Refunds & returns"]])
    #expect(blocks[1].lines == 3...3)
  }

  @Test(arguments: ["<", "<a", "</", "<!--", "<script", "<script>x</scrip", "&#x;&#99999999;&amp", "a < b & c"])
  func `HTML that is cut off or odd is read to its end`(_ text: String) {
    #expect(DocumentBlock.html("before <p>\(text)").first?.text.hasPrefix("before") == true)
  }

  @Test func `JSON lines need a text and say so by their absence`() {
    let blocks = DocumentBlock.jsonLines("{\"text\": \"a  b\", \"title\": \"T\"}\n\n{\"text\":\"c\"}\n")
    #expect(
      blocks == [
        DocumentBlock(trail: ["T"], text: "a b", lines: 1...1), DocumentBlock(trail: [], text: "c", lines: 3...3),
      ])
    #expect(DocumentBlock.jsonLines("{\"txt\": 1}") == nil)
    #expect(DocumentBlock.jsonLines("[1,2]") == nil)
  }

  @Test func `sentences end at marks but not at abbreviations and initials`() {
    let text = "Ask Dr. Lee (e.g. by mail). Is it \"new?\" Yes! J. Roe signs. Done"
    #expect(
      SentenceSplitter.sentences(of: text) == [
        "Ask Dr. Lee (e.g. by mail).", "Is it \"new?\"", "Yes!", "J. Roe signs.", "Done",
      ])
  }

  @Test func `chunks keep their limits whatever the text is`() {
    var random = SeededRandom(seed: 7)
    for round in 0..<300 {
      let limit = Int.random(in: 4...40, using: &random)
      let overlap = Int.random(in: 0...limit / 2, using: &random)
      var word = 0
      let blocks = (0..<Int.random(in: 1...6, using: &random)).map { index in
        let words = (0..<Int.random(in: 1...60, using: &random)).map { _ in
          word += 1
          return "w\(word)" + (Int.random(in: 0..<6, using: &random) == 0 ? "." : "")
        }
        return DocumentBlock(
          trail: Int.random(in: 0..<3, using: &random) == 0 ? ["h\(index)", "deep heading"] : [],
          text: words.joined(separator: " "), lines: index * 2 + 1...index * 2 + 2)
      }
      let count = { (text: String) in text.split(whereSeparator: \.isWhitespace).count }
      let chunks = Chunker(limit: limit, overlap: overlap, countTokens: count).chunks(of: blocks)
      for chunk in chunks {
        #expect(chunk.tokens <= limit, "round \(round)")
        #expect(count(chunk.text) + count(chunk.trail.joined(separator: " > ")) == chunk.tokens)
      }
      // Every word is there, in order, and a word appears again only as overlap of the chunk before.
      var next = 1
      for chunk in chunks {
        let numbers = chunk.text.split(separator: " ").compactMap {
          Int($0.drop { $0 == "w" }.filter { $0.isNumber })
        }
        #expect(numbers.first.map { $0 <= next && $0 >= next - overlap } == true, "round \(round)")
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $1 == $0 + 1 })
        next = (numbers.last ?? 0) + 1
      }
      #expect(next == word + 1, "round \(round)")
    }
  }

  @Test func `a word longer than a chunk is cut`() {
    let chunker = Chunker(limit: 8, overlap: 2) { $0.unicodeScalars.count { $0 != " " } }
    let long = String(repeating: "ä", count: 50)
    let chunks = chunker.chunks(of: [DocumentBlock(trail: [], text: "ab \(long) cd", lines: 1...1)])
    #expect(chunks.allSatisfy { $0.tokens <= 8 })
    #expect(chunks.map(\.text).joined().filter { $0 == "ä" }.count == 50)
  }

  @Test func `any bytes of text are read in every format without a trap`() {
    var random = SeededRandom(seed: 11)
    let alphabet = Array("# -=<>/!&;`~\n\r\t{}\":[]abc.?1ä…")
    for _ in 0..<400 {
      let text = String(
        (0..<Int.random(in: 0...200, using: &random)).map { _ in
          alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
        })
      for format in DocumentFormat.allCases {
        for block in format.blocks(of: text) ?? [] {
          #expect(!block.text.isEmpty)
          #expect(block.lines.lowerBound >= 1)
        }
      }
    }
  }
}
