package import WeirDomain
package import WeirGrammar
package import WeirModelFiles
package import WeirTensor

/// Why a generator model could not be loaded or an answer could not be generated.
package enum GeneratorFailure: WeirFailure, Equatable {
  /// `general.architecture` is not one that this generator runs.
  case unsupportedArchitecture(file: String, found: String, allowed: [String])
  /// The file cannot be read, or lacks what the architecture needs.
  case modelFile(ModelFileFailure)
  /// A metadata value is outside what this generator runs.
  case unsupportedMetadata(file: String, key: String, found: String, allowed: String)
  /// The file has a tensor that this architecture does not use.
  case unexpectedTensor(file: String, tensor: String)
  /// A tensor is of a form that this generator does not run.
  case unsupportedTensor(file: String, tensor: String, found: String, allowed: String)
  /// An adapter changes a tensor that `base` does not have, or that adapters cannot change.
  case adapterTensor(file: String, tensor: String, base: String)
  /// An adapter without tensors.
  case emptyAdapter(file: String)
  /// A tensor's bytes could not become a matrix.
  case tensor(file: String, tensor: String, TensorFailure)
  /// The file's chat template is of no known family.
  case unknownChatTemplate(file: String, allowed: [String])
  /// The prompt has more tokens than the context leaves room for.
  case promptTooLong(found: Int, allowed: Int)
  case emptyPrompt
  case badOption(name: String, found: String, allowed: String)
  /// A token id outside the vocabulary was given.
  case badToken(found: Int32, allowed: Int)
  /// The answer's grammar cannot be followed.
  case grammar(GrammarFailure)
  /// The model produced a logit that is not a number.
  case notANumber(file: String)

  package var kind: FailureKind {
    switch self {
    case .unsupportedArchitecture, .modelFile, .unsupportedMetadata, .unexpectedTensor, .unsupportedTensor,
      .adapterTensor,
      .emptyAdapter, .tensor, .unknownChatTemplate, .notANumber:
      .badModel
    case .promptTooLong, .emptyPrompt, .badOption, .badToken, .grammar:
      .badRequest
    }
  }

  /// Runs `body`, whose failures of the model file become the generator's.
  static func reading<Value>(_ body: () throws(ModelFileFailure) -> Value) throws(GeneratorFailure) -> Value {
    do throws(ModelFileFailure) { return try body() } catch { throw .modelFile(error) }
  }
}
