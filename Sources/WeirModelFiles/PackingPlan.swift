internal import WeirTensor

/// Which of a model's tensors a packed file has in which form, in which order.
package struct PackingPlan: Sendable {
  struct Entry: Sendable {
    enum Form: Sendable {
      /// F32 values: norms and biases.
      case plain
      /// Matrices in the kernels' layout.
      case packed(TensorType)
    }
    let form: Form
    /// Of the original.
    let tensor: GGUFTensor
    var name: String { tensor.name }
    /// ggml order, columns first.
    var shape: [Int] { tensor.shape }
  }

  let entries: [Entry]

  /// Plain tensors first, then matrices in the order in which a pass multiplies by them, so that a pass reads the file from
  /// front to back.
  package init(_ file: GGUFFile) throws(ModelFileFailure) {
    if file.packed != nil {
      throw .badValue(
        file: file.name, key: PackedHead.Key.version, found: "a packed model", allowed: "one that is not packed yet")
    }
    var plain: [Entry] = []
    var packed: [Entry] = []
    for tensor in file.tensors {
      let type = try tensor.type()
      if Self.isVector(tensor) {
        plain.append(Entry(form: .plain, tensor: tensor))
      } else {
        packed.append(Entry(form: .packed(type), tensor: tensor))
      }
    }
    let isTied = file.tensorIfPresent("output.weight") == nil
    entries =
      plain + packed.sorted { Self.place(of: $0.name, isTied: isTied) < Self.place(of: $1.name, isTied: isTied) }
  }

  private static func isVector(_ tensor: GGUFTensor) -> Bool {
    tensor.rows == 1 && tensor.supportedType?.isQuantized == false
  }

  /// The order of a forward pass: token table, layers, head; a table that is the head as well is read whole at the end.
  private static func place(of name: String, isTied: Bool) -> (Int, Int, String) {
    let parts = name.split(separator: ".")
    if parts.first == "blk", parts.count > 2, let layer = Int(parts[1]) {
      let inside = steps.firstIndex(of: String(parts[2])) ?? steps.count
      return (1 + min(layer, 1 << 32), inside, name)
    }
    return (name == "token_embd.weight" && !isTied ? 0 : .max, 0, name)
  }

  private static let steps = [
    "attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate_inp", "ffn_gate", "ffn_up", "ffn_down", "ffn_gate_exps",
    "ffn_up_exps", "ffn_down_exps",
  ]
}
