import WeirDomain
import WeirFiles
import WeirRouting

/// Routes a stream of lines: reads, answers with bounded concurrency, writes in the order of the input.
///
/// At most `jobs` requests run at once and at most `window` lines are held in memory, whatever the input is. Reading
/// waits while the window is full, so a slow reader of the output slows the reader of the input.
struct RouteRun {
  let jobs: Int
  /// Most lines held in memory: at work, or finished and waiting for an earlier one.
  let window: Int
  /// Bytes of the longest line that is read.
  let longestLine: Int
  let format: PromptLine.Format
  let defaults: RouteRequest
  /// Ids that an earlier run finished.
  let finished: FinishedIDs
  let router: Router
  let interruption: Interruption
  /// Writes one line of output; false once nobody reads it any more.
  let write: @Sendable (ReplyLine) async throws -> Bool
  /// Lines in, or nil at the end.
  let read: @Sendable () async throws -> LineReader.Line?

  struct Tally: Sendable, Equatable {
    var answered = 0
    var deferred = 0
    var failed = 0
    var skipped = 0
    /// Those of the skipped ones that wait in the durable queue.
    var skippedDeferred = 0
    /// Prompts that stay in the durable queue after `--deferred`.
    var waiting = 0
    var outputClosed = false

    mutating func count(_ line: ReplyLine) {
      switch line {
      case .skipped(let isAnswered):
        skipped += 1
        if !isAnswered { skippedDeferred += 1 }
      case .bad: failed += 1
      case .reply(let reply):
        switch reply.outcome {
        case .answered: answered += 1
        case .deferred: deferred += 1
        case .failed: failed += 1
        }
      }
    }
  }

  private enum Event: Sendable {
    case line(LineReader.Line?)
    case done(sequence: Int, ReplyLine)
    case cancelled
  }

  func run() async throws -> Tally {
    try await withThrowingTaskGroup(of: Event.self) { group in
      var order = ReplyOrder()
      var tally = Tally()
      var number = 0
      var isReading = true
      var isAtEnd = false
      group.addTask { .line(try await read()) }
      group.addTask {
        for await _ in interruption.cancellations { break }
        return .cancelled
      }
      while isReading || order.running > 0, let event = try await group.next() {
        switch event {
        case .cancelled: group.cancelAll()
        case .line(nil):
          isReading = false
          isAtEnd = true
        case .line(.some(let line)):
          isReading = false
          number += 1
          if let sequence = order.begin(unless: isBlank(line)) {
            let number = number
            group.addTask { .done(sequence: sequence, await process(line, number: number)) }
          }
        case .done(let sequence, let reply):
          order.finish(sequence, reply)
          while let next = order.takeNext() {
            tally.count(next)
            if case .skipped = next { continue }
            if !tally.outputClosed, try await writing(next) == false {
              tally.outputClosed = true
              interruption.interrupt()
              group.cancelAll()
            }
          }
        }
        let mayRead = order.running < jobs && order.held < window && !interruption.isInterrupted
        if !isReading, !isAtEnd, mayRead {
          isReading = true
          group.addTask { .line(try await read()) }
        }
      }
      group.cancelAll()
      return tally
    }
  }

  /// Writes one line. A failure also ends the wait for input, which nobody will need.
  private func writing(_ line: ReplyLine) async throws -> Bool {
    do {
      return try await write(line)
    } catch {
      interruption.wake.wake()
      throw error
    }
  }

  private func isBlank(_ line: LineReader.Line) -> Bool {
    if case .bytes(let bytes) = line { PromptLine.isBlank(bytes) } else { false }
  }

  private func process(_ line: LineReader.Line, number: Int) async -> ReplyLine {
    switch line {
    case .tooLong(let bytes):
      return .bad(
        LineError(
          id: "line-\(number)", code: "line_too_long",
          message: "the line has \(bytes) bytes; limits.max_line_bytes allows \(longestLine)"))
    case .bytes(let bytes):
      switch PromptLine.request(
        from: number == 1 ? PromptLine.withoutMark(bytes) : bytes, number: number, format: format, defaults: defaults)
      {
      case .failure(let error): return .bad(error)
      case .success(let request):
        if let isAnswered = finished.state(of: request) { return .skipped(isAnswered: isAnswered) }
        return .reply(await router.route(request, isCancelled: { interruption.isCancelled }))
      }
    }
  }
}
