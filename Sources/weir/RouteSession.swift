import Dispatch
import Synchronization
import WeirAssembly
import WeirConfiguration
import WeirDomain
import WeirFiles
import WeirRouting

/// The shell around one run of `weir route`: where lines come from, where replies go, progress, Ctrl-C.
final class RouteSession: Sendable {
  private enum Style { case json, text, titledText, explanation }

  private let command: RouteCommand
  private let format: AnswerFormat
  private let node: Node
  private let interruption: Interruption
  private let output: OutputFile
  private let finished: FinishedIDs
  private let style: Style
  private let progress: Mutex<Progress?>
  /// Blocking reads and writes have threads of their own, so that they never hold up the answers.
  private let reading = DispatchQueue(label: "weir.route.read")
  private let writing = DispatchQueue(label: "weir.route.write")

  init(command: RouteCommand, node: Node) throws {
    self.command = command
    format = try command.format()
    self.node = node
    interruption = try Interruption()
    let longestLine = node.configuration.limits.maxLineBytes
    let path = command.output ?? "/proc/self/fd/1"
    let isFile = command.output != nil || OutputFile.isRegularFile(descriptor: 1)
    if command.resume, !isFile {
      throw StartFailure.cannotResume
    }
    if command.resume {
      do {
        finished = try FinishedIDs(
          path: path, longestLine: max(longestLine * 8, 1 << 24), mayBeMissing: command.output != nil)
      } catch FileFailure.missing {
        // Without /proc what stands behind standard output cannot be read, and must not be cut.
        throw StartFailure.cannotResume
      }
    } else {
      finished = .none
    }
    if let file = command.output {
      output = try OutputFile(appendingTo: file, cutTo: command.resume ? finished.wholeBytes : nil)
    } else {
      output = OutputFile(descriptor: 1, name: "standard output")
      if command.resume { try output.cut(to: finished.wholeBytes) }
    }
    style =
      command.explain
      ? .explanation : command.json ?? !output.isTerminal ? .json : output.isTerminal ? .titledText : .text
    let columns = OutputFile.terminalColumns(of: 2)
    let errors = OutputFile(descriptor: 2, name: "standard error")
    if !command.quiet, !command.deferred, OutputFile(descriptor: 0, name: "standard input").isTerminal {
      _ = try? errors.write("weir: a prompt a line; Ctrl-D ends\n")
    }
    let showsProgress = !command.quiet && !(output.isTerminal && command.output == nil)
    progress = Mutex(showsProgress ? Progress(output: errors, columns: columns, now: node.clock.monotonic()) : nil)
  }

  var wasInterrupted: Bool { interruption.isInterrupted && !outputClosed.load(ordering: .relaxed) }
  private let outputClosed = Atomic(false)

  /// Asks what is to be asked once answers were given, for as long as is configured; Ctrl-C ends it.
  private func finishBackground() async throws {
    let seconds = Int64(node.configuration.budget.backgroundSeconds)
    let end = node.clock.monotonic() + seconds * 1_000_000_000
    let isOver: @Sendable () -> Bool = { [node, interruption] in
      interruption.isInterrupted || node.clock.monotonic() >= end
    }
    while !isOver(), try await node.router.answerNextInBackground(isCancelled: isOver) != nil {}
    sayNotices()
  }

  /// What the monitor of the error budget did, once.
  private func sayNotices() {
    for notice in node.takeBudgetNotices() { ProcessExit.note(notice) }
  }

  func run() async throws -> RouteRun.Tally {
    let sources = interruption.listen()
    defer { sources.forEach { $0.cancel() } }
    let tally = try await withThrowingTaskGroup(of: RouteRun.Tally?.self) { group in
      group.addTask { [node] in
        await node.watchLink()
        return nil
      }
      group.addTask { [self] in command.deferred ? try await runDeferred() : try await runInput() }
      defer { group.cancelAll() }
      while let next = try await group.next() {
        if let tally = next { return tally }
      }
      return RouteRun.Tally()
    }
    try await finishBackground()
    outputClosed.store(tally.outputClosed, ordering: .relaxed)
    progress.withLock { try? $0?.finish(now: node.clock.monotonic()) }
    if !command.quiet, !tally.outputClosed { report(tally) }
    return tally
  }

  /// Says on standard error why the exit status is not 0.
  private func report(_ tally: RouteRun.Tally) {
    var parts: [String] = []
    if wasInterrupted { parts.append("interrupted") }
    if tally.failed > 0 { parts.append("\(tally.failed) not answered") }
    if tally.deferred > 0 { parts.append("\(tally.deferred) deferred") }
    if tally.skippedDeferred > 0 { parts.append("\(tally.skippedDeferred) deferred by an earlier run") }
    if tally.waiting > 0 { parts.append("\(tally.waiting) wait for a later attempt") }
    guard !parts.isEmpty else { return }
    let line = "weir: \(tally.answered) answered, " + parts.joined(separator: ", ") + "\n"
    _ = try? OutputFile(descriptor: 2, name: "standard error").write(line)
  }

  private func runInput() async throws -> RouteRun.Tally {
    let reader = LineReader(
      descriptor: 0, name: "standard input", maximumBytes: node.configuration.limits.maxLineBytes,
      wake: interruption.wake)
    let limits = node.configuration.limits
    return try await RouteRun(
      jobs: limits.jobs, window: limits.jobs + limits.queue, longestLine: limits.maxLineBytes, format: command.input,
      defaults: RouteRequest(
        id: "", messages: [], tenant: command.tenant ?? "default", settings: ModelSettings(format: format)),
      finished: finished,
      router: node.router, interruption: interruption, write: { [self] in try await write($0) },
      read: { [reading] in try await reading.run { try reader.next() } }
    ).run()
  }

  /// Answers what waits, as long as the link holds: the first prompt that has to wait on ends it, unless it is to stay.
  private func runDeferred() async throws -> RouteRun.Tally {
    let run = DeferredRun(
      node: node, jobs: node.configuration.limits.jobs, follows: command.follow, interruption: interruption,
      write: { [self] in try await write($0) }, webhook: try node.webhook(environment: NodeOptions.environment))
    return try await withThrowingTaskGroup(of: RouteRun.Tally?.self) { group in
      group.addTask { try await run.run() }
      group.addTask { [interruption] in
        for await _ in interruption.cancellations { break }
        return nil
      }
      while let tally = try await group.next() {
        group.cancelAll()
        if let tally { return tally }
      }
      return RouteRun.Tally()
    }
  }

  private func write(_ line: ReplyLine) async throws -> Bool {
    let text =
      switch style {
      case .json: line.json + "\n"
      case .text: line.plainText + "\n"
      case .titledText: line.titledText + "\n"
      case .explanation: Explanation(line: line).text
      }
    let isOpen = try await writing.run { [output] in try output.write(text) }
    sayNotices()
    // A progress line that cannot be shown is no reason to stop.
    progress.withLock { try? $0?.note(line, now: node.clock.monotonic()) }
    return isOpen
  }
}

extension DispatchQueue {
  /// Runs blocking work on this queue and waits for it without holding a thread of the caller's pool.
  func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      async { continuation.resume(with: Result(catching: body)) }
    }
  }
}
