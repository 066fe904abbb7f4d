internal import WeirDomain
internal import WeirEntities
internal import WeirProviders

/// Tries the steps of a plan in order; each answer is checked before it is accepted.
struct Cascade: Sendable {
  let local: (any LocalAnswerer)?
  let remotes: RemoteRoutes
  let lane: BlockingLane
  /// The conversation as each kind of answerer is given it.
  let turns: GroundedTurns
  let watch: CascadeWatch
  /// Where pieces of a remote answer go as they come; nil where it is given whole.
  var stream: StreamPort?
  /// The cosine of two texts.
  let likeness: @Sendable (String, String) -> Double
  /// Shortens the conversation for remote models; run once, when the first of them is asked.
  var compress: @Sendable ([ChatMessage]) -> Result<PromptCompressor.Outcome, PromptCompressor.Failure> = { messages in
    let tokens = PromptCompressor.tokens(of: messages)
    return .success(.init(messages: messages, tokensBefore: tokens, tokensAfter: tokens, loss: 0))
  }

  struct Answer: Sendable {
    var text: String
    var tier: Tier
    var model: String
    var usage: TokenUsage
    /// False where it ended otherwise than by itself or at the limit that the request set: it is not cached.
    var isWhole = true
    /// True where values of the prompt stand in it: prompts that only mean the same must not get it.
    var usesPrompt = false
    /// What it is besides its text; nil for local answers.
    var form: ReplyForm?
    /// What attempts used up that gave no answer: paid for as well.
    var wasted: TokenUsage = .zero
  }

  /// What the steps on this host work with.
  struct Prepared: Sendable {
    var intent: String?
    /// What the slots of its answer are filled with.
    var slots: SlotValues
    /// The approved answer that fits, if any.
    var template: Answer?
  }

  /// What the steps came to, with the reasons they added.
  struct Outcome: Sendable {
    enum End: Sendable {
      case answered(Answer)
      /// Nobody answered; waiting for the link may help where `mayWait` says so.
      case unanswered(RouteError, mayWait: Bool)
    }

    var end: End
    var reasons: [RouteReason] = []
    /// True when a local answer failed its check and another step was tried.
    var isCascaded = false
    /// Stopped by the caller, or nothing that could be sent: no other step would help.
    var isStopped = false
    /// What was sent to remote models in place of the conversation; nil where none was asked.
    var compression: PromptCompressor.Outcome?
    /// Remote answers that were paid for and not used.
    var discarded: [Answer] = []
    /// Whether all remote models that were tried could not be reached or were not asked; nil where none was tried.
    private(set) var isOutOfReach: Bool?

    /// True where remote models were tried and none of them was reached.
    var isUnheard: Bool { isOutOfReach == true }

    mutating func note(_ failure: ProviderFailure?) {
      let isLost =
        switch failure?.cause {
        case .unhealthy: true
        default: failure?.consequence == .linkDown
        }
      isOutOfReach = isLost && isOutOfReach != false
    }
  }

