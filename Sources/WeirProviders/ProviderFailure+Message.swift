import WeirHTTP

extension ProviderFailure {
  /// One sentence for a person: which provider, what happened, what to do.
  package var message: String {
    let count = attempts == 1 ? "1 attempt" : "\(attempts) attempts"
    return "\(provider), \(count): \(sentence)"
  }

  private var sentence: String {
    switch cause {
    case .transport(let failure):
      return failure.message
    case .overloaded(let status, let error, let retryAfter):
      let wait = retryAfter.map { ", asks to wait \($0.components.seconds) s" } ?? ""
      return "status \(status)\(error)\(wait): it is overloaded or limits this key; try later or lower the rate"
    case .refused(let status, let error):
      return "status \(status)\(error): \(advice(status))"
    case .malformed(let reason):
      return "the answer is none of a model (\(reason)): check the provider's kind and address"
    case .interrupted(let afterTokens, let reason):
      return "the stream ended after \(afterTokens) pieces of text (\(words(reason))): ask again"
    case .deadline(let allowed):
      return "no answer within \(allowed) for all attempts: raise the deadline or check the link"
    case .cancelled:
      return "cancelled"
    case .limited(let wait):
      return "every key is at its limit of requests or tokens for \(wait.words) more: wait, or add a key"
    case .unhealthy(let wait):
      return "every endpoint failed too often and is left alone for \(wait.words) more"
    case .linkDown(let wait):
      return "the link is down, and the next look at it is in \(wait.words)"
    case .unsupported(let feature):
      return "its API has no \(feature): ask a provider that has it, or leave it out"
    }
  }

  private func advice(_ status: Int) -> String {
    switch status {
    case 401, 403: "check the key and what it may use"
    case 404: "check the address and the model's name"
    case 413: "the request is too large for it"
    case 300..<400: "it redirects, which is not followed; use the final address"
    default: "it does not accept this request; check the model's name and settings"
    }
  }

  private func words(_ reason: Interruption) -> String {
    switch reason {
    case .transport(let failure): failure.message
    case .error(let code): "the provider reported an error\(code)"
    case .ended: "no finish reason came"
    case .malformed(let reason): reason
    }
  }
}

extension Duration {
  /// Seconds, rounded up to tenths.
  fileprivate var words: String {
    let tenths = (inSeconds * 10).rounded(.up)
    return "\(tenths / 10) s"
  }
}
