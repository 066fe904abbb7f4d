internal import WeirTensor

/// Which tensors a packed file has, made from which of the original, in which order.
package struct PackingPlan: Sendable {
  package struct Entry: Sendable {
    enum Form: Sendable {
      /// F32 values: norms and biases.
      case plain
      /// As the original has them: tables of which single rows are read.
      case raw
      /// Bytes that a model's own kind of weights is made of; shape [count].
      case made(@Sendable () -> [UInt8])
      /// Matrices in the kernels' layout.
      case packed(TensorType)
    }
    let name: String
    let form: Form
    /// ggml order, columns first.
    let shape: [Int]
    /// Tensors whose rows follow each other, or whose elements do.
    let sources: [GGUFTensor]
  }

  package let entries: [Entry]

  /// Plain tensors first, then matrices in the order in which a pass multiplies by them, so that a pass reads the file from
  /// front to back.
  ///
  /// - Parameters:
  ///   - fuses: names of matrices, with the matrices of one width and type whose rows are stacked to make each.
  ///   - keepsRaw: matrices of which single rows are read, left as they are.
  package init(
    _ file: GGUFFile, fuses: [(name: String, parts: [String])] = [], keepsRaw: Set<String> = []
  ) throws(ModelFileFailure) {
    if file.packed != nil {
      throw .badValue(
        file: file.name, key: PackedHead.Key.version, found: "a packed model", allowed: "one that is not packed yet")
    }
    var plain: [Entry] = []
    var packed: [Entry] = []
    var done: Set<String> = []
    for (name, parts) in fuses {
      let tensors = parts.compactMap { file.tensorIfPresent($0) }
      guard tensors.count == parts.count, let first = tensors.first, file.tensorIfPresent(name) == nil,
        tensors.allSatisfy({ $0.columns == first.columns && $0.typeIdentifier == first.typeIdentifier })
      else { continue }
      done.formUnion(parts)
      if Self.isVector(first) {
        plain.append(
          Entry(
            name: name, form: .plain, shape: [tensors.reduce(0) { $0 + $1.elementCount }], sources: tensors))
      } else {
        packed.append(
          Entry(
            name: name, form: .packed(try first.type()),
            shape: [first.columns, tensors.reduce(0) { $0 + $1.rows }], sources: tensors))
      }
    }
    for tensor in file.tensors where !done.contains(tensor.name) {
      let type = try tensor.type()
      if keepsRaw.contains(tensor.name) {
        plain.append(Entry(name: tensor.name, form: .raw, shape: tensor.shape, sources: [tensor]))
      } else if Self.isVector(tensor) {
        plain.append(Entry(name: tensor.name, form: .plain, shape: tensor.shape, sources: [tensor]))
      } else {
        packed.append(Entry(name: tensor.name, form: .packed(type), shape: tensor.shape, sources: [tensor]))
      }
    }
    let isTied = file.tensorIfPresent("output.weight") == nil
    entries =
      plain + packed.sorted { Self.place(of: $0.name, isTied: isTied) < Self.place(of: $1.name, isTied: isTied) }
  }

  private static func isVector(_ tensor: GGUFTensor) -> Bool {
    tensor.rows == 1 && tensor.supportedType?.isQuantized == false
  }

  /// The same plan without the tensors `replaced`, and with bytes of the model's own making in their place: what a name
  /// stands for, and its length.
  package func replacing(
    _ replaced: Set<String>, with made: [(name: String, count: Int, bytes: @Sendable () -> [UInt8])]
  ) -> PackingPlan {
    let kept = entries.filter { !replaced.contains($0.name) }
    return PackingPlan(
      entries: kept + made.map { Entry(name: $0.name, form: .made($0.bytes), shape: [$0.count], sources: []) })
  }

  private init(entries: [Entry]) { self.entries = entries }

  /// The order of a forward pass: token table, layers, head; a table that is the head as well is read whole at the end.
  private static func place(of name: String, isTied: Bool) -> (Int, Int, String) {
    let parts = name.split(separator: ".")
    if parts.first == "blk", parts.count > 2, let layer = Int(parts[1]) {
      let inside = steps.firstIndex(of: String(parts[2])) ?? steps.count
      return (1 + min(layer, 1 << 32), inside, name)
    }
    let isEarly =
      name == "token_embd.weight" && !isTied || name.hasPrefix("position_embd") || name.hasPrefix("token_types")
    return (isEarly ? 0 : .max, 0, name)
  }

  private static let steps = [
    "attn_qkv", "attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate_inp", "ffn_gate", "ffn_up", "ffn_down",
    "ffn_gate_exps", "ffn_up_exps", "ffn_down_exps",
  ]
}