  /// `spent` was paid for before, without an answer.
  func run(
    _ plan: RoutePlan, request: RouteRequest, prepared: Prepared, after spent: [Answer] = [],
    isCancelled: @escaping @Sendable () -> Bool
  ) async -> Outcome {
    var outcome = Outcome(
      end: .unanswered(plan.refusal, mayWait: plan.mayWait))
    var remoteMayReturn = false
    // A provider that cannot be reached for one tier cannot be reached for the next one either.
    var unreachable: Set<String> = []
    for step in plan.steps {
      if isCancelled() || Task.isCancelled { return stopped(outcome, by: .cancelled) }
      switch step {
      case .template:
        guard let answer = prepared.template else { preconditionFailure("a plan names only an answer that fits") }
        return answered(outcome, by: answer)
      case .generator:
        let (result, acceptance) = await askGenerator(request, prepared, isCancelled: isCancelled)
        if let acceptance {
          outcome.reasons.append(.acceptance(probability: acceptance.probability, threshold: acceptance.least))
        }
        switch result {
        case .success(let (answer, open)):
          if !open.isEmpty { outcome.reasons.append(.openSlots(open)) }
          outcome.reasons.append(.checkPassed)
          return answered(outcome, by: answer)
        case .failure(let error):
          if error.kind == .cancelled { return stopped(outcome, by: error) }
          outcome.isCascaded = true
          outcome.reasons.append(.checkFailed(error.message))
          outcome.end = .unanswered(error, mayWait: plan.mayWait)
        }
      case .ensemble(let first, let second):
        if let answer = await agree(first, second, plan, request, prepared, &outcome, isCancelled: isCancelled) {
          return answered(outcome, by: answer)
        }
      case .remote(let tier, let model):
        guard let permit = plan.permit else { preconditionFailure("a plan asks a remote model only with a permit") }
        guard let sent = await compressed(request, &outcome) else { return outcome }
        for route in remotes.routes(tier: tier, model: model, permit: permit)
        where !unreachable.contains(route.answerer.name) {
          guard !watch.isOver else { return stopped(outcome, by: .outOfTime) }
          guard
            case .write(let most) = allowance(
              plan.limit, model: route.model, after: spent + outcome.discarded, &outcome.reasons)
          else { break }
          switch await ask(route, sent, mostTokens: most, stream: stream) {
          case .success(let answer):
            guard let (what, error) = fault(of: answer, as: request.settings.format) else {
              stream?.accept()
              return answered(outcome, by: answer)
            }
            outcome.note(nil)
            outcome.discarded.append(answer)
            outcome.reasons.append(.remoteFailed(tier, what))
            // Reasoning that was passed on before an answer that is none: another answer must not follow it.
            if stream?.isCommitted == true { return stopped(outcome, by: .streamInterrupted(what)) }
            outcome.end = .unanswered(error, mayWait: remoteMayReturn)
          case .failure(let failure):
            outcome.note(failure)
            let error = RouteError(code: "remote_failed", kind: failure.kind, message: failure.message)
            outcome.reasons.append(.remoteFailed(tier, failure.message))
            if failure.usage != .zero {
              outcome.discarded.append(Answer(text: "", tier: route.tier, model: route.model, usage: failure.usage))
            }
            if stream?.isCommitted == true { return stopped(outcome, by: .streamInterrupted(failure.message)) }
            if failure.consequence == .stopped { return stopped(outcome, by: error) }
            if failure.consequence == .linkDown { unreachable.insert(route.answerer.name) }
            remoteMayReturn = remoteMayReturn || [.linkDown, .overloaded].contains(failure.consequence)
            outcome.end = .unanswered(error, mayWait: remoteMayReturn)
          }
        }
      }
    }
    return outcome
  }

  /// The request with the conversation that is to be sent; nil with the outcome's end set where it is too long.
  func compressed(_ request: RouteRequest, _ outcome: inout Outcome) async -> RouteRequest? {
    var sent = request
    if let done = outcome.compression {
      sent.messages = done.messages
      return sent
    }
    let messages = turns.remote
    switch await lane.run({ compress(messages) }) {
    case .failure(let failure):
      outcome.end = .unanswered(.tooLongForRemote(failure), mayWait: false)
      outcome.isStopped = true
      return nil
    case .success(let done):
      outcome.compression = done
      if done.messages != messages {
        outcome.reasons.append(.compressed(before: done.tokensBefore, after: done.tokensAfter, loss: done.loss))
      }
      sent.messages = done.messages
      return sent
    }
  }

  /// Why a remote answer is none; nil for one that can be given. Calls of tools need no text.
  private func fault(of answer: Answer, as format: AnswerFormat) -> (what: String, error: RouteError)? {
    if answer.form?.hasCalls == true { return nil }
    if answer.text.allSatisfy(\.isWhitespace) { return ("its answer is empty", .emptyAnswer) }
    return FormatCheck.accepts(answer.text, as: format) ? nil : (RouteError.brokenFormat.message, .brokenFormat)
  }

