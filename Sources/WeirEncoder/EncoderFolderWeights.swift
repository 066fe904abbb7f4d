import WeirFiles
import WeirModelFiles
import WeirTensor

/// Takes BERT's weights by PyTorch's names and writes them under llama.cpp's.
struct EncoderFolderWeights {
  let file: SafetensorsFile
  let settings: EncoderFolderSettings
  let vocabulary: Int

  func write(to writer: inout GGUFWriter) throws(ModelFileFailure) {
    let width = settings.width
    // Models saved with a task's head have one level more.
    let root = file.tensors["embeddings.word_embeddings.weight"] == nil ? "bert." : ""
    let embeddings = root + "embeddings."
    let words = try file.tensor(embeddings + "word_embeddings.weight")
    guard words.shape.count == 2, words.shape[0] >= vocabulary else {
      throw .wrongShape(
        file: file.region.name, tensor: words.name, found: words.shape, allowed: [vocabulary, width])
    }
    try matrix(
      "token_embd.weight", embeddings + "word_embeddings.weight", rows: words.shape[0], columns: width, &writer)
    let types = try file.tensor(embeddings + "token_type_embeddings.weight").shape.first ?? 0
    try table("token_types.weight", embeddings + "token_type_embeddings.weight", rows: types, &writer)
    try table("position_embd.weight", embeddings + "position_embeddings.weight", rows: settings.positions, &writer)
    try norm("token_embd_norm", embeddings + "LayerNorm", &writer)
    for layer in 0..<settings.layers {
      let (from, to) = ("\(root)encoder.layer.\(layer).", "blk.\(layer).")
      try linear(to + "attn_q", from + "attention.self.query", rows: width, columns: width, &writer)
      try linear(to + "attn_k", from + "attention.self.key", rows: width, columns: width, &writer)
      try linear(to + "attn_v", from + "attention.self.value", rows: width, columns: width, &writer)
      try linear(to + "attn_output", from + "attention.output.dense", rows: width, columns: width, &writer)
      try norm(to + "attn_output_norm", from + "attention.output.LayerNorm", &writer)
      try linear(
        to + "ffn_up", from + "intermediate.dense", rows: settings.feedForward, columns: width, &writer)
      try linear(to + "ffn_down", from + "output.dense", rows: width, columns: settings.feedForward, &writer)
      try norm(to + "layer_output_norm", from + "output.LayerNorm", &writer)
    }
  }

  private func linear(
    _ name: String, _ source: String, rows: Int, columns: Int, _ writer: inout GGUFWriter
  ) throws(ModelFileFailure) {
    try matrix(name + ".weight", source + ".weight", rows: rows, columns: columns, &writer)
    writer.addTensor(name + ".bias", shape: [rows], floats: try file.floats(source + ".bias", shape: [rows]))
  }

  private func norm(_ name: String, _ source: String, _ writer: inout GGUFWriter) throws(ModelFileFailure) {
    for part in [".weight", ".bias"] {
      let values = try file.floats(source + part, shape: [settings.width])
      writer.addTensor(name + part, shape: [settings.width], floats: values)
    }
  }

  private func table(
    _ name: String, _ source: String, rows: Int, _ writer: inout GGUFWriter
  ) throws(ModelFileFailure) {
    let values = try file.floats(source, shape: [rows, settings.width])
    writer.addTensor(name, shape: [settings.width, rows], floats: values)
  }

  /// Q8_0 where rows are whole blocks, else F32: such models are tiny.
  private func matrix(
    _ name: String, _ source: String, rows: Int, columns: Int, _ writer: inout GGUFWriter
  ) throws(ModelFileFailure) {
    let values = try file.floats(source, shape: [rows, columns])
    if columns.isMultiple(of: TensorType.q8_0.blockSize) {
      writer.addTensor(name, type: .q8_0, shape: [columns, rows], bytes: Q8Blocks.quantize(values))
    } else {
      writer.addTensor(name, shape: [columns, rows], floats: values)
    }
  }
}
