package import WeirModelFiles

/// A low-rank adapter (LoRA) that changes a model at load, and how strongly.
package struct GeneratorAdapter: Sendable {
  package var file: GGUFFile
  /// Multiplies what the adapter adds; 1 is as trained, 0 switches it off, negative numbers turn it round.
  package var scale: Float

  package init(_ file: GGUFFile, scale: Float = 1) {
    self.file = file
    self.scale = scale
  }

  /// Says which file of which model it was trained for: SHA-256 in hexadecimal. Only our own files have it.
  package static let baseFingerprintKey = "weir.adapter.base_sha256"
}
