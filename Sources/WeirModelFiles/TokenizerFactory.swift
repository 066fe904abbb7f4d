/// Chooses the tokenizer that a model file names.
package enum TokenizerFactory {
  /// Reads `tokenizer.ggml.model`: "bert" (WordPiece), "gpt2" (byte-level BPE) or "llama" (SentencePiece BPE).
  package static func make(from file: GGUFFile) throws(ModelFileFailure) -> any Tokenizer {
    let model = try file.string("tokenizer.ggml.model")
    switch model {
    case "bert": return try WordPieceTokenizer(from: file)
    case "gpt2": return try BytePairTokenizer(from: file)
    case "llama": return try SentencePieceTokenizer(from: file)
    default: throw .unknownTokenizer(file: file.name, found: model)
    }
  }
}
