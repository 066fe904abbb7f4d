import Synchronization
import Testing
import WeirDomain
import WeirProviders

/// What every remote answerer keeps, whatever it talks to. Run against a working answerer of `model`.
enum RemoteAnswererConformance {
  static func check(_ answerer: some RemoteAnswerer, model: String) async throws {
    let settings = ModelSettings(model: model, maxTokens: 8, temperature: 0)
    let request = CompletionRequest(
      messages: [ChatMessage(role: .system, content: "Be brief."), ChatMessage(role: .user, content: "Once")],
      settings: settings)

    let whole = try await answerer.complete(request)
    #expect(!whole.text.isEmpty)
    #expect(whole.usage.prompt > 0 && whole.usage.completion > 0)
    #expect(whole.attempts == 1)
    #expect(whole.timings.firstText == nil)
    #expect(whole.timings.lastAttempt <= whole.timings.total)

    let pieces = Mutex<[String]>([])
    let streamed = try await answerer.complete(request) { delta in
      pieces.withLock { $0 += [delta.text].compactMap { $0 } }
    }
    #expect(pieces.withLock { $0.joined() } == streamed.text)
    #expect(pieces.withLock { $0.allSatisfy { !$0.isEmpty } })
    #expect(streamed.text == whole.text)
    #expect(streamed.finishReason == whole.finishReason)
    #expect(streamed.timings.firstText.map { $0 <= streamed.timings.total } == true)

    let cancelled = Task {
      while !Task.isCancelled { await Task.yield() }
      return try await answerer.complete(request)
    }
    cancelled.cancel()
    await #expect(throws: ProviderFailure(provider: answerer.name, attempts: 1, cause: .cancelled)) {
      try await cancelled.value
    }
  }
}
