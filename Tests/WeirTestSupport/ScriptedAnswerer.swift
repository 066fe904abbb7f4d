import Synchronization
import WeirDomain
package import WeirProviders

/// A remote answerer that says what a test wrote down, and remembers what it was asked.
package final class ScriptedAnswerer: RemoteAnswerer {
  package enum Line: Sendable {
    /// The pieces of an answer's text, in order.
    case answer([String])
    /// A failure after some pieces were passed on.
    case failure(ProviderFailure.Cause, after: [String] = [])
    /// No answer until the task is cancelled.
    case silence
  }

  package let name: String
  package let isReachable: Bool
  private let script: @Sendable (Int, CompletionRequest) -> Line
  private let asked = Mutex<[CompletionRequest]>([])

  /// `script` gets the number of the request, from 0, and the request.
  package init(
    name: String = "scripted", isReachable: Bool = true,
    script: @escaping @Sendable (Int, CompletionRequest) -> Line
  ) {
    self.name = name
    self.isReachable = isReachable
    self.script = script
  }

  package convenience init(name: String = "scripted", answers pieces: String...) {
    self.init(name: name) { _, _ in .answer(pieces) }
  }

  package var requests: [CompletionRequest] { asked.withLock { $0 } }

  package func complete(
    _ request: CompletionRequest, onDelta: (@Sendable (CompletionDelta) -> Void)?
  ) async throws(ProviderFailure) -> Completion {
    let number = asked.withLock { asked in
      asked.append(request)
      return asked.count - 1
    }
    guard !Task.isCancelled else { throw ProviderFailure(provider: name, attempts: 1, cause: .cancelled) }
    switch script(number, request) {
    case .answer(let pieces):
      for piece in pieces { onDelta?(.text(piece)) }
      return Completion(
        text: pieces.joined(), usage: TokenUsage(prompt: request.messages.count, completion: pieces.count),
        model: request.settings.model, finishReason: .stop, attempts: 1,
        timings: Completion.Timings(total: .zero, firstText: onDelta == nil ? nil : .zero, lastAttempt: .zero))
    case .failure(let cause, let pieces):
      for piece in pieces { onDelta?(.text(piece)) }
      throw ProviderFailure(provider: name, attempts: 1, cause: cause)
    case .silence:
      // sleeps because silence lasts until the task is cancelled, which ends the sleep at once
      do { try await Task.sleep(for: .seconds(3600)) } catch {}
      throw ProviderFailure(provider: name, attempts: 1, cause: .cancelled)
    }
  }
}
