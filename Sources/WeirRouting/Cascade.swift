internal import WeirDomain
internal import WeirProviders

/// Tries the steps of a plan in order; each answer is checked before it is accepted.
struct Cascade: Sendable {
  let local: (any LocalAnswerer)?
  let remotes: RemoteRoutes
  let lane: BlockingLane

  struct Answer: Sendable {
    var text: String
    var tier: Tier
    var model: String
    var usage: TokenUsage
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
  }

  func run(
    _ steps: [RoutePlan.Step], request: RouteRequest, intent: String?, isCancelled: @escaping @Sendable () -> Bool
  ) async -> Outcome {
    var reasons: [RouteReason] = []
    var isCascaded = false
    var mayWait = true
    var last = RouteError(
      code: "no_remote", kind: .unavailable, message: "no remote tier is configured to answer this prompt")
    for step in steps {
      if isCancelled() || Task.isCancelled { last = .cancelled }
      guard last.kind != .cancelled else { return Outcome(end: .unanswered(last, mayWait: false), reasons: reasons) }
      switch step {
      case .generator:
        switch await askGenerator(request, intent: intent, isCancelled: isCancelled) {
        case .success(let answer): return Outcome(end: .answered(answer), reasons: reasons)
        case .failure(let error):
          last = error
          isCascaded = true
          reasons.append(.checkFailed(error.message))
          mayWait = error.kind != .cancelled
        }
      case .remote(let tier, let model):
        switch await askRemote(tier, model: model, request: request) {
        case .success(let answer):
          return Outcome(end: .answered(answer), reasons: reasons, isCascaded: isCascaded)
        case .failure(let failure):
          last = RouteError(code: "remote_failed", kind: failure.kind, message: failure.message)
          reasons.append(.remoteFailed(tier, failure.message))
          mayWait = failure.consequence == .linkDown || failure.consequence == .overloaded
          if failure.consequence == .stopped || failure.consequence == .interrupted {
            return Outcome(end: .unanswered(last, mayWait: false), reasons: reasons, isCascaded: isCascaded)
          }
        }
      }
    }
    return Outcome(end: .unanswered(last, mayWait: mayWait), reasons: reasons, isCascaded: isCascaded)
  }

  private func askGenerator(
    _ request: RouteRequest, intent: String?, isCancelled: @escaping @Sendable () -> Bool
  ) async -> Result<Answer, RouteError> {
    guard let local else { preconditionFailure("a plan asks only for a generator that is loaded") }
    let result = await lane.run { () -> Result<LocalAnswer, RouteError> in
      Result { () throws(RouteError) in
        try local.answer(request.messages, intent: intent, settings: request.settings, isCancelled: isCancelled)
      }
    }
    switch result {
    case .failure(let error): return .failure(error)
    case .success(let answer):
      switch answer.verdict {
      case .accepted:
        return .success(Answer(text: answer.text, tier: .generator, model: local.model, usage: answer.usage))
      case .rejected(let what):
        return .failure(RouteError(code: "check_failed", kind: .unavailable, message: what))
      case .cancelled: return .failure(.cancelled)
      }
    }
  }

  private func askRemote(
    _ tier: Tier, model: String?, request: RouteRequest
  ) async -> Result<Answer, ProviderFailure> {
    guard let route = remotes.route(tier: tier, model: model) else {
      preconditionFailure("a plan asks only for remote tiers that are configured")
    }
    var settings = request.settings
    settings.model = route.model
    do throws(ProviderFailure) {
      let completion = try await route.answerer.complete(
        CompletionRequest(messages: request.messages, settings: settings))
      return .success(Answer(text: completion.text, tier: tier, model: route.model, usage: completion.usage))
    } catch {
      return .failure(error)
    }
  }
}

extension RouteError {
  static let cancelled = RouteError(
    code: "cancelled", kind: .cancelled, message: "the run was stopped before an answer")
}
