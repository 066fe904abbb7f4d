internal import WeirDomain
internal import WeirFiles

/// Reads labelled examples from a CSV file with a header, or from JSON lines, one after the other.
///
/// The names that columns and fields may have are those of `ExampleField`: `text` (or `prompt`, `utterance`) and
/// `intent` (or `label`, `category`) must be there, `id`, `weight`, `split`, `sufficient` and `complexity` may be. At most
/// a line (JSON) or a record (CSV) is held, besides the ids. The first thing that is wrong ends the reading.
package struct ExampleReader {
  package enum Format: String, Sendable, CaseIterable {
    /// By the file's name (`.jsonl`, `.ndjson`, `.csv`, `.tsv`), else JSON lines where the first line opens with a brace.
    case auto
    case csv, jsonl
  }

  package struct Options: Sendable {
    package var format = Format.auto
    package var maximumLineBytes = 1 << 20
    package var maximumTextBytes = 1 << 16
    package var maximumExamples = 2_000_000
    /// Passes over columns and fields with names that mean nothing here, instead of refusing the file.
    package var ignoresUnknown = false
    /// The one name of the text's column or field, in place of the usual ones.
    package var textName: String?
    package var intentName: String?

    package init() {}
  }

  package let file: String
  private let options: Options
  private let fields: ExampleFields
  private let lines: LineReader
  private var lineNumber = 0
  private var csv: (parser: CSVParser, header: CSVHeader?)?
  private var lineIsFirst = true
  private var seen: SeenIDs

  /// Opens the file at `path`; ids that `seen` holds are taken.
  package init(path: String, options: Options = Options(), seen: SeenIDs = SeenIDs()) throws(ExampleFailure) {
    file = path
    self.options = options
    fields = ExampleFields(options)
    self.seen = seen
    do {
      lines = try LineReader(path: path, maximumBytes: options.maximumLineBytes, keepsReturns: true)
    } catch {
      throw .file(error)
    }
  }

  /// All examples of the files, in order; at least one in each.
  package static func read(paths: [String], options: Options = Options()) throws(ExampleFailure) -> [LabelledExample] {
    var examples: [LabelledExample] = []
    var seen = SeenIDs()
    for path in paths {
      var reader = try ExampleReader(path: path, options: options, seen: seen)
      let before = examples.count
      while let example = try reader.next() { examples.append(example) }
      if examples.count == before { throw .noExamples(file: path) }
      seen = reader.seen
    }
    return examples
  }

  /// The next example, nil after the last one. After a failure the reader must not be used any more.
  package mutating func next() throws(ExampleFailure) -> LabelledExample? {
    while let line = try nextLine() {
      let start = LabelledExample.Source(file: file, line: lineNumber)
      if isBlank(line) { continue }
      if lineIsFirst, isCSV(line) { csv = (parser(forHeader: line), nil) }
      lineIsFirst = false
      guard csv != nil else { return try finish(ExampleValues(json: line, fields, at: start)) }
      if let values = try record(from: line) { return try finish(values) }
    }
    return nil
  }

  private mutating func finish(_ values: ExampleValues) throws(ExampleFailure) -> LabelledExample {
    let example = try values.example(options)
    guard seen.count < options.maximumExamples else { throw .tooMany(example.source, allowed: options.maximumExamples) }
    return try seen.insert(example)
  }

  // MARK: CSV

  private func isCSV(_ line: [UInt8]) -> Bool {
    switch options.format {
    case .csv: return true
    case .jsonl: return false
    case .auto:
      let name = file.lowercased()
      if name.hasSuffix(".csv") || name.hasSuffix(".tsv") { return true }
      if name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson") { return false }
      return line.first { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") } != UInt8(ascii: "{")
    }
  }

  private func parser(forHeader line: [UInt8]) -> CSVParser {
    CSVParser(separator: CSVParser.separator(ofHeader: line), maximumFieldBytes: options.maximumTextBytes)
  }

  /// The values of the record that begins with `line`; nil for the header.
  private mutating func record(from line: [UInt8]) throws(ExampleFailure) -> ExampleValues? {
    let start = LabelledExample.Source(file: file, line: lineNumber)
    let record = try record(beginningWith: line, at: start)
    guard let header = csv?.header else {
      csv?.header = try CSVHeader(record, fields, at: start)
      return nil
    }
    return try header.values(of: record, at: start)
  }

  private mutating func record(
    beginningWith line: [UInt8], at start: LabelledExample.Source
  ) throws(ExampleFailure) -> [String] {
    var line = line
    while true {
      let record: [[UInt8]]?
      do { record = try csv?.parser.take(line) } catch { throw .brokenRecord(start, error) }
      if let record { return try texts(record, at: start) }
      guard let next = try nextLine() else { throw .brokenRecord(start, openQuote) }
      line = next
    }
  }

  private func texts(_ record: [[UInt8]], at place: LabelledExample.Source) throws(ExampleFailure) -> [String] {
    var texts: [String] = []
    for field in record {
      guard let text = String(validating: field, as: UTF8.self) else { throw .notUTF8(place) }
      texts.append(text)
    }
    return texts
  }

  private var openQuote: CSVParser.Failure {
    do throws(CSVParser.Failure) { try csv?.parser.finish() } catch { return error }
    return .openQuote(field: 1)
  }

  // MARK: Lines

  /// The next line without the byte order mark that some editors put before the first.
  private mutating func nextLine() throws(ExampleFailure) -> [UInt8]? {
    let line: LineReader.Line?
    do { line = try lines.next() } catch { throw .file(error) }
    guard let line else { return nil }
    lineNumber += 1
    switch line {
    case .tooLong(let bytes):
      throw .lineTooLong(.init(file: file, line: lineNumber), found: bytes, allowed: options.maximumLineBytes)
    case .bytes(let bytes):
      return lineNumber == 1 && bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    }
  }

  private func isBlank(_ line: [UInt8]) -> Bool {
    line.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }
  }
}
