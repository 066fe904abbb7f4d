import Foundation

/// One run of the real binary in a folder of its own.
final class WeirProcess {
  struct Result {
    var status: Int32
    var output: String
    var errors: String
    /// The lines of the output as JSON objects.
    var lines: [[String: Any]] {
      output.split(separator: "\n").compactMap {
        (try? JSONSerialization.jsonObject(with: Data($0.utf8))) as? [String: Any]
      }
    }
  }

  let process = Process()
  let input = Pipe()
  let output = Pipe()
  let errors = Pipe()

  /// The binary beside the tests, or the one that `WEIR_BINARY` names.
  static let binary: URL = {
    if let path = ProcessInfo.processInfo.environment["WEIR_BINARY"] { return URL(fileURLWithPath: path) }
    var folder = Bundle.main.bundleURL
    while folder.path != "/" {
      let candidate = folder.appendingPathComponent("weir")
      var isFolder: ObjCBool = false
      if unsafe FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isFolder), !isFolder.boolValue {
        return candidate
      }
      folder.deleteLastPathComponent()
    }
    preconditionFailure("no weir beside the tests; build the whole package first, or set WEIR_BINARY")
  }()

  /// A binary that ends early closes its input: a write to it must fail, not end the tests.
  private static let ignoresBrokenPipes: Void = { _ = Foundation.signal(SIGPIPE, SIG_IGN) }()

  /// `shell` is put in front of the binary, for limits that only a shell can set; `$0` is the binary, `$@` its arguments.
  init(_ arguments: [String], shell: String? = nil, environment: [String: String] = [:]) {
    _ = Self.ignoresBrokenPipes
    if let shell {
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", shell, Self.binary.path] + arguments
    } else {
      process.executableURL = Self.binary
      process.arguments = arguments
    }
    // Nothing of this machine's own configuration may reach the run.
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    // No test depends on a draw: audits answer one hit of a hundred anew.
    process.environment = ["PATH": path, "HOME": "/nonexistent", "WEIR_CACHE_AUDIT_SHARE": "0"].merging(environment) {
      $1
    }
    process.standardInput = input
    process.standardOutput = output
    process.standardError = errors
  }

  /// Feeds `text`, closes the input, and waits for the end.
  func run(_ text: Data) throws -> Result {
    try process.run()
    let input = input
    DispatchQueue.global().async {
      // A binary that stops reading closes the pipe: that is its right.
      try? input.fileHandleForWriting.write(contentsOf: text)
      try? input.fileHandleForWriting.close()
    }
    return try finish()
  }

  func run(_ text: String = "") throws -> Result { try run(Data(text.utf8)) }

  /// Reads what is left of both outputs and waits for the end.
  func finish() throws -> Result {
    nonisolated(unsafe) var errorBytes = Data()
    let group = DispatchGroup()
    let errors = errors
    group.enter()
    DispatchQueue.global().async {
      unsafe errorBytes = (try? errors.fileHandleForReading.readToEnd()) ?? Data()
      group.leave()
    }
    let outputBytes = try output.fileHandleForReading.readToEnd() ?? Data()
    group.wait()
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus, output: String(decoding: outputBytes, as: UTF8.self),
      errors: String(decoding: unsafe errorBytes, as: UTF8.self))
  }

  /// The next whole line of the output, or nil at its end.
  func nextLine() throws -> String? {
    var line: [UInt8] = []
    while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first {
      if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
      line.append(byte)
    }
    return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
  }

  func send(_ text: String) throws {
    try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
  }

  func signal(_ number: Int32) {
    kill(process.processIdentifier, number)
  }
}

/// A folder that is removed when the test ends.
final class TestFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "weir-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ text: String, to name: String) throws -> String {
    let file = path + "/" + name
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    return file
  }
}
