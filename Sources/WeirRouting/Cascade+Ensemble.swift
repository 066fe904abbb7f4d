internal import WeirDomain
internal import WeirProviders

/// Two that are asked at the same time, and whose answers must agree.
extension Cascade {
  /// What one of the two came to.
  private struct Vote: Sendable {
    var answer: Answer?
    var reasons: [RouteReason] = []
    var discarded: [Answer] = []
    /// Failures of remote models.
    var failures: [ProviderFailure] = []
    /// True where one that did not answer may do so later.
    var mayReturn: Bool { failures.contains { [.linkDown, .overloaded].contains($0.consequence) } }
  }

  /// The first one's answer where both agree; nil where they do not, or where one of them has none.
  ///
  /// What is not given was paid for all the same, and is booked with the request.
  func agree(
    _ first: RoutePlan.Member, _ second: RoutePlan.Member, _ plan: RoutePlan, _ request: RouteRequest,
    _ prepared: Prepared, _ outcome: inout Outcome, isCancelled: @escaping @Sendable () -> Bool
  ) async -> Answer? {
    guard let sent = await compressed(request, &outcome) else { return nil }
    async let one = vote(first, plan, request, sent, prepared, isCancelled: isCancelled)
    async let other = vote(second, plan, request, sent, prepared, isCancelled: isCancelled)
    let votes = await [one, other]
    for vote in votes {
      outcome.reasons += vote.reasons
      outcome.discarded += vote.discarded
      vote.failures.forEach { outcome.note($0) }
    }
    // Asking the same two again is paid for again: only one that was missing is worth waiting for.
    outcome.end = .unanswered(
      .disagreement, mayWait: votes.contains { $0.answer == nil && $0.mayReturn })
    guard let left = votes[0].answer, let right = votes[1].answer else {
      outcome.reasons.append(.disagreed("only one of them answered"))
      let answers = votes.compactMap(\.answer)
      if !answers.isEmpty { outcome.note(nil) }
      outcome.discarded += answers
      outcome.isCascaded = true
      return nil
    }
    let likeness = likeness
    let (texts, format) = ((left.text, right.text), request.settings.format)
    let verdict = await lane.run { AnswerAgreement.verdict(texts.0, texts.1, format: format, likeness: likeness) }
    switch verdict {
    case .agree(let similarity):
      outcome.reasons.append(.agreed(similarity: similarity, threshold: AnswerAgreement.leastSimilarity))
      outcome.discarded.append(right)
      return left
    case .differ(let what):
      outcome.reasons.append(.disagreed(what))
      outcome.note(nil)
      outcome.discarded += [left, right]
      outcome.isCascaded = true
      return nil
    }
  }

  private func vote(
    _ member: RoutePlan.Member, _ plan: RoutePlan, _ request: RouteRequest, _ sent: RouteRequest, _ prepared: Prepared,
    isCancelled: @escaping @Sendable () -> Bool
  ) async -> Vote {
    switch member {
    case .generator:
      switch await askGenerator(request, prepared, isCancelled: isCancelled).0 {
      case .success(let (answer, _)): return Vote(answer: answer)
      case .failure(let error): return Vote(reasons: [.checkFailed(error.message)])
      }
    case .remote(let tier, let model):
      guard let permit = plan.permit else { preconditionFailure("a plan asks a remote model only with a permit") }
      var vote = Vote()
      let limit = plan.limit?.part(of: model, writing: plan.mostTokens[model])
      for route in remotes.routes(tier: tier, model: model, permit: permit) {
        guard !watch.isOver else { break }
        guard case .write(let most) = allowance(limit, model: model, after: vote.discarded, &vote.reasons) else {
          break
        }
        switch await ask(route, sent, mostTokens: most) {
        case .success(let answer) where answer.text.allSatisfy(\.isWhitespace):
          vote.discarded.append(answer)
          vote.reasons.append(.remoteFailed(tier, "its answer is empty"))
        case .success(let answer) where !FormatCheck.accepts(answer.text, as: request.settings.format):
          vote.discarded.append(answer)
          vote.reasons.append(.remoteFailed(tier, RouteError.brokenFormat.message))
        case .success(let answer):
          vote.answer = answer
          return vote
        case .failure(let failure):
          vote.reasons.append(.remoteFailed(tier, failure.message))
          vote.failures.append(failure)
          if failure.usage != .zero {
            vote.discarded.append(Answer(text: "", tier: tier, model: model, usage: failure.usage))
          }
          if failure.consequence == .stopped { return vote }
        }
      }
      return vote
    }
  }
}
