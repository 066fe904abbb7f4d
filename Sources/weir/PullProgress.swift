import Synchronization
import WeirDomain
import WeirDownload
import WeirFiles

/// How a download goes: one line on a terminal's standard error, or JSON lines on standard output.
///
/// Without a terminal and without `--json` only what is out of the ordinary is said.
final class PullProgress: Sendable {
  private struct State {
    var offset = 0
    var startedAt: Int64 = 0
    var lastShown: Int64 = 0
    var hasLine = false
  }

  private let name: String
  private let json: Bool
  private let output: OutputFile
  private let showsLine: Bool
  private let columns: Int
  private let state = Mutex(State())

  init(name: String, json: Bool) {
    self.name = name
    self.json = json
    output =
      json ? OutputFile(descriptor: 1, name: "standard output") : OutputFile(descriptor: 2, name: "standard error")
    showsLine = !json && output.isTerminal
    columns = OutputFile.terminalColumns(of: 2) ?? 80
  }

  func note(_ event: Download.Event) { note(event, now: SystemClock.monotonicNanoseconds) }

  private func note(_ event: Download.Event, now: Int64) {
    switch event {
    case .started(let offset, let length):
      state.withLock { ($0.offset, $0.startedAt) = (offset, now) }
      if json {
        line("started") {
          $0.add("bytes", offset); $0.add("total", length)
        }
      }
      if !json, offset > 0 { say("going on after \(offset) bytes") }
    case .received(let bytes, let length): received(bytes, length, now)
    case .startingOver(let reason):
      json ? line("starting_over") { $0.add("reason", reason) } : say("starting over: \(reason)")
    case .waiting(let seconds, let reason):
      if json {
        line("waiting") {
          $0.add("seconds", seconds, decimals: 1); $0.add("reason", reason)
        }
      } else {
        say("trying again in \(seconds.decimals(1)) s: \(reason)")
      }
    case .verifying: if json { line("verifying") { _ in } }
    }
  }

  private func received(_ bytes: Int, _ length: Int?, _ now: Int64) {
    let pause: Int64 = json ? 1_000_000_000 : 100_000_000
    guard json || showsLine else { return }
    let rate: Double? = state.withLock { state in
      guard now - state.lastShown >= pause || bytes == length else { return nil }
      state.lastShown = now
      state.hasLine = showsLine
      return Double(bytes - state.offset) * 1e9 / Double(max(now - state.startedAt, 1_000_000))
    }
    guard let rate else { return }
    let remaining = length.map { Double($0 - bytes) / max(rate, 1) }
    if json {
      line("progress") {
        $0.add("bytes", bytes)
        $0.add("total", length)
        $0.add("bytes_per_second", rate, decimals: 0)
        $0.add("seconds_remaining", remaining, decimals: 0)
      }
    } else {
      let text = PullProgress.text(name: name, bytes: bytes, length: length, rate: rate, remaining: remaining)
      _ = try? output.write("\r\u{1B}[K" + text.prefix(columns - 1))
    }
  }

  /// `model.gguf  12.3 MB of 45.6 MB (27 %)  3.2 MB/s  11 s left`
  static func text(name: String, bytes: Int, length: Int?, rate: Double, remaining: Double?) -> String {
    var parts = [name]
    if let length {
      let share = length > 0 ? Double(bytes) * 100 / Double(length) : 100
      parts.append("\(megabytes(Double(bytes))) of \(megabytes(Double(length))) MB (\(share.decimals(0)) %)")
    } else {
      parts.append("\(megabytes(Double(bytes))) MB")
    }
    parts.append("\(megabytes(rate)) MB/s")
    if let remaining { parts.append("\(remaining.decimals(0)) s left") }
    return parts.joined(separator: "  ")
  }

  static func megabytes(_ bytes: Double) -> String { (bytes / 1e6).decimals(1) }

  private func say(_ text: String) {
    let hadLine = state.withLock { state in
      defer { state.hasLine = false }
      return state.hasLine
    }
    _ = try? output.write((hadLine ? "\n" : "") + "weir: \(name): \(text)\n")
  }

  private func line(_ event: String, _ members: (inout JSONWriter) -> Void) {
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("event", event)
    members(&writer)
    writer.endObject()
    _ = try? output.write(writer.text + "\n")
  }

  /// Leaves the terminal's line as it is and goes to the next.
  func finish() {
    if state.withLock({ $0.hasLine }) { _ = try? output.write("\n") }
  }
}
