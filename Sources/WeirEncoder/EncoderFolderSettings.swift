import WeirDomain
import WeirFiles
import WeirModelFiles

/// What the JSON files of an encoder's folder say.
struct EncoderFolderSettings {
  let layers: Int
  let width: Int
  let feedForward: Int
  let heads: Int
  /// Rows of the position table.
  let positions: Int
  /// The most tokens of a text, [CLS] and [SEP] included.
  let context: Int
  let epsilon: Double
  let pooling: EncoderShape.Pooling
  let lowersCase: Bool
  let prefix: String
  let addedTokens: Set<String>
  /// The vocabulary of `tokenizer.json` by id; nil without one, or where two tokens are the same to a JSON object here.
  let tokens: [String]?
  /// How many tokens `tokenizer.json` has; nil without one.
  let tokenizerCount: Int?

  init(_ path: String) throws(ModelFileFailure) {
    let config = try FolderJSON(path, "config.json")
    try config.require("model_type", "bert")
    try config.require("hidden_act", "gelu", orMissing: true)
    try config.require("position_embedding_type", "absolute", orMissing: true)
    layers = try config.count("num_hidden_layers", in: 1...1_000)
    width = try config.count("hidden_size", in: 1...65_536)
    feedForward = try config.count("intermediate_size", in: 1...1_048_576)
    heads = try config.count("num_attention_heads", in: 1...width)
    positions = try config.count("max_position_embeddings", in: 2...65_536)
    epsilon = config["layer_norm_eps"]?.number ?? 1e-12
    pooling = try Self.pooling(path)
    let sentences = try FolderJSON(ifPresent: path, "sentence_bert_config.json")
    let limit = sentences?["max_seq_length"]?.count ?? positions
    context = max(2, min(limit, positions))
    let tokenizer = try FolderJSON(ifPresent: path, "tokenizer.json")
    let plain = try FolderJSON(ifPresent: path, "tokenizer_config.json")
    lowersCase = try Self.lowersCase(tokenizer, plain)
    if sentences?["do_lower_case"] == .bool(true), !lowersCase, let sentences {
      throw sentences.bad("do_lower_case", found: "true", allowed: "false, as the tokenizer keeps case")
    }
    prefix = try Self.prefix(try FolderJSON(ifPresent: path, "config_sentence_transformers.json"))
    addedTokens = Set(tokenizer?["added_tokens"]?.array?.compactMap { $0["content"]?.text } ?? [])
    (tokens, tokenizerCount) = try Self.tokens(tokenizer)
  }

  func write(to writer: inout GGUFWriter) {
    writer.set("bert.block_count", UInt32(layers))
    writer.set("bert.embedding_length", UInt32(width))
    writer.set("bert.feed_forward_length", UInt32(feedForward))
    writer.set("bert.attention.head_count", UInt32(heads))
    writer.set("bert.context_length", UInt32(context))
    writer.set("bert.attention.layer_norm_epsilon", Float(epsilon))
    writer.set("bert.attention.causal", false)
    writer.set("bert.pooling_type", UInt32(pooling.rawValue))
    writer.set("tokenizer.ggml.normalizer_lowercase", lowersCase)
    if !prefix.isEmpty { writer.set(Encoder.prefixKey, prefix) }
  }

  /// `modules.json` names the pooling's folder; without it, `1_Pooling`, and the mean where there is none.
  private static func pooling(_ path: String) throws(ModelFileFailure) -> EncoderShape.Pooling {
    var folder = "1_Pooling"
    if let modules = try FolderJSON(ifPresent: path, "modules.json") {
      for module in modules.value.array ?? [] {
        let type = module["type"]?.text?.split(separator: ".").last ?? ""
        if type == "Pooling", let named = module["path"]?.text, !named.contains("/"), !named.hasPrefix(".") {
          folder = named
        }
        guard ["Transformer", "Pooling", "Normalize"].contains(type) else {
          throw modules.bad("type", found: String(type.prefix(40)), allowed: "Transformer, Pooling and Normalize")
        }
      }
    }
    guard let settings = try FolderJSON(ifPresent: path, folder + "/config.json") else { return .mean }
    var chosen: [String] = []
    if case .object(let members) = settings.value {
      chosen = members.filter { $0.key.hasPrefix("pooling_mode_") && $0.value == .bool(true) }.map(\.key).sorted()
    }
    switch chosen {
    case ["pooling_mode_mean_tokens"]: return .mean
    case ["pooling_mode_cls_token"]: return .first
    default:
      throw settings.bad(
        "pooling_mode", found: chosen.isEmpty ? "none" : chosen.joined(separator: " and "),
        allowed: "either pooling_mode_mean_tokens or pooling_mode_cls_token")
    }
  }

