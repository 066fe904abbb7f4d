import ArgumentParser
import WeirAssembly
import WeirCache
import WeirConfiguration
import WeirDomain
import WeirFiles
import WeirRouting

/// `weir cache why`: what the caches would do with a prompt.
struct CacheWhyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why", abstract: "Says whether the cache would answer a prompt, and why.",
    discussion: """
      Nothing is answered, recorded or changed. Without a prompt, a line is read from standard input: a prompt, or a JSON \
      object as weir route reads it.

      Examples:
        weir cache why 'how can I get a refund?'
        echo '{"prompt": "how can I get a refund?", "tenant": "shop"}' | weir cache why --json
      """)

  @OptionGroup var node: NodeOptions

  @Argument(help: "The prompt.")
  var prompt: String?

  @Option(help: "The tenant that asks.")
  var tenant: String?

  @Option(help: ArgumentHelp("Stored prompts that are shown at most.", valueName: "n"))
  var limit = 8

  @Flag(help: "One JSON object.")
  var json = false

  func validate() throws {
    guard (1...100).contains(limit) else { throw ValidationError("--limit \(limit) is not from 1 to 100.") }
    if tenant == "" { throw ValidationError("--tenant must not be empty.") }
  }

  func run() async throws {
    try await ProcessExit.reporting {
      let configuration = try node.load()
      let request = try request(longestLine: configuration.limits.maxLineBytes)
      // An empty state folder is not filled by a question.
      try CacheRows(configuration).close()
      let node = try Node.open(configuration, environment: NodeOptions.environment)
      guard let found = try node.router.diagnoseCache(request, neighbours: limit) else { throw StartFailure.cacheIsOff }
      let width = OutputFile.terminalColumns(of: 1) ?? 120
      let text = CacheWhyText(found: found, now: node.clock.wall())
      _ = try OutputFile(descriptor: 1, name: "standard output").write(
        json ? text.json + "\n" : text.table(width: width))
      try await node.close()
    }
  }

  private func request(longestLine: Int) throws -> RouteRequest {
    var defaults = RouteRequest(id: "why", messages: [], tenant: tenant ?? "default")
    if let prompt {
      defaults.messages = [ChatMessage(role: .user, content: prompt)]
      return defaults
    }
    let reader = LineReader(descriptor: 0, name: "standard input", maximumBytes: longestLine)
    guard case .bytes(let line)? = try reader.next() else {
      throw StartFailure.badPrompt(reason: "there is no line, or one longer than \(longestLine) bytes")
    }
    return try PromptLine.request(from: PromptLine.withoutMark(line), number: 1, format: .auto, defaults: defaults)
      .mapError { StartFailure.badPrompt(reason: $0.message) }.get()
  }
}

/// The same facts for people and for programs.
struct CacheWhyText {
  let found: CacheDiagnosis
  let now: Timestamp

  func table(width: Int) -> String {
    var rows = ["prompt      \(TextColumn.printable(found.plan.prompt))"]
    rows.append("tenant      \(TextColumn.printable(found.plan.tenant))")
    if !found.plan.isWritable {
      rows.append("kept        not at all: the request bypasses the cache")
    } else if let reason = found.plan.admission.reason {
      rows.append("kept        \(found.plan.key == nil ? "not at all" : "for the same request only"): \(reason.text)")
    } else {
      rows.append("kept        for the same request, and for prompts that mean the same")
    }
    if let hit = found.exact {
      rows.append("same        entry \(hit.id), expires in \(CacheText.span(now, hit.expiresAt))")
    } else {
      rows.append("same        no entry")
    }
    if !found.neighbours.isEmpty {
      rows.append("similar     at least \(found.threshold.decimals(3)) is looked at")
    }
    for neighbour in found.neighbours {
      var verdict = neighbour.refusal.map { "differs: \($0.text)" } ?? "no difference"
      if Double(neighbour.similarity) < found.threshold { verdict = "too far; " + verdict }
      let judged =
        neighbour.confirmed + neighbour.refuted == 0
        ? "" : ", judged \(neighbour.confirmed) right and \(neighbour.refuted) wrong"
      rows.append(
        "  \(Double(neighbour.similarity).decimals(3))     entry \(neighbour.id) (\(neighbour.hits) hits\(judged)): \(verdict)"
      )
      var prompt = TextColumn.padded(TextColumn.printable(neighbour.prompt), max(width - 12, 20))
      while prompt.last == " " { prompt.removeLast() }
      rows.append("            \(prompt)")
    }
    if let candidate = found.similar?.candidate {
      rows.append("weighed     " + CacheWhyText.weighed(candidate))
    }
    rows.append("decision    \(found.verdict)")
    return rows.joined(separator: "\n") + "\n"
  }

  /// The features that tell a person most.
  static func weighed(_ candidate: SimilarResult.Candidate) -> String {
    let shown: [(VerifierFeature, String)] = [
      (.nearest, "similarity"), (.margin, "to the next other answer"), (.agreement, "neighbours with the same answer"),
      (.lead, "nearer than its rival by"), (.unsaidByFellows, "words that none with this answer says"),
      (.sharedWords, "words in common"),
    ]
    return shown.map { "\($1) \(Double(candidate.features[$0.rawValue]).decimals(2))" }.joined(separator: ", ")
  }

  var json: String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("prompt", found.plan.prompt)
    writer.add("tenant", found.plan.tenant)
    writer.add("cached", found.plan.isWritable && found.plan.key != nil)
    writer.add("shared", found.plan.isWritable && found.plan.partition != nil)
    writer.add("reason", found.plan.admission.reason?.rawValue)
    writer.add("exact", found.exact?.id)
    writer.add("semantic", found.exact == nil ? found.similar?.hit?.id : nil)
    writer.add("threshold", found.threshold, decimals: 4)
    if let candidate = found.similar?.candidate {
      writer.beginObject("verifier")
      writer.add("id", candidate.id)
      writer.add("probability", candidate.probability, decimals: 6)
      writer.add("threshold", candidate.threshold, decimals: 6)
      writer.add("basis", candidate.basis.rawValue)
      writer.beginObject("features")
      for (feature, value) in zip(VerifierFeature.allCases, candidate.features) { writer.add(feature.name, value) }
      writer.endObject()
      writer.endObject()
    }
    writer.beginArray("neighbours")
    for neighbour in found.neighbours {
      writer.beginObject()
      writer.add("id", neighbour.id)
      writer.add("similarity", Double(neighbour.similarity), decimals: 4)
      writer.add("differs", neighbour.refusal?.rawValue)
      writer.add("hits", neighbour.hits)
      writer.add("right", neighbour.confirmed)
      writer.add("wrong", neighbour.refuted)
      writer.add("prompt", neighbour.prompt)
      writer.endObject()
    }
    writer.endArray()
    writer.add("decision", found.verdict)
    writer.endObject()
    return writer.text
  }
}
