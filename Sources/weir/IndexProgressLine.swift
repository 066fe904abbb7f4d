import WeirFiles
import WeirRetrieval

/// One line on a terminal's standard error that tells how far the documents are read.
struct IndexProgressLine {
  private let output = OutputFile(descriptor: 2, name: "standard error")
  private var lastShown: Int64?
  private var isShown = false

  /// Redraws at most ten times a second; nothing where the output is no terminal.
  mutating func show(_ progress: IndexProgress, now: Int64) {
    guard output.isTerminal else { return }
    // A pass that ends at once needs no line.
    guard let lastShown else {
      lastShown = now
      return
    }
    guard now - lastShown > 100_000_000 else { return }
    self.lastShown = now
    isShown = true
    _ = try? output.write(
      "\r\u{1B}[K\(progress.done) of \(progress.files) documents, \(progress.embedded) chunks embedded")
  }

  mutating func end() {
    if isShown { _ = try? output.write("\r\u{1B}[K") }
  }
}
