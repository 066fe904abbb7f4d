import WeirDomain
import WeirFiles
import WeirGrammar
import WeirRouting

/// Turns one line of input into a request, or says what is wrong with it.
///
/// A plain line is a prompt. A JSON line is an object with the fields of `PromptLine.fields`; an unknown field is
/// refused by name, because a misspelt `temperature` that is silently dropped would be a wrong answer.
struct PromptLine {
  enum Format: String, CaseIterable {
    case auto, text, jsonl
  }

  static let fields =
    [
      "id", "prompt", "messages", "tenant", "user", "feature", "experiment", "priority", "model", "max_tokens",
      "temperature", "top_p", "seed", "stop", "cache", "deadline_ms", "max_cost", ResponseFormat.field,
      ResponseFormat.grammarField, "extra",
    ] + passing

  /// Fields that only remote models are given, as they stand; `extra` holds any others.
  private static let passing = ["tools", "tool_choice", "parallel_tool_calls", "n"]

  /// What a line is, with `auto` settled: JSON when it opens with a brace.
  static func format(of line: [UInt8], asked: Format) -> Format {
    guard asked == .auto else { return asked }
    let first = line.first { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
    return first == UInt8(ascii: "{") ? .jsonl : .text
  }

  /// The first line without the byte order mark that some editors put before it.
  static func withoutMark(_ line: [UInt8]) -> [UInt8] {
    line.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(line.dropFirst(3)) : line
  }

  /// The id of a line that names none: its number and a digest of its bytes (FNV-1a, 32 bits), so that a run over another
  /// input that is resumed into the same output does not take its lines for finished ones.
  static func defaultID(of line: [UInt8], number: Int) -> String {
    let digest = line.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
    let digits = String(digest, radix: 16)
    return "line-\(number)-" + String(repeating: "0", count: 8 - digits.utf8.count) + digits
  }

  /// A line of white space only; such lines are passed over.
  static func isBlank(_ line: [UInt8]) -> Bool {
    line.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
  }

  /// The request of line `number` (from 1), with `defaults` for what the line leaves out.
  static func request(
    from line: [UInt8], number: Int, format: Format, defaults: RouteRequest
  ) -> Result<RouteRequest, LineError> {
    var request = defaults
    request.id = defaultID(of: line, number: number)
    guard let text = String(validating: line, as: UTF8.self) else {
      return .failure(LineError(id: request.id, code: "invalid_utf8", message: "the line is not valid UTF-8"))
    }
    guard Self.format(of: line, asked: format) == .jsonl else {
      request.messages.append(ChatMessage(role: .user, content: text))
      return .success(request)
    }
    do {
      return .success(try decoded(line, into: request))
    } catch let error as LineError {
      return .failure(error)
    } catch {
      return .failure(LineError(id: request.id, code: "malformed_json", message: "the line is not a JSON object"))
    }
  }

  private static func decoded(_ line: [UInt8], into defaults: RouteRequest) throws -> RouteRequest {
    var request = defaults
    guard case .object(let object) = try JSONReader.read(line) else {
      throw LineError(id: request.id, code: "malformed_json", message: "the line is not a JSON object")
    }
    if let id = object["id"] {
      guard let text = id.word, !text.isEmpty, text.utf8.count <= 256 else {
        throw LineError(
          id: request.id, code: "invalid_field",
          message: "field id must be a text of 1 to 256 bytes or a natural number")
      }
      request.id = text
    }
    let fields = FieldReader(object: object, id: request.id, line: JSONText(line))
    try fields.refuseUnknown(allowed: Self.fields)
    request.tenant = try fields.text("tenant", longest: 128) ?? request.tenant
    request.user = try fields.text("user", longest: 128) ?? request.user
    request.feature = try fields.text("feature", longest: 128) ?? request.feature
    request.experiment = try fields.text("experiment", longest: 128) ?? request.experiment
    request.priority = try fields.choice("priority") ?? request.priority
    try fields.readCache(into: &request)
    request.deadlineMilliseconds =
      try fields.integer("deadline_ms", in: 1...86_400_000) ?? request.deadlineMilliseconds
    request.maxCost = try fields.dollars("max_cost") ?? request.maxCost
    request.settings.model = try fields.text("model", longest: 256) ?? request.settings.model
    request.settings.maxTokens = try fields.integer("max_tokens", in: 1...1_000_000) ?? request.settings.maxTokens
    request.settings.temperature = try fields.number("temperature", in: 0...2) ?? request.settings.temperature
    request.settings.topP = try fields.number("top_p", in: 0...1) ?? request.settings.topP
    request.settings.seed =
      try fields.integer("seed", in: 0...9_007_199_254_740_991).map { UInt64($0) } ?? request.settings.seed
    request.settings.stop = try fields.texts("stop", most: 4) ?? request.settings.stop
    if object[ResponseFormat.field] != nil || object[ResponseFormat.grammarField] != nil {
      do throws(GrammarFailure) {
        request.settings.format = try ResponseFormat.read(object: line) ?? request.settings.format
      } catch {
        throw LineError(id: request.id, code: "invalid_field", message: error.message)
      }
    }
    try fields.readExtra(passing, into: &request.settings)
    request.messages += try fields.conversation()
    return request
  }
}

/// Why a line is not a request. Never holds the line's text.
struct LineError: Error, Equatable {
  var id: String
  var code: String
  var message: String
}
