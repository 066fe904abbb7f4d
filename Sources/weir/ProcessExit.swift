import ArgumentParser
import WeirAssembly
import WeirFiles

/// What the process's exit status means.
enum ProcessExit {
  static let someNotAnswered = ExitCode(1)
  static let cannotStart = ExitCode(2)
  static let interrupted = ExitCode(130)

  /// Runs a command's body; a failure becomes one sentence on standard error and the status for its kind.
  static func reporting<Value>(_ body: () async throws -> Value) async throws -> Value {
    do {
      return try await body()
    } catch let code as ExitCode {
      throw code
    } catch {
      let failure = StartFailure(describing: error)
      note(failure.message)
      throw cannotStart
    }
  }

  /// One sentence on standard error.
  static func note(_ sentence: String) {
    _ = try? OutputFile(descriptor: 2, name: "standard error").write("weir: \(sentence)\n")
  }
}
