package import WeirDomain
package import WeirHTTP

/// Why a remote answerer gave no whole answer.
package struct ProviderFailure: WeirFailure, Equatable {
  /// What the router can do about it.
  package enum Consequence: String, Sendable, Equatable {
    /// The way to the provider is down: wait for it, or defer.
    case linkDown
    /// The provider is busy or in trouble: another one may answer.
    case overloaded
    /// The provider will not answer this as asked: waiting does not help.
    case refused
    /// Part of the answer has been passed on already.
    case interrupted
    /// The caller stopped it.
    case stopped
  }

  package enum Cause: Sendable, Equatable {
    /// No whole answer came over the connection, and none of it was passed on.
    case transport(HTTPFailure)
    /// 408, 409, 425, 429 or a 5xx that says nothing about the request.
    case overloaded(status: Int, error: ProviderErrorCode, retryAfter: Duration?)
    /// Any other status that is not 2xx.
    case refused(status: Int, error: ProviderErrorCode)
    /// Status 2xx with a body that is no answer of a model.
    case malformed(reason: String)
    /// The stream ended early after `afterTokens` pieces of text had come.
    case interrupted(afterTokens: Int, reason: Interruption)
    /// The time for all attempts together is over.
    case deadline(allowed: Duration)
    case cancelled
    /// All keys are at their limits, the first one for this long; nobody was asked.
    case limited(wait: Duration)
    /// No endpoint is healthy enough to be asked, the first one for this long; nobody was asked.
    case unhealthy(wait: Duration)
    /// No server can be reached at all, and the next look at the link is in `wait`; nobody was asked.
    case linkDown(wait: Duration)
    /// The provider has no words for this part of the request; nobody was asked.
    case unsupported(feature: String)
  }

  package enum Interruption: Sendable, Equatable {
    case transport(HTTPFailure)
    /// The provider sent an error in the stream.
    case error(ProviderErrorCode)
    /// The stream ended without a finish reason.
    case ended
    /// Events that cannot be read.
    case malformed(reason: String)
  }

  package var provider: String
  package var attempts: Int
  package var cause: Cause
  /// What all attempts together used up, as far as it is known or likely: providers charge for it.
  package var usage: TokenUsage

  package init(provider: String, attempts: Int, cause: Cause, usage: TokenUsage = .zero) {
    self.provider = provider
    self.attempts = attempts
    self.cause = cause
    self.usage = usage
  }

  package var kind: FailureKind {
    switch cause {
    case .transport(let failure), .interrupted(_, .transport(let failure)): failure.kind
    case .refused(let status, _): status == 401 || status == 403 ? .badConfiguration : .badRequest
    case .overloaded, .malformed, .interrupted, .limited, .unhealthy, .linkDown: .unavailable
    case .unsupported: .badRequest
    case .deadline: .timedOut
    case .cancelled: .cancelled
    }
  }

  package var consequence: Consequence {
    switch cause {
    case .transport(let failure):
      failure.kind == .cancelled ? .stopped : failure.isLinkDown ? .linkDown : .refused
    // A server that takes too long for everything may be faster for the next one, or later.
    case .overloaded, .deadline, .limited, .unhealthy: .overloaded
    case .refused, .malformed, .unsupported: .refused
    case .linkDown: .linkDown
    case .interrupted: .interrupted
    case .cancelled: .stopped
    }
  }

  /// True when another attempt cannot answer twice, bill twice, or repeat what was passed on.
  package var isSafeToRetry: Bool {
    switch cause {
    case .transport(let failure): failure.isSafeToRetry
    case .overloaded: true
    case .refused, .malformed, .interrupted, .deadline, .cancelled, .limited, .unhealthy, .linkDown, .unsupported: false
    }
  }

  /// Which other endpoints of the provider the failure says nothing about.
  package enum Reach: Sendable, Equatable {
    /// Another key may be answered.
    case key
    /// Another address may answer.
    case address
    /// Another endpoint would fail as well, or asking it could answer twice.
    case everything
  }

  package var reach: Reach {
    switch cause {
    case .overloaded(429, _, _), .refused(401, _), .refused(403, _): .key
    case .overloaded: .address
    case .transport(let failure): failure.isSafeToRetry ? .address : .everything
    case .refused, .malformed, .interrupted, .deadline, .cancelled, .limited, .unhealthy, .linkDown, .unsupported:
      .everything
    }
  }

  /// How long the provider asks to wait.
  package var retryAfter: Duration? {
    if case .overloaded(_, _, let retryAfter) = cause { retryAfter } else { nil }
  }
}
