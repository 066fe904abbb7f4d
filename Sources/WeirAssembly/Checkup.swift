package import WeirConfiguration
internal import WeirClassifier
internal import WeirDomain
internal import WeirEncoder
internal import WeirFiles
internal import WeirGenerator
internal import WeirHTTP
internal import WeirLedger
internal import WeirModelFiles
internal import WeirProviders
internal import WeirReview
package import WeirRouting
internal import WeirStore
internal import WeirTensor

/// What `weir doctor` looks at: each part on its own, so that one broken thing does not hide the others.
package struct Checkup: Sendable {
  package struct Finding: Sendable, Hashable {
    package enum Verdict: String, Sendable, Hashable {
      case good, warning, bad
    }
    /// What was looked at.
    package var subject: String
    package var verdict: Verdict
    /// What was found and, unless good, what to do.
    package var text: String
  }

  let configuration: Configuration
  let environment: [String: String]
  let clock: NodeClock

  package init(_ configuration: Configuration, environment: [String: String], clock: NodeClock = .system) {
    self.configuration = configuration
    self.environment = environment
    self.clock = clock
  }

  /// Looks at everything; waits up to ten seconds for each provider.
  package func run() async -> [Finding] {
    var findings = [processor(), configurationFile()]
    findings += models()
    findings += [rules(), state(), errorBudget(), freeDisk(), prices()]
    for provider in configuration.providers { findings.append(await reach(provider)) }
    if configuration.providers.isEmpty {
      let isDeferred = configuration.routing.outage.contains(.defer)
      let then = isDeferred ? "escalations wait in the durable queue" : "see routing.outage"
      findings.append(
        Finding(
          subject: "providers", verdict: .warning, text: "none is configured: \(then); add one under [[providers]]"))
    }
    return findings
  }

  private func processor() -> Finding {
    let kernels = Kernels.active.name
    let isSlow = kernels == "scalar"
    return Finding(
      subject: "processor", verdict: isSlow ? .warning : .good,
      text: "kernels \(kernels), \(configuration.limits.jobs) jobs"
        + (isSlow ? "; no AVX2 or NEON was found (or WEIR_KERNELS is set): answers will be slow" : ""))
  }

  private func configurationFile() -> Finding {
    Finding(
      subject: "configuration", verdict: .good,
      text: configuration.file ?? "no file, the defaults hold; weir init writes one")
  }

  private func models() -> [Finding] {
    do {
      let bundle = try ModelBundle(configuration)
      return bundle.parts.map { name, part in
        check("model \(name)") {
          let digest = try part.verifiedDigest().prefix(16)
          return "\(part.place), \(part.region.count / 1024) KiB, sha256 \(digest)"
        }
      } + tryModels(bundle)
    } catch {
      return [bad("models", error)]
    }
  }

  /// Which rules there are, in their order, and whether each can do what it says.
  private func rules() -> Finding {
    check("rules") {
      let routing = configuration.routing
      let options = configuration.providers.flatMap { provider in
        provider.models.map { RemoteOption(tier: $0.key, model: $0.value) }
      }
      let intents = routing.rules.isEmpty ? [] : try Node.intents(configuration)
      let policy = try RoutePolicy.assembled(routing, intents: intents, options: options)
      let names = policy.rules.rules.map { rule in
        "\(rule.name) (\(rule.staysLocal ? "stays on this host" : rule.effect.text))"
      }
      let base = "mode \(routing.mode), strategy \(routing.strategy)"
      return names.isEmpty ? "\(base); none" : "\(base); \(names.count): \(names.joined(separator: "; "))"
    }
  }

  private func state() -> Finding {
    check("state") {
      let store = try Node.openStore(configuration)
      defer { try? store.close() }
      let findings = try store.findings()
      guard findings.isEmpty else {
        throw StartFailure.part("\(store.path) is damaged: \(findings[0]); restore it from a backup, or move it away")
      }
      let waiting = try store.read { try DeferredQueue.counts(at: clock.wall(), in: $0).waiting }
      let samples = try store.read { try ReviewQueue.count(in: $0) }
      return "\(store.path): sound, \(waiting) prompts deferred, \(samples) review samples"
    }
  }

  private func freeDisk() -> Finding {
    let free: UInt64
    do {
      free = try DiskSpace.free(at: configuration.node.state)
    } catch {
      return bad("disk", error)
    }
    let wanted = UInt64(configuration.cache.maxBytes) + 64 << 20
    let mebibytes = "\(free >> 20) MiB free"
    return free < wanted
      ? Finding(
        subject: "disk", verdict: .warning,
        text: "\(mebibytes), \(wanted >> 20) MiB may be needed; free some, or lower cache.max_bytes")
      : Finding(subject: "disk", verdict: .good, text: mebibytes)
  }

  private func prices() -> Finding {
    check("prices") {
      let list = try PriceList.assembled(configuration, at: clock.wall())
      return "as of \(list.asOf), savings against \(list.baseline)"
    }
  }

  /// Asks a provider for its list of models: any answer shows that the link and the key's place are in order.
  private func reach(_ provider: Configuration.Provider) async -> Finding {
    let subject = "provider \(provider.name)"
    do {
      let key = try provider.key(environment: environment)
      let headers =
        switch provider.kind {
        case .openai: OpenAICodec().headers(key: key)
        case .anthropic: AnthropicCodec().headers(key: key)
        }
      let deadlines = HTTPDeadlines(
        connect: .milliseconds(provider.connectTimeoutMilliseconds), firstByte: .seconds(5), idle: .seconds(5),
        total: .seconds(10))
      let request = HTTPRequest(
        .get, try HTTPURL(provider.baseURL + "/models"), headers: headers, deadlines: deadlines)
      let status = try await status(of: request)
      if status == 401 || status == 403 {
        return Finding(subject: subject, verdict: .bad, text: "reached, but it refuses the key (status \(status))")
      }
      let isWell = status < 500
      return Finding(
        subject: subject, verdict: isWell ? .good : .warning,
        text: "reached, status \(status)" + (isWell ? "" : ": the server has trouble of its own, try again later"))
    } catch {
      return bad(subject, error)
    }
  }

  private func status(of request: HTTPRequest) async throws -> Int {
    let client = try HTTPClient()
    let answer: Result<HTTPResponse, any Error>
    do {
      answer = .success(try await client.send(request))
    } catch {
      answer = .failure(error)
    }
    await client.shutdown()
    return try answer.get().head.status
  }

  private func check(_ subject: String, _ body: () throws -> String) -> Finding {
    do {
      return Finding(subject: subject, verdict: .good, text: try body())
    } catch {
      return bad(subject, error)
    }
  }

  func bad(_ subject: String, _ error: any Error) -> Finding {
    Finding(subject: subject, verdict: .bad, text: StartFailure(describing: error).message)
  }
}
