import Foundation
import Testing

/// What is refused before a prompt is read, and what the small commands say.
@Suite struct StartTests {
  /// Runs without ever closing the input: the binary must end on its own.
  private func refusal(_ arguments: [String], environment: [String: String] = [:]) throws -> WeirProcess.Result {
    let process = WeirProcess(["route"] + arguments, environment: environment)
    try process.process.run()
    return try process.finish()
  }

  @Test func `a broken configuration is refused by name before anything is read`() throws {
    let folder = try TestFolder()
    let file = try folder.write("[routing]\nerror_buget = 0.02\n", to: "weir.toml")
    let result = try refusal(["--config", file, "--state", folder.path])
    #expect(result.status == 2)
    #expect(result.errors.contains("error_buget"))
    #expect(result.errors.contains("error_budget"))
    #expect(try refusal(["--config", folder.path + "/none.toml"]).status == 2)
    #expect(try refusal(["--state", folder.path], environment: ["WEIR_ROUTING_ERROR_BUDGET": "7"]).status == 2)
  }

  @Test func `a damaged model is refused by name`() throws {
    let folder = try TestFolder()
    let bundle = folder.path + "/bundle"
    let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Assets/Models").path
    try FileManager.default.copyItem(atPath: source, toPath: bundle)
    let arguments = ["--models", bundle, "--state", folder.path + "/state"]
    let sound = try WeirProcess(["route"] + arguments).run("where is my order?\n")
    #expect(sound.lines.first?["intent"] is String)
    let file = try #require(FileHandle(forUpdatingAtPath: bundle + "/encoder.gguf"))
    try file.seek(toOffset: 5_000_000)
    let byte = try #require(try file.read(upToCount: 1)?.first)
    try file.seek(toOffset: 5_000_000)
    try file.write(contentsOf: Data([byte ^ 1]))
    try file.close()
    let result = try refusal(arguments)
    #expect(result.status == 2)
    #expect(result.errors.contains("encoder.gguf"))
    #expect(result.errors.contains("damaged"))
    try FileManager.default.removeItem(atPath: bundle + "/intents.gguf")
    #expect(try refusal(["--models", bundle, "--state", folder.path]).status == 2)
  }

  @Test func `a state that cannot be used is refused by path`() throws {
    let folder = try TestFolder()
    let file = try folder.write("not a database", to: "weir.sqlite")
    let result = try refusal(["--state", folder.path])
    #expect(result.status == 2)
    #expect(result.errors.contains(file))
    #expect(try refusal(["--state", file]).status == 2)
  }

  @Test func `wrong usage exits with 64 and says what is known`() throws {
    #expect(try WeirProcess(["nonsense"]).run().status == 64)
    #expect(try WeirProcess(["route", "--jobs", "0"]).run().status == 64)
    #expect(try WeirProcess(["route", "--bogus"]).run().status == 64)
    #expect(try WeirProcess(["route", "--state", ""]).run().status == 64)
    let file = try WeirProcess(["route", "prompts.txt"]).run()
    #expect(file.status == 64)
    #expect(file.errors.contains("weir route < FILE"))
  }

  @Test func `a report creates nothing where nothing was routed`() throws {
    let folder = try TestFolder()
    let result = try WeirProcess(["report", "--state", folder.path + "/typo"]).run()
    #expect(result.status == 2)
    #expect(result.errors.contains("typo"))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/typo"))
  }

  @Test(arguments: [[], ["route"], ["report"], ["review"], ["review", "export"], ["models"], ["doctor"], ["init"]])
  func `help is there for every command`(command: [String]) throws {
    let result = try WeirProcess(command + ["--help"]).run()
    #expect(result.status == 0)
    #expect(result.output.contains("USAGE: weir"))
    let prose = result.output.split(separator: "\n").filter { !$0.hasPrefix("USAGE") }
    #expect(prose.allSatisfy { $0.count <= 80 })
  }

  @Test func `init writes a file that doctor accepts, and never over another one`() throws {
    let folder = try TestFolder()
    let file = folder.path + "/sub/weir.toml"
    #expect(try WeirProcess(["init", "--config", file]).run().status == 0)
    #expect(try WeirProcess(["init", "--config", file]).run().status == 2)
    #expect(try WeirProcess(["init", "--config", file, "--force"]).run().status == 0)
    let doctor = try WeirProcess(["doctor", "--config", file, "--state", folder.path + "/state"]).run()
    #expect(doctor.status == 0, "\(doctor.output)\(doctor.errors)")
    #expect(doctor.output.contains(file))
  }

  @Test func `models list names each file with its digest`() throws {
    let result = try WeirProcess(["models", "list", "--json"]).run()
    #expect(result.lines.compactMap { $0["model"] as? String } == ["encoder", "intents", "verifier", "generator"])
    #expect(result.lines.allSatisfy { ($0["sha256"] as? String)?.count == 64 })
  }
}