  private static func lowersCase(_ tokenizer: FolderJSON?, _ plain: FolderJSON?) throws(ModelFileFailure) -> Bool {
    guard let tokenizer, let normalizer = tokenizer["normalizer"] else {
      return plain?["do_lower_case"] != .bool(false)
    }
    if let model = tokenizer["model"]?["type"]?.text, model != "WordPiece" {
      throw tokenizer.bad("model.type", found: String(model.prefix(40)), allowed: "WordPiece")
    }
    guard normalizer["type"]?.text == "BertNormalizer" else {
      throw tokenizer.bad("normalizer.type", found: "another", allowed: "BertNormalizer")
    }
    let lowers = normalizer["lowercase"] != .bool(false)
    for key in ["clean_text", "handle_chinese_chars"] where normalizer[key] == .bool(false) {
      throw tokenizer.bad("normalizer.\(key)", found: "false", allowed: "true")
    }
    if case .bool(let strips)? = normalizer["strip_accents"], strips != lowers {
      throw tokenizer.bad("normalizer.strip_accents", found: "\(strips)", allowed: "null, or as lowercase: \(lowers)")
    }
    return lowers
  }

  /// The prompt that sentence-transformers puts before every text unless told otherwise.
  private static func prefix(_ settings: FolderJSON?) throws(ModelFileFailure) -> String {
    guard let settings, let name = settings["default_prompt_name"]?.text else { return "" }
    guard let prompt = settings["prompts"]?[name]?.text, prompt.utf8.count <= Encoder.longestPrefix else {
      throw settings.bad(
        "default_prompt_name", found: "a name without a prompt",
        allowed: "a name of prompts, of at most "
          + "\(Encoder.longestPrefix) bytes")
    }
    return prompt
  }

  private static func tokens(_ tokenizer: FolderJSON?) throws(ModelFileFailure) -> ([String]?, Int?) {
    guard let tokenizer, case .object(let vocabulary)? = tokenizer["model"]?["vocab"] else { return (nil, nil) }
    var tokens = [String?](repeating: nil, count: vocabulary.count)
    for (token, id) in vocabulary {
      guard let id = id.count, id < 1 << 24 else {
        throw tokenizer.bad("model.vocab", found: "an id that is none", allowed: "ids from 0 on")
      }
      if id < tokens.count { tokens[id] = token }
    }
    let whole = tokens.compactMap { $0 }
    // Swift takes canonically equivalent texts for one: then only vocab.txt tells them apart.
    guard whole.count == tokens.count else { return (nil, nil) }
    return (whole, whole.count)
  }
}

/// One JSON file of a folder, with the sentences for what is wrong in it.
struct FolderJSON {
  let file: String
  let value: JSONValue
  private static let mostBytes = 64 << 20

  init(_ folder: String, _ name: String) throws(ModelFileFailure) {
    file = folder + "/" + name
    do throws(FileFailure) {
      let region = try ByteRegion(path: file)
      guard region.count <= Self.mostBytes, let value = try? JSONReader.read(region.array) else {
        throw FileFailure.notAFile(path: file, found: "no JSON text of at most \(Self.mostBytes) bytes")
      }
      self.value = value
    } catch {
      throw .file(error)
    }
  }

  init?(ifPresent folder: String, _ name: String) throws(ModelFileFailure) {
    do throws(ModelFileFailure) { try self.init(folder, name) } catch .file(.missing) { return nil }
  }

  subscript(key: String) -> JSONValue? { value[key] }

  func count(_ key: String, in allowed: ClosedRange<Int>) throws(ModelFileFailure) -> Int {
    guard let found = value[key] else { throw .missingKey(file: file, key: key) }
    guard let count = found.count, allowed.contains(count) else {
      throw bad(key, found: found.count.map(String.init) ?? "no natural number", allowed: "\(allowed)")
    }
    return count
  }

  func require(_ key: String, _ allowed: String, orMissing: Bool = false) throws(ModelFileFailure) {
    if value[key] == nil, orMissing { return }
    guard value[key]?.text == allowed else {
      throw bad(key, found: value[key]?.text.map { String($0.prefix(40)) } ?? "nothing", allowed: allowed)
    }
  }

  func bad(_ key: String, found: String, allowed: String) -> ModelFileFailure {
    .badValue(file: file, key: key, found: found, allowed: allowed)
  }
}
