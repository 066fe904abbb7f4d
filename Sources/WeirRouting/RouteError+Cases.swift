internal import WeirDomain
internal import WeirGrammar

extension RouteError {
  static let emptyPrompt = RouteError(code: "empty_prompt", kind: .badRequest, message: "the prompt is empty")

  /// The schema or the grammar that the answer is to have.
  static func badFormat(_ failure: GrammarFailure) -> RouteError {
    RouteError(code: "bad_format", kind: failure.kind, message: failure.message)
  }

  static func promptTooLarge(bytes: Int, allowed: Int) -> RouteError {
    RouteError(
      code: "prompt_too_large", kind: .badRequest,
      message: "the prompt has \(bytes) bytes; limits.max_prompt_bytes allows \(allowed)")
  }

  /// The conversation stays over `compression.max_remote_tokens`.
  static func tooLongForRemote(_ failure: PromptCompressor.Failure) -> RouteError {
    let advice =
      failure.dropsOldTurns
      ? "at most \((failure.maxLoss * 100).decimals(0)) % of its content may be dropped (compression.max_loss), and "
        + "system messages, the last turn and data never are; raise either, or shorten the conversation"
      : "raise it, let compression.old_turns = true drop old turns, or shorten the conversation"
    return RouteError(
      code: "too_long_for_remote", kind: .badRequest,
      message: "the conversation has \(failure.tokens) tokens after compression, compression.max_remote_tokens allows "
        + "\(failure.allowed): \(advice)")
  }

  /// Time spent on such a text would grow with its square wherever texts are compared.
  static func tooManyMarks(allowed: Int) -> RouteError {
    RouteError(
      code: "too_many_marks", kind: .badRequest,
      message: "a letter of the request has more than \(allowed) combining marks in a row: no language writes so many; "
        + "remove them")
  }

  static func unknownModel(_ name: String) -> RouteError {
    let safe = String(name.prefix(60).filter { $0.isLetter || $0.isNumber || "._-/:".contains($0) })
    return RouteError(
      code: "unknown_model", kind: .badRequest,
      message: "nobody serves model \"\(safe)\"; use auto, generator, a remote tier, "
        + "or a model named under [[providers]]")
  }

  /// Wraps what a part threw; its own sentence where it has one.
  init(_ error: any Error, code: String, kind: FailureKind) {
    if let failure = error as? any WeirFailure {
      self.init(code: code, kind: failure.kind, message: failure.message)
    } else {
      self.init(code: code, kind: kind, message: "an unexpected failure of type \(type(of: error))")
    }
  }

  /// Runs `body`, whose failures become route errors with this code.
  static func wrapping<Value>(
    _ code: String, _ kind: FailureKind, _ body: () throws -> Value
  ) throws(RouteError) -> Value {
    do {
      return try body()
    } catch {
      throw RouteError(error, code: code, kind: kind)
    }
  }
}
