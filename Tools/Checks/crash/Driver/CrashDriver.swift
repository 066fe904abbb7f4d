import Foundation

/// Kills a process that changes state, at random instants, and checks after each kill what it left.
///
///     CrashDriver pages|index|cache [--kills N] [--seconds S] [--seed N] [--state DIR]
///
/// `pages` is the file of pages alone; `index` a cache whose log a graph with small scans follows; `cache` the cache as a node
/// opens it. The killed process is this program as `CrashDriver work pages|index|cache DIR SEED`. It says what it begins and what it has
/// acknowledged, a line each; what it acknowledged must be there afterwards.
@main
struct CrashDriver {
  static func main() {
    var words = Array(CommandLine.arguments.dropFirst())
    do {
      if words.first == "work", words.count == 4, let seed = UInt64(words[3]) {
        let folder = URL(fileURLWithPath: words[2])
        switch words[1] {
        case "pages": try PagesWork(folder: folder).run(seed: seed)
        case "index", "cache": try CacheWork(folder: folder, isWired: words[1] == "cache").run(seed: seed)
        default: usage()
        }
        return
      }
      guard let what = words.first, ["pages", "index", "cache"].contains(what) else { usage() }
      words.removeFirst()
      var run = try KillRun(what: what, options: words)
      exit(try run.run() ? 0 : 1)
    } catch {
      print("CrashDriver: \(describe(error))")
      exit(1)
    }
  }

  static func usage() -> Never {
    print("usage: CrashDriver pages|index|cache [--kills N] [--seconds S] [--seed N] [--state DIR]")
    exit(64)
  }
}
