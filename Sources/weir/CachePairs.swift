import WeirDomain
import WeirEvaluation
import WeirFiles
import WeirRouting

/// Reads pairs of prompts and answers from a CSV file with a header or from JSON lines, one after the other.
///
/// A bad JSON line is told and passed over. After a broken CSV record nothing more can be told apart, so it ends the file.
struct CachePairs {
  /// The names of each field; the first is the one that is shown.
  private static let names: [[String]] = [
    ["prompt", "question", "instruction", "text"], ["answer", "response", "completion", "output"], ["tenant"],
    ["tags"], ["ttl"], ["id"],
  ]

  private let lines: LineReader
  private let longestLine: Int
  private let defaults: RouteRequest
  private let isNamedCSV: Bool
  private var number = 0
  private var isFirst = true
  private var csv: (parser: CSVParser, columns: [String])?
  private var isBroken = false

  init(file: String, longestLine: Int, defaults: RouteRequest) throws {
    self.longestLine = longestLine
    self.defaults = defaults
    let name = file.lowercased()
    isNamedCSV = name.hasSuffix(".csv") || name.hasSuffix(".tsv")
    lines =
      file == "-"
      ? LineReader(descriptor: 0, name: "standard input", maximumBytes: longestLine)
      : try LineReader(path: file, maximumBytes: longestLine, keepsReturns: true)
  }

  /// The next pair with the line that it begins on; nil at the end.
  mutating func next() throws -> (line: Int, Result<Router.WarmPair, LineError>)? {
    while !isBroken, let line = try nextLine() {
      let start = number
      guard case .bytes(let bytes) = line else {
        return (start, .failure(error("line_too_long", "the line has more than \(longestLine) bytes")))
      }
      if PromptLine.isBlank(bytes.filter { $0 != UInt8(ascii: "\r") }) { continue }
      let opensObject = bytes.first { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") } == UInt8(ascii: "{")
      if isFirst, isNamedCSV || !opensObject {
        isFirst = false
        csv = (CSVParser(separator: CSVParser.separator(ofHeader: bytes), maximumFieldBytes: longestLine), [])
      }
      isFirst = false
      guard csv != nil else { return (start, pair(json: bytes)) }
      do throws(LineError) {
        guard let record = try record(beginningWith: bytes) else { continue }
        return (start, pair(record: record))
      } catch {
        isBroken = true
        return (start, .failure(error))
      }
    }
    return nil
  }

  private mutating func nextLine() throws -> LineReader.Line? {
    guard let line = try lines.next() else { return nil }
    number += 1
    if number == 1, case .bytes(let bytes) = line { return .bytes(PromptLine.withoutMark(bytes)) }
    return line
  }

  // MARK: JSON

  private func pair(json line: [UInt8]) -> Result<Router.WarmPair, LineError> {
    Result { () throws(LineError) in
      guard String(validating: line, as: UTF8.self) != nil else { throw error("invalid_utf8", "the line is not UTF-8") }
      guard let value = try? JSONReader.read(line), case .object(var object) = value else {
        throw error("malformed_json", "the line is no JSON object")
      }
      for names in Self.names {
        for other in names.dropFirst() where object[names[0]] == nil && object[other] != nil {
          object[names[0]] = object.removeValue(forKey: other)
        }
      }
      let fields = FieldReader(object: object, id: "line-\(number)")
      try fields.refuseUnknown(allowed: Self.names.map { $0[0] } + ["messages"])
      var request = defaults
      request.id = try fields.text("id", longest: 256) ?? "warm-\(number)"
      request.tenant = try fields.text("tenant", longest: 128) ?? defaults.tenant
      request.messages = try fields.conversation()
      let tags = try fields.texts("tags", most: CacheTerms.mostTags) ?? []
      let ttl = fields.present("ttl").map { $0.word ?? "" }
      return try finished(request, answer: try fields.text("answer", longest: longestLine), tags: tags, ttl: ttl)
    }
  }

  // MARK: CSV

  private mutating func record(beginningWith line: [UInt8]) throws(LineError) -> [String]? {
    var line = line
    while true {
      var found: [[UInt8]]?
      do { found = try csv?.parser.take(line) } catch { throw self.error("broken_csv", error.message) }
      if let found {
        let texts = found.compactMap { String(validating: $0, as: UTF8.self) }
        guard texts.count == found.count else { throw error("invalid_utf8", "the record is not UTF-8") }
        if csv?.columns.isEmpty == true {
          let header = try columns(texts)
          csv?.columns = header
          return nil
        }
        return texts
      }
      let next: LineReader.Line?
      do { next = try nextLine() } catch { throw self.error("broken_csv", "the file cannot be read on") }
      guard case .bytes(let bytes)? = next else {
        throw error("broken_csv", "a double quote that opens a field is never closed")
      }
      line = bytes
    }
  }

  private func columns(_ header: [String]) throws(LineError) -> [String] {
    var columns: [String] = []
    for name in header {
      let lower = name.lowercased().filter { !$0.isWhitespace }
      guard let field = Self.names.first(where: { $0.contains(lower) })?[0] else {
        let safe = String(name.prefix(40).filter { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" })
        throw error(
          "unknown_column",
          "column \"\(safe)\" is not known; allowed are \(Self.names.map { $0[0] }.joined(separator: ", "))")
      }
      guard !columns.contains(field) else { throw error("repeated_column", "two columns are \(field)") }
      columns.append(field)
    }
    for field in ["prompt", "answer"] where !columns.contains(field) {
      throw error("missing_column", "there is no column \(field)")
    }
    return columns
  }

  private func pair(record: [String]) -> Result<Router.WarmPair, LineError> {
    Result { () throws(LineError) in
      let columns = csv?.columns ?? []
      guard record.count == columns.count else {
        throw error("field_count", "the record has \(record.count) fields, the header \(columns.count)")
      }
      let values = Dictionary(zip(columns, record).filter { !$0.1.isEmpty }) { first, _ in first }
      var request = defaults
      request.id = values["id"] ?? "warm-\(number)"
      request.tenant = values["tenant"] ?? defaults.tenant
      guard request.id.utf8.count <= 256, request.tenant.utf8.count <= 128 else {
        throw error("invalid_field", "id has more than 256 bytes, or tenant more than 128")
      }
      request.messages = [ChatMessage(role: .user, content: values["prompt"] ?? "")]
      let tags = (values["tags"] ?? "").split(separator: ";").map { String($0.drop { $0 == " " }) }
      return try finished(request, answer: values["answer"], tags: tags, ttl: values["ttl"])
    }
  }

  private func finished(
    _ request: RouteRequest, answer: String?, tags: [String], ttl: String?
  ) throws(LineError) -> Router.WarmPair {
    var request = request
    guard let answer, answer.contains(where: { !$0.isWhitespace }) else {
      throw error("missing_answer", "there is no answer")
    }
    guard tags.count <= CacheTerms.mostTags, tags.allSatisfy(CacheTerms.isTag) else {
      throw error("invalid_field", "a tag is not \(CacheTerms.tagRule)")
    }
    request.cacheTerms.tags += tags
    if let ttl {
      guard let seconds = TimeSpan.lifetime(ttl) else {
        throw error("invalid_field", "ttl is no time up to ten years: give seconds, or a text such as 90s, 12h, 7d")
      }
      request.cacheTerms.lifetimeMilliseconds = Int64(seconds) * 1000
    }
    return Router.WarmPair(request: request, answer: answer)
  }

  private func error(_ code: String, _ message: String) -> LineError {
    LineError(id: "line-\(number)", code: code, message: message)
  }
}
