package import WeirModelFiles
internal import WeirTensor

/// Writing a classifier in the form that `init(from:encoderFingerprint:)` reads.
extension IntentClassifier {
  /// The file, without what its maker wants to note besides. `prototypes` are the rows behind `parts.prototypes`, F16.
  package func file(prototypes rows: [[Float]]) -> GGUFWriter {
    var writer = GGUFWriter(architecture: Self.architecture)
    writer.set("general.name", Self.architecture)
    writer.set("weir.intents.labels", intents + [Self.outOfScopeLabel])
    writer.set("weir.intents.temperature", parts.temperature)
    writer.set("weir.intents.features", parts.heads.features.map(\.rawValue))
    writer.set("weir.encoder.sha256", encoderFingerprint)
    if let prototypes = parts.prototypes {
      precondition(rows.count == prototypes.owners.count, "The rows are those of the prototypes.")
      writer.set("weir.intents.prototype_owners", prototypes.owners.map(Int32.init))
    }
    func add(_ name: String, _ values: [Float]) { writer.addTensor(name, shape: [values.count], floats: values) }
    for (name, layer) in [("hidden", parts.hidden), ("output", parts.output)] {
      writer.addTensor(name + ".weight", shape: [layer.inputs, layer.outputs], floats: layer.weights)
      add(name + ".bias", layer.bias)
    }
    writer.addTensor(
      "centres.weight", shape: [dimensions, intents.count], floats: parts.centres.flatMap { $0 })
    let heads = parts.heads
    for (name, head) in [("confidence", heads.confidence), ("gate", heads.gate)] {
      add(name + ".weight", head.weights)
      add(name + ".bias", [head.bias])
    }
    add("confidence.mean", heads.mean)
    add("confidence.scale", heads.scale)
    add("calibration.x", heads.x)
    add("calibration.y", heads.y)
    parts.forest?.write(to: &writer)
    parts.risk?.add(to: &writer)
    if parts.prototypes != nil {
      writer.addTensor(
        "prototypes.weight", type: .f16, shape: [dimensions, rows.count], bytes: Self.halves(rows))
    }
    return writer
  }

  /// Little-endian half-precision numbers.
  package static func halves(_ rows: [[Float]]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(rows.count * (rows.first?.count ?? 0) * 2)
    for row in rows {
      for value in row {
        let bits = Float16(value).bitPattern
        bytes.append(UInt8(truncatingIfNeeded: bits))
        bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
      }
    }
    return bytes
  }
}
