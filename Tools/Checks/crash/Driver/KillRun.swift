import Foundation
import WeirDomain

/// What is checked between two kills.
protocol StateCheck {
  /// Takes the lines of the process that was killed; throws `Broken` where the state is not what they promise.
  mutating func check(_ lines: [String]) throws
  /// Facts for the last line.
  var summary: String { get }
}

/// A promise that was not kept.
struct Broken: Error {
  var what: String
}

func describe(_ error: any Error) -> String {
  if let broken = error as? Broken { return broken.what }
  return (error as? any WeirFailure)?.message ?? "\(error)"
}

/// Starts, kills and checks, until enough kills or seconds have passed.
struct KillRun {
  private let what: String
  private var kills = 1000
  private var seconds = Double.infinity
  private var seed = UInt64.random(in: 0...UInt64(UInt32.max))
  private var folder = FileManager.default.temporaryDirectory.appendingPathComponent("weir-crash-\(getpid())")
  private var keepsFolder = false

  init(what: String, options: [String]) throws {
    self.what = what
    var words = options[...]
    while let name = words.popFirst() {
      guard let value = words.popFirst() else { CrashDriver.usage() }
      switch (name, Int(value)) {
      case ("--kills", let number?) where number > 0: kills = number
      case ("--seconds", let number?) where number > 0: seconds = Double(number)
      case ("--seed", let number?) where number >= 0: seed = UInt64(number)
      case ("--state", _): (folder, keepsFolder) = (URL(fileURLWithPath: value), true)
      default: CrashDriver.usage()
      }
    }
  }

  /// True when every promise was kept; else the folder stays, to be looked at.
  mutating func run() throws -> Bool {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var random = SplitMix64(seed: seed)
    var check: any StateCheck = 
      what == "pages" ? PagesCheck(folder: folder) : CacheCheck(folder: folder, isWired: what == "cache")
    let start = Date()
    var done = 0
    while done < kills, -start.timeIntervalSinceNow < seconds {
      let lines = try KilledProcess(["work", what, folder.path, "\(seed &+ UInt64(done))"])
        .linesUntilKilled(&random)
      do { try check.check(lines) } catch {
        print("kill \(done + 1) of seed \(seed): \(describe(error))")
        print("the state is in \(folder.path); the last lines of the process were:")
        for line in lines.suffix(5) { print("  \(line)") }
        return false
      }
      done += 1
      if done % 100 == 0 { print("\(done) kills, \(check.summary)") }
    }
    print(
      "\(what): \(done) kills in \(Int(-start.timeIntervalSinceNow)) s, nothing lost; \(check.summary); "
        + "seed \(seed)")
    if !keepsFolder { try? FileManager.default.removeItem(at: folder) }
    return true
  }
}

/// One child from its start to its killing.
struct KilledProcess {
  private let process = Process()
  private let output = Pipe()

  init(_ arguments: [String]) throws {
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = arguments
    process.standardOutput = output
    try process.run()
    // The child alone keeps the other end, so that its death ends the lines.
    try? output.fileHandleForWriting.close()
  }

  /// Kills after a random number of lines and a random while, and returns all lines that were said in full.
  func linesUntilKilled(_ random: inout SplitMix64) throws -> [String] {
    let wanted = Int.random(in: 0...(Int.random(in: 0..<4, using: &random) == 0 ? 4 : 150), using: &random)
    let micros = UInt32.random(in: 0...3000, using: &random)
    var bytes: [UInt8] = []
    var lines = 0
    while lines < wanted {
      let data = output.fileHandleForReading.availableData
      if data.isEmpty { break }
      lines += data.reduce(0) { $0 + ($1 == 10 ? 1 : 0) }
      bytes += data
    }
    usleep(micros)
    kill(process.processIdentifier, SIGKILL)
    bytes += output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationReason == .uncaughtSignal, process.terminationStatus == SIGKILL else {
      let text = String(decoding: bytes.suffix(400), as: UTF8.self)
      throw Broken(what: "the process ended by itself (\(process.terminationStatus)): \(text)")
    }
    let whole = bytes.lastIndex(of: 10).map { bytes[...$0] } ?? []
    return whole.split(separator: 10).map { String(decoding: $0, as: UTF8.self) }
  }
}

/// Says a line to the parent, at once.
func say(_ line: String) {
  FileHandle.standardOutput.write(Data((line + "\n").utf8))
}
