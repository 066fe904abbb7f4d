import WeirGrammar
import WeirModelFiles
import WeirTensor

extension GeneratorFailure {
  /// One sentence: what failed, on which thing, found against allowed, what to do.
  package var message: String {
    switch self {
    case .unsupportedArchitecture(let file, let found, let allowed):
      "The generator cannot run \(file): its architecture is \(found), allowed are \(Self.list(allowed)). "
        + "Choose a file of one of these."
    case .modelFile(let failure):
      failure.message
    case .unsupportedMetadata(let file, let key, let found, let allowed):
      "The generator cannot run \(file): metadata \(key) is \(found), allowed is \(allowed). "
        + "Choose another file, or convert the model again."
    case .unexpectedTensor(let file, let tensor):
      "The generator cannot run \(file): it has a tensor \(tensor) that its architecture does not use. "
        + "Choose a file of a supported architecture."
    case .unsupportedTensor(let file, let tensor, let found, let allowed):
      "The generator cannot run \(file): tensor \(tensor) has \(found), allowed is \(allowed). Choose another file."
    case .adapterTensor(let file, let tensor, let base):
      "The adapter \(file) cannot be applied to \(base): it changes \(tensor), which \(base) does not have or which "
        + "adapters cannot change. Use it with the model that it was trained for."
    case .emptyAdapter(let file):
      "The adapter \(file) has no tensors. Fetch it again, or take it out of models.adapters."
    case .tensor(let file, let tensor, let failure):
      "The generator cannot run \(file): tensor \(tensor): \(failure.message)"
    case .unknownChatTemplate(let file, let allowed):
      "The chat template of \(file) is of no known family. Name one of \(Self.list(allowed)) in the configuration."
    case .promptTooLong(let found, let allowed):
      "The prompt has \(found) tokens, the generator's context leaves room for \(allowed). "
        + "Shorten it, or let it be cut."
    case .emptyPrompt:
      "The prompt holds no message. Send at least one."
    case .badOption(let name, let found, let allowed):
      "The generator's option \(name) is \(found), allowed is \(allowed). Correct it."
    case .badToken(let found, let allowed):
      "Token \(found) is outside the vocabulary, allowed are 0 to \(allowed - 1)."
    case .grammar(let failure):
      failure.message
    case .notANumber(let file):
      "The generator \(file) computed a value that is not a number. The file is damaged: fetch it again."
    }
  }

  private static func list(_ names: [String]) -> String { names.joined(separator: ", ") }
}
