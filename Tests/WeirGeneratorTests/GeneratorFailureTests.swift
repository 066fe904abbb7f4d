import Testing
import WeirDomain
import WeirGenerator
import WeirModelFiles
import WeirTensor

struct GeneratorFailureTests {
  @Test(
    arguments: [
      (
        GeneratorFailure.unsupportedArchitecture(file: "m.gguf", found: "mamba", allowed: ["llama"]),
        FailureKind.badModel, ["m.gguf", "mamba", "llama"]
      ),
      (
        .unsupportedMetadata(file: "m.gguf", key: "a.b", found: "7", allowed: "1 to 3"), .badModel,
        ["m.gguf", "a.b", "7", "1 to 3"]
      ),
      (.modelFile(.missingTensor(file: "m.gguf", tensor: "output_norm.weight")), .badModel, ["m.gguf", "output_norm"]),
      (.unexpectedTensor(file: "m.gguf", tensor: "blk.0.x"), .badModel, ["m.gguf", "blk.0.x"]),
      (
        .tensor(file: "m.gguf", tensor: "t", TensorFailure.shape(rows: 0, columns: 4)), .badModel,
        ["m.gguf", "t", "0 x 4"]
      ),
      (.unknownChatTemplate(file: "m.gguf", allowed: ["chatml", "plain"]), .badModel, ["m.gguf", "chatml, plain"]),
      (.promptTooLong(found: 600, allowed: 511), .badRequest, ["600", "511"]),
      (.emptyPrompt, .badRequest, ["message"]),
      (.badOption(name: "top_p", found: "2", allowed: "0 to 1"), .badRequest, ["top_p", "2", "0 to 1"]),
      (.badToken(found: 9, allowed: 8), .badRequest, ["9", "0 to 7"]),
      (.notANumber(file: "m.gguf"), .badModel, ["m.gguf"]),
    ] as [(GeneratorFailure, FailureKind, [String])])
  func `a failure says its facts and its kind`(failure: GeneratorFailure, kind: FailureKind, facts: [String]) {
    #expect(failure.kind == kind)
    for fact in facts { #expect(failure.message.contains(fact), "\(failure.message)") }
  }
}
