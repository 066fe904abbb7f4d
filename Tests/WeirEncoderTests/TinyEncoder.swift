import WeirFiles
import WeirModelFiles
import WeirTensor

/// A BERT of a few hundred random weights, as a file and as plain numbers.
struct TinyEncoder {
  static let width = 32
  static let feedForward = 64
  static let heads = 4
  static let layers = 2
  static let context = 8
  static let words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "river", "weir", "fish", "##es", "!"]

  /// Values by tensor name, rows after rows.
  var tensors: [String: [Float]] = [:]
  /// Tensors in the order of the file with their shapes, columns first.
  private(set) var shapes: [(name: String, shape: [Int])] = []
  /// Types other than F32.
  var types: [String: TensorType] = [:]
  var numbers: [String: UInt32] = [
    "bert.block_count": UInt32(layers), "bert.embedding_length": UInt32(width),
    "bert.feed_forward_length": UInt32(feedForward), "bert.attention.head_count": UInt32(heads),
    "bert.context_length": UInt32(context), "bert.pooling_type": 1,
  ]
  var architecture = "bert"
  var isCausal = false

  init(seed: UInt64 = 1) {
    var state = seed
    func add(_ name: String, _ shape: [Int], around centre: Float = 0) {
      shapes.append((name, shape))
      tensors[name] = (0..<shape.reduce(1, *)).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return centre + Float(Int32(truncatingIfNeeded: state >> 33)) / Float(Int32.max) * 0.5
      }
    }
    func addNorm(_ name: String) {
      add(name + ".weight", [Self.width], around: 1)
      add(name + ".bias", [Self.width])
    }
    func addLinear(_ name: String, _ columns: Int, _ rows: Int) {
      add(name + ".weight", [columns, rows])
      add(name + ".bias", [rows])
    }
    add("token_embd.weight", [Self.width, Self.words.count])
    add("position_embd.weight", [Self.width, Self.context])
    add("token_types.weight", [Self.width, 2])
    addNorm("token_embd_norm")
    for layer in 0..<Self.layers {
      for part in ["attn_q", "attn_k", "attn_v", "attn_output"] {
        addLinear("blk.\(layer).\(part)", Self.width, Self.width)
      }
      addNorm("blk.\(layer).attn_output_norm")
      addLinear("blk.\(layer).ffn_up", Self.width, Self.feedForward)
      addLinear("blk.\(layer).ffn_down", Self.feedForward, Self.width)
      addNorm("blk.\(layer).layer_output_norm")
    }
  }

  /// Gives a tensor another shape; its values are cut or repeated.
  mutating func reshape(_ name: String, _ shape: [Int]) {
    guard let index = shapes.firstIndex(where: { $0.name == name }), let old = tensors[name] else { return }
    shapes[index].shape = shape
    tensors[name] = (0..<shape.reduce(1, *)).map { old[$0 % old.count] }
  }

  func file() throws -> GGUFFile {
    var writer = GGUFWriter(architecture: architecture)
    for (key, value) in numbers.sorted(by: { $0.key < $1.key }) { writer.set(key, value) }
    writer.set("bert.attention.layer_norm_epsilon", Float(1e-6))
    writer.set("bert.attention.causal", isCausal)
    writer.set("tokenizer.ggml.model", "bert")
    writer.set("weir.tokenizer.plain_wordpiece", true)
    writer.set("tokenizer.ggml.tokens", Self.words)
    writer.set("tokenizer.ggml.token_type", Self.words.indices.map { Int32($0 < 5 ? 3 : 1) })
    writer.set("tokenizer.ggml.unknown_token_id", UInt32(1))
    writer.set("tokenizer.ggml.cls_token_id", UInt32(2))
    writer.set("tokenizer.ggml.seperator_token_id", UInt32(3))
    for (name, shape) in shapes {
      guard let values = tensors[name] else { continue }
      switch types[name] {
      case .bf16:
        let bytes = values.flatMap { [UInt8(truncatingIfNeeded: $0.bitPattern >> 16), UInt8($0.bitPattern >> 24)] }
        writer.addTensor(name, type: .bf16, shape: shape, bytes: bytes)
      default: writer.addTensor(name, shape: shape, floats: values)
      }
    }
    return try GGUFFile(ByteRegion(name: "tiny.gguf", copying: writer.bytes()))
  }
}
