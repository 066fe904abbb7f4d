import WeirModelFiles
import WeirTensor

/// Takes the pairs of an adapter file, `NAME.lora_a` [rank x columns] and `NAME.lora_b` [rows x rank], and remembers
/// which were taken. Source of the format: llama.cpp's adapter loader.
struct AdapterReader {
  private let file: GGUFFile
  private let scale: Float
  /// Nil where the file has none, or 0: then the rank does not divide.
  private let alpha: Float?
  private var used: Set<String> = []
  private static let ranks = 1...4096

  /// Checks that this is an adapter for a model of `base`'s architecture and, where it says so, for `base` itself.
  init(_ adapter: GeneratorAdapter, base: GGUFFile) throws(GeneratorFailure) {
    file = adapter.file
    scale = adapter.scale
    guard adapter.scale.isFinite else {
      throw .badOption(name: "scale of \(file.name)", found: "\(adapter.scale)", allowed: "a finite number")
    }
    let name = file.name
    func check(_ key: String, _ found: String, _ allowed: String, _ note: String = "") throws(GeneratorFailure) {
      if found != allowed {
        throw .unsupportedMetadata(file: name, key: key, found: found, allowed: allowed + note)
      }
    }
    let facts = try GeneratorFailure.reading { () throws(ModelFileFailure) in
      let file = adapter.file
      return (
        type: try file.string("general.type", default: "absent"),
        kind: try file.string("adapter.type", default: "absent"), architecture: try file.architecture,
        base: try base.architecture, alpha: try file.float("adapter.lora.alpha", default: 0)
      )
    }
    try check("general.type", facts.type, "adapter")
    try check("adapter.type", facts.kind, "lora")
    try check("general.architecture", facts.architecture, facts.base, " (that of \(base.name))")
    alpha = facts.alpha == 0 ? nil : facts.alpha
    let invocation = "adapter.alora.invocation_tokens"
    try check(
      invocation, file.has(invocation) ? "present" : "absent", "absent", ": activated adapters are not supported")
    if file.has(GeneratorAdapter.baseFingerprintKey) {
      let wanted = try GeneratorFailure.reading { () throws(ModelFileFailure) in
        try adapter.file.string(GeneratorAdapter.baseFingerprintKey)
      }
      try check(
        GeneratorAdapter.baseFingerprintKey, wanted.lowercased(), base.fingerprint, " (that of \(base.name))")
    }
  }

  /// What the adapter adds to the `count` matrices of tensor `name`, one each; empty where it does not touch it.
  mutating func updates(
    _ name: String, count: Int, rows: Int, columns: Int
  ) throws(GeneratorFailure) -> [LowRankUpdate] {
    let (downName, upName) = (name + ".lora_a", name + ".lora_b")
    if file.tensorIfPresent(downName) == nil, file.tensorIfPresent(upName) == nil { return [] }
    let rank = try GeneratorFailure.reading { () throws(ModelFileFailure) in
      let shape = try file.tensor(downName).shape
      return shape.count > 1 ? shape[1] : 1
    }
    guard Self.ranks.contains(rank) else {
      throw .unsupportedTensor(
        file: file.name, tensor: downName, found: "rank \(rank)",
        allowed: "\(Self.ranks.lowerBound) to \(Self.ranks.upperBound)")
    }
    let downs = try file.matrices(downName, count: count, rows: rank, columns: columns)
    let ups = try file.matrices(upName, count: count, rows: rows, columns: rank)
    used.formUnion([downName, upName])
    let factor = scale * (alpha.map { $0 / Float(rank) } ?? 1)
    return zip(downs, ups).map { LowRankUpdate(down: $0, up: $1, scale: factor) }
  }

  /// Throws for the first tensor that changes nothing of `base`: leaving it out would give another model's answers.
  func checkAllUsed(base: String) throws(GeneratorFailure) {
    guard !file.tensors.isEmpty else { throw .emptyAdapter(file: file.name) }
    if let left = file.tensors.first(where: { !used.contains($0.name) }) {
      throw .adapterTensor(file: file.name, tensor: left.name, base: base)
    }
  }
}
