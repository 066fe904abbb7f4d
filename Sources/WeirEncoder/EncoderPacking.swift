package import WeirModelFiles

/// How an encoder's file is packed.
package enum EncoderPacking {
  /// Query, key and value of each layer become one matrix, as a pass uses them; tables that are read as floats stay so.
  package static func plan(_ file: GGUFFile) throws(EncoderFailure) -> PackingPlan {
    do throws(ModelFileFailure) {
      var fuses: [(name: String, parts: [String])] = []
      for layer in 0..<(try EncoderShape(file).layers) {
        for end in [".weight", ".bias"] {
          let parts = ["q", "k", "v"].map { "blk.\(layer).attn_\($0)\(end)" }
          fuses.append((name: "blk.\(layer).attn_qkv\(end)", parts: parts))
        }
      }
      return try PackingPlan(
        file, fuses: fuses, keepsRaw: ["token_embd.weight", "position_embd.weight", "token_types.weight"])
    } catch {
      throw .model(error)
    }
  }
}
