import ArgumentParser
import WeirDomain
import WeirEntities
import WeirFiles

/// Shows what the extractor finds in texts: for tests, benchmarks and the data that generators are trained on.
struct EntitiesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "entities",
    abstract: "Finds order numbers, amounts, dates, names and the like in texts.",
    discussion: """
      Reads a text a line and writes a JSON object a line with its entities, or, with --delexicalize, the text with \
      the values that a generator with slots repeats replaced by their slots.
      """,
    shouldDisplay: false)

  @Flag(help: "Write the texts with slots in the place of values.")
  var delexicalize = false

  func run() async throws {
    let reader = LineReader(descriptor: 0, name: "standard input", maximumBytes: 1 << 20, wake: nil)
    let output = OutputFile(descriptor: 1, name: "standard output")
    let extractor = EntityExtractor()
    var number = 0
    while let line = try reader.next() {
      number += 1
      guard case .bytes(let bytes) = line, let text = String(validating: bytes, as: UTF8.self) else {
        throw ValidationError("line \(number) is longer than 1 MiB or not UTF-8: every line must be a text")
      }
      guard try output.write((delexicalize ? extractor.delexicalized(text) : json(text, extractor)) + "\n") else {
        return
      }
    }
  }

  private func json(_ text: String, _ extractor: EntityExtractor) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.add(extractor.entities(in: text))
    writer.endObject()
    return writer.text
  }
}

extension JSONWriter {
  /// `"entities": [{"kind", "text", "start", "end", "value"}]`, offsets in bytes of UTF-8.
  mutating func add(_ entities: [Entity]) {
    beginArray("entities")
    for entity in entities {
      beginObject()
      add("kind", entity.kind.rawValue)
      add("text", entity.text)
      add("start", entity.range.lowerBound)
      add("end", entity.range.upperBound)
      add("value", entity.value?.text)
      endObject()
    }
    endArray()
  }
}
