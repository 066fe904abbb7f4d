internal import WeirDomain
internal import WeirHTTP

/// What an attempt that gave no answer used up, for the ledger.
///
/// What the provider reported is taken as it is. Where it reported nothing:
///
/// | how the attempt ended | prompt | completion |
/// |---|---|---|
/// | after text had come | counted | counted from the text |
/// | status 2xx and then nothing more, or less than it announced | counted | counted from the bytes that came |
/// | more bytes than allowed | counted | counted from those that were, up to the request's own limit |
/// | no byte in time, or stopped by the caller, after the request was sent | counted | none |
/// | an error status, an error in the stream, or no answer of a model at all | none | none |
/// | the connection failed before a status, or stopped by the caller before it stood | none | none |
///
/// Providers charge for what they computed, also where nobody waited for it, and not for what they refused.
enum BilledUsage {
  /// What frames the text of a whole answer, in bytes.
  private static let frame = 300

  /// `wasSent` is true once the request's connection stood.
  static func of(
    _ cause: ProviderFailure.Cause, wasSent: Bool, content: ReplyContent?, request: CompletionRequest
  ) -> TokenUsage {
    if let content, content.usage.isTold || content.pieces > 0 { return content.usage(for: request) }
    let read = TokenUsage(prompt: request.promptTokens, completion: 0, isEstimated: true)
    switch cause {
    case .transport(let failure), .interrupted(_, .transport(let failure)):
      switch failure {
      case .timedOut(_, let phase, _, _): return phase.isBeforeRequest ? .zero : read
      case .truncated(_, let status?, let received), .broken(_, _, let status?, let received, _):
        guard (200..<300).contains(status) else { return .zero }
        return read
          + TokenUsage(
            prompt: 0, completion: TokenEstimate.tokens(bytes: max(0, received - frame)), isEstimated: true)
      case .tooLarge(_, .body, let allowed):
        let written = TokenEstimate.tokens(bytes: max(0, allowed - frame))
        return read
          + TokenUsage(
            prompt: 0, completion: min(written, request.settings.maxTokens ?? ReportedUsage.most), isEstimated: true)
      default: return .zero
      }
    case .cancelled, .deadline: return wasSent ? read : .zero
    case .overloaded, .refused, .malformed, .interrupted, .limited, .unhealthy, .linkDown, .unsupported: return .zero
    }
  }
}
