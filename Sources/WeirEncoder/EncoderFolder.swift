internal import WeirDomain
package import WeirFiles
internal import WeirModelFiles

/// A folder as the Hugging Face hub has it for sentence encoders: `config.json`, `model.safetensors`, a vocabulary, and
/// what sentence-transformers adds; it is turned into the GGUF form that `Encoder` reads, weights quantized to Q8_0.
///
/// What the engine cannot do (other architectures, poolings, normalizers, dense layers) is refused by name.
package enum EncoderFolder {
  /// The model in memory, named as the folder. Its digest covers exactly what vectors depend on: weights, vocabulary,
  /// shape, pooling, text limits and prefix.
  package static func convert(_ path: String) throws(EncoderFailure) -> ByteRegion {
    do throws(ModelFileFailure) {
      let settings = try EncoderFolderSettings(path)
      let tokens = try vocabulary(path, settings)
      var writer = GGUFWriter(architecture: "bert")
      settings.write(to: &writer)
      writer.set("tokenizer.ggml.model", "bert")
      writer.set("tokenizer.ggml.tokens", tokens)
      writer.set("tokenizer.ggml.token_type", tokens.map { kind($0, settings) })
      writer.set("weir.tokenizer.plain_wordpiece", true)
      let weights = EncoderFolderWeights(
        file: try SafetensorsFile(path: path + "/model.safetensors"), settings: settings, vocabulary: tokens.count)
      try weights.write(to: &writer)
      return ByteRegion(name: path, copying: writer.bytes())
    } catch {
      throw .model(error)
    }
  }

  /// ggml's token types: unknown, control, normal.
  private static func kind(_ token: String, _ settings: EncoderFolderSettings) -> Int32 {
    if token == "[UNK]" { return 2 }
    return ["[CLS]", "[SEP]", "[PAD]", "[MASK]"].contains(token) || settings.addedTokens.contains(token) ? 3 : 1
  }

  /// The tokens by id: `vocab.txt` where it is there, else the vocabulary in `tokenizer.json`.
  private static func vocabulary(
    _ path: String, _ settings: EncoderFolderSettings
  ) throws(ModelFileFailure) -> [String] {
    let region: ByteRegion
    do throws(FileFailure) {
      region = try ByteRegion(path: path + "/vocab.txt")
    } catch .missing {
      guard let tokens = settings.tokens else { throw .file(.missing(path: path + "/vocab.txt")) }
      return tokens
    } catch {
      throw .file(error)
    }
    var lines = region.array.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    var tokens: [String] = []
    for line in lines {
      guard let text = String(validating: line.last == 13 ? line.dropLast() : line, as: UTF8.self) else {
        throw .badValue(
          file: region.name, key: "line \(tokens.count + 1)", found: "bytes that are not UTF-8", allowed: "a token")
      }
      tokens.append(text)
    }
    if let count = settings.tokenizerCount, count != tokens.count {
      throw .badValue(
        file: region.name, key: "the vocabulary", found: "\(tokens.count) tokens",
        allowed: "the \(count) of tokenizer.json beside it")
    }
    return tokens
  }
}
