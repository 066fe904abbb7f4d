import ArgumentParser
import WeirAssembly
import WeirDomain
import WeirFiles
import WeirRouting
import WeirStore

/// `weir deferred`: prompts that wait for the link, and their answers.
struct DeferredCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "deferred", abstract: "Shows the prompts that wait for the link, and hands out their answers.",
    discussion: """
      Prompts that no remote model could answer wait here when the configuration says so (routing.outage). They are \
      answered by weir route --deferred, or by weir route --deferred --follow whenever the link is up. An answer is kept \
      until it was written there, posted to link.webhook, or fetched here.

      Examples:
        weir deferred list
        weir deferred fetch 17
        weir deferred cancel line-3
      """,
    subcommands: [List.self, Fetch.self, Cancel.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "Lists what is in the queue, newest first; no prompts and no answers.")

    @OptionGroup var node: NodeOptions

    @Option(help: "Only this tenant's.")
    var tenant: String?

    @Option(help: ArgumentHelp("At most this many.", valueName: "n"))
    var limit = 50

    @Flag(help: "One JSON object a line.")
    var json = false

    func validate() throws {
      guard (1...1_000_000).contains(limit) else { throw ValidationError("--limit \(limit) is not from 1 to 1000000.") }
    }

    func run() async throws {
      try await ProcessExit.reporting {
        let store = try Node.openExistingStore(node.load())
        let now = Timestamp(milliseconds: SystemClock.utcMilliseconds)
        let entries = try store.read { transaction in
          try DeferredQueue.entries(tenant: tenant, limit: limit, at: now, in: transaction)
        }
        let output = OutputFile(descriptor: 1, name: "standard output")
        if !json { _ = try output.write("number\tstate\tpriority\tage\ttries\ttenant\tid\n") }
        for entry in entries where try !output.write(json ? entry.json + "\n" : entry.row(at: now) + "\n") { break }
        try store.close()
      }
    }
  }

  struct Fetch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "fetch", abstract: "Writes the answer to one prompt, which is then forgotten.",
      discussion: "Exit status 1 while there is no answer.")

    @OptionGroup var node: NodeOptions
    @OptionGroup var choice: Choice

    @Flag(help: "Leave the answer in the queue.")
    var keep = false

    @Flag(help: "The JSON line that weir route would have written.")
    var json = false

    func run() async throws {
      try await ProcessExit.reporting {
        let store = try Node.openExistingStore(node.load())
        let (kept, state) = try store.read { transaction -> (DeferredQueue.Undelivered?, DeferredQueue.Entry.State) in
          let entry = try choice.entry(preferring: [.answered], in: transaction)
          return (try DeferredQueue.undelivered(sequence: entry.sequence, in: transaction), entry.state)
        }
        guard let kept else {
          ProcessExit.note("\(choice.id.printable): \(state.words)")
          try store.close()
          throw ProcessExit.someNotAnswered
        }
        let line = ReplyLine.reply(RouteReply(kept))
        let output = OutputFile(descriptor: 1, name: "standard output")
        let isWritten = try output.write((json ? line.json : line.plainText) + "\n")
        if isWritten, !keep {
          try store.write { try DeferredQueue.markDelivered(kept.sequence, answer: kept.answer.id, in: $0) }
        }
        try store.close()
      }
    }
  }

  struct Cancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "cancel", abstract: "Takes a prompt out of the queue, unless it is being answered.")

    @OptionGroup var node: NodeOptions
    @OptionGroup var choice: Choice

    func run() async throws {
      try await ProcessExit.reporting {
        let store = try Node.openExistingStore(node.load())
        let now = Timestamp(milliseconds: SystemClock.utcMilliseconds)
        let state = try store.write { transaction -> DeferredQueue.Entry.State? in
          let entry = try choice.entry(preferring: [.waiting, .abandoned], in: transaction)
          return try DeferredQueue.cancel(entry.sequence, at: now, in: transaction) ? nil : entry.state
        }
        try store.close()
        if let state {
          ProcessExit.note("\(choice.id.printable): \(state.words)")
          throw ProcessExit.someNotAnswered
        }
      }
    }
  }

  /// Which prompt is meant.
  struct Choice: ParsableArguments {
    @Argument(help: "The prompt's number, or its id where that names one.")
    var id: String

    @Option(help: "The tenant, where several have a prompt of this id.")
    var tenant: String?

    func entry(
      preferring states: Set<DeferredQueue.Entry.State>, in transaction: borrowing StoreTransaction
    ) throws -> DeferredQueue.Entry {
      let now = Timestamp(milliseconds: SystemClock.utcMilliseconds)
      let found = try DeferredQueue.entries(named: id, tenant: tenant, at: now, in: transaction)
      let wanted = found.filter { states.contains($0.state) }
      let chosen = wanted.isEmpty ? found : wanted
      guard let entry = chosen.first else {
        throw StartFailure.part(
          "no deferred prompt is called \(id.printable); weir deferred list shows those there are")
      }
      guard chosen.count == 1 || wanted.isEmpty else {
        let numbers = chosen.prefix(5).map { "\($0.sequence)" }.joined(separator: ", ")
        throw StartFailure.part(
          "\(id.printable) names \(chosen.count) deferred prompts: name one by its number (\(numbers))")
      }
      return entry
    }
  }
}

extension DeferredQueue.Entry.State {
  /// What to say of a prompt that is in this state.
  fileprivate var words: String {
    switch self {
    case .waiting: "not answered yet; weir route --deferred tries to"
    case .working: "being answered now"
    case .answered: "answered; weir deferred fetch gives the answer"
    case .delivered: "its answer was delivered already, and is not kept"
    case .abandoned: "given up after too many attempts, or refused; weir deferred cancel removes it"
    }
  }
}

extension DeferredQueue.Entry {
  fileprivate var priorityWord: String { isUpgrade ? "cache" : priority.rawValue }

  fileprivate func row(at now: Timestamp) -> String {
    let age = TimeSpan.rough(milliseconds: max(0, now.milliseconds - enqueuedAt.milliseconds))
    return [
      "\(sequence)", state.rawValue, priorityWord, age, "\(attempts)", tenant.printable, requestID.printable,
    ].joined(separator: "\t")
  }

  fileprivate var json: String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("number", sequence)
    writer.add("id", requestID)
    writer.add("tenant", tenant)
    writer.add("state", state.rawValue)
    writer.add("priority", priority.rawValue)
    writer.add("for_the_cache", isUpgrade)
    writer.add("enqueued_at", enqueuedAt.milliseconds)
    writer.add("next_at", nextAt.milliseconds)
    writer.add("attempts", attempts)
    writer.endObject()
    return writer.text
  }
}