  private func answered(_ outcome: Outcome, by answer: Answer) -> Outcome {
    var outcome = outcome
    outcome.end = .answered(answer)
    return outcome
  }

  private func stopped(_ outcome: Outcome, by error: RouteError) -> Outcome {
    var outcome = outcome
    outcome.end = .unanswered(error, mayWait: false)
    outcome.isStopped = true
    return outcome
  }

  func askGenerator(
    _ request: RouteRequest, _ prepared: Prepared, isCancelled: @escaping @Sendable () -> Bool
  ) async -> (Result<(answer: Answer, open: [String]), RouteError>, LocalAnswer.Acceptance?) {
    guard let local else { preconditionFailure("a plan asks only for a generator that is loaded") }
    let messages = turns.local
    let result = await lane.run { () -> Result<LocalAnswer, RouteError> in
      Result { () throws(RouteError) in
        try local.answer(messages, intent: prepared.intent, settings: request.settings, isCancelled: isCancelled)
      }
    }
    switch result {
    case .failure(let error): return (.failure(error), nil)
    case .success(let answer):
      switch answer.verdict {
      case .accepted:
        let filling =
          local.writesSlots && request.settings.format == .text
          ? SlotText(lenient: answer.text).filled(from: prepared.slots) : .init(text: answer.text)
        let taken = Answer(
          text: filling.text, tier: .generator, model: local.model, usage: answer.usage,
          usesPrompt: filling.usesPrompt)
        return (.success((taken, filling.open)), answer.acceptance)
      case .rejected(let what):
        let error = RouteError(code: "check_failed", kind: .unavailable, message: what)
        return (.failure(error), answer.acceptance)
      case .cancelled: return (.failure(.cancelled), nil)
      }
    }
  }

  func ask(
    _ route: RemoteRoutes.Route, _ request: RouteRequest, mostTokens: Int?, stream: StreamPort? = nil
  ) async -> Result<Answer, ProviderFailure> {
    var settings = request.settings
    settings.model = route.model
    if let mostTokens { settings.maxTokens = min(settings.maxTokens ?? mostTokens, mostTokens) }
    let begin = watch.now()
    stream?.forget()
    var onDelta: (@Sendable (CompletionDelta) -> Void)?
    if let stream { onDelta = { stream.take($0) } }
    do throws(ProviderFailure) {
      let completion = try await route.answerer.complete(
        CompletionRequest(messages: request.messages, settings: settings, deadline: watch.left), onDelta: onDelta)
      watch.observe(route, since: begin, error: nil)
      let form = ReplyForm(completion)
      let isCutAsAsked =
        completion.finishReason == .length && completion.usage.completion == request.settings.maxTokens
      return .success(
        Answer(
          text: completion.text, tier: route.tier, model: route.model, usage: completion.usage,
          isWhole: (completion.finishReason == .stop || isCutAsAsked) && !form.hasCalls, form: form,
          wasted: completion.wasted))
    } catch {
      watch.observe(route, since: begin, error: error)
      return .failure(error)
    }
  }
}

extension RouteError {
  static let cancelled = RouteError(
    code: "cancelled", kind: .cancelled, message: "the run was stopped before an answer")
  static let outOfTime = RouteError(
    code: "out_of_time", kind: .timedOut, message: "the request's deadline passed before an answer came")
  static let emptyAnswer = RouteError(
    code: "empty_answer", kind: .unavailable, message: "the remote model's answer is empty")
  static let disagreement = RouteError(
    code: "disagreement", kind: .unavailable, message: "the two that were asked do not agree, and nobody is left to ask"
  )
  static let brokenFormat = RouteError(
    code: "broken_format", kind: .unavailable, message: "its answer is not the JSON that was asked for")
}
