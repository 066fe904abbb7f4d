import Foundation
import Testing

/// The short way of `Tools/Checks/crash/run pages`: real processes, really killed.
@Suite struct PageFileKillTests {
  @Test func `what a killed process acknowledged is there, and whole`() throws {
    let process = Process()
    let driver: URL = try #require(Self.driver, "CrashDriver is built with the tests")
    process.executableURL = driver
    process.arguments = ["pages", "--kills", "12", "--seed", "9"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(text)")
    #expect(text.contains("12 kills") && text.contains("nothing lost"))
  }

  /// Beside the tests.
  private static let driver: URL? = {
    var folder = Bundle.main.bundleURL
    while folder.path != "/" {
      let candidate = folder.appendingPathComponent("CrashDriver")
      if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
      folder.deleteLastPathComponent()
    }
    return nil
  }()
}
