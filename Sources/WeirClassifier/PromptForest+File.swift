package import WeirModelFiles

/// A forest in a classifier's file: keys `weir.forest.*` and tensors `forest.*`.
extension PromptForest {
  private static let prefix = "weir.forest."

  package func write(to writer: inout GGUFWriter) {
    func key(_ name: String) -> String { Self.prefix + name }
    writer.set(key("surface"), PromptSurface.version)
    writer.set(key("outputs"), outputs.map(\.rawValue))
    writer.set(key("roots"), roots)
    writer.set(key("inputs"), nodes.map(\.input))
    writer.set(key("next"), nodes.map(\.next))
    func add(_ name: String, _ shape: [Int], _ values: [Float]) {
      writer.addTensor("forest." + name, shape: shape, floats: values)
    }
    add("projection.weight", [projection.inputs, projection.outputs], projection.weights)
    add("projection.bias", [projection.outputs], projection.bias)
    add("grams.weight", [PromptGrams.buckets, outputs.count], grams.weights)
    add("grams.bias", [outputs.count], grams.bias)
    add("thresholds", [nodes.count], nodes.map(\.threshold))
    add("values", [outputs.count, values.count / outputs.count], values)
    add("curves", [2, outputs.count], curves.flatMap { [$0.slope, $0.offset] })
  }

  /// Nil where the file has none; `dimensions` is the length of embeddings.
  init?(_ file: GGUFFile, dimensions: Int) throws(ModelFileFailure) {
    guard file.has(Self.prefix + "outputs") else { return nil }
    let version = try file.uint(Self.prefix + "surface")
    guard version == Int(PromptSurface.version) else {
      throw Self.bad(file, "surface", "version \(version)", "version \(PromptSurface.version): train it again")
    }
    outputs = try Self.outputs(file)
    let weights = try file.tensor("forest.projection.weight")
    guard weights.shape.count == 2, weights.columns == dimensions, (1...Self.mostComponents).contains(weights.rows)
    else {
      throw .wrongShape(
        file: file.name, tensor: "forest.projection.weight", found: weights.shape, allowed: [dimensions, 16])
    }
    projection = DenseLayer(
      inputs: dimensions, outputs: weights.rows, weights: try weights.floats(),
      bias: try file.tensor("forest.projection.bias", shape: [weights.rows]).floats())
    grams = GramScores(
      bias: try file.tensor("forest.grams.bias", shape: [outputs.count]).floats(),
      weights: try file.tensor("forest.grams.weight", shape: [PromptGrams.buckets, outputs.count]).floats())
    let inputs = try file.ints(Self.prefix + "inputs")
    let next = try file.ints(Self.prefix + "next")
    guard (1...Self.mostNodes).contains(inputs.count), inputs.count == next.count else {
      throw Self.bad(
        file, "inputs", "\(inputs.count) nodes, \(next.count) places", "1 to \(Self.mostNodes), as many places")
    }
    let thresholds = try file.tensor("forest.thresholds", shape: [inputs.count]).floats()
    let leaves = try file.tensor("forest.values")
    guard leaves.shape.count == 2, leaves.columns == outputs.count, leaves.rows <= inputs.count else {
      throw .wrongShape(
        file: file.name, tensor: "forest.values", found: leaves.shape, allowed: [outputs.count, inputs.count])
    }
    values = try leaves.floats()
    guard values.allSatisfy({ (0...1).contains($0) }) else {
      throw Self.bad(file, "values", "a value outside 0 to 1", "0 to 1")
    }
    let curves = try file.tensor("forest.curves", shape: [2, outputs.count]).floats()
    self.curves = outputs.indices.map { Curve(slope: curves[2 * $0], offset: curves[2 * $0 + 1]) }
    guard self.curves.allSatisfy({ $0.slope >= 0 }) else {
      throw Self.bad(file, "curves", "a falling curve", "slopes of 0 or more")
    }
    let roots = try Self.roots(file, nodes: inputs.count)
    try Self.check(
      inputs, next, roots, leaves: leaves.rows,
      inputCount: PromptSurface.count + weights.rows + outputs.count, file)
    // All of them were found to lie within counts that an Int32 holds.
    self.roots = roots.map { Int32(truncatingIfNeeded: $0) }
    nodes = inputs.indices.map {
      Node(
        input: Int32(truncatingIfNeeded: inputs[$0]), threshold: thresholds[$0],
        next: Int32(truncatingIfNeeded: next[$0]))
    }
  }

  private static func outputs(_ file: GGUFFile) throws(ModelFileFailure) -> [Output] {
    let names = try file.strings(prefix + "outputs")
    let outputs = names.compactMap(Output.init(rawValue:))
    guard outputs.count == names.count, Set(outputs).count == names.count, !names.isEmpty else {
      throw bad(
        file, "outputs", "a name that is unknown or repeated, or none",
        Output.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return outputs
  }

  private static func roots(_ file: GGUFFile, nodes: Int) throws(ModelFileFailure) -> [Int] {
    let roots = try file.ints(prefix + "roots")
    guard (1...mostTrees).contains(roots.count), roots[0] == 0, roots[roots.count - 1] < nodes,
      zip(roots, roots.dropFirst()).allSatisfy({ $0 < $1 })
    else {
      throw bad(
        file, "roots", "\(roots.count) places, or some out of order",
        "1 to \(mostTrees) rising places of \(nodes) nodes, the first of them 0")
    }
    return roots
  }

  /// Every way through a tree goes forward within it and ends at a leaf.
  private static func check(
    _ inputs: [Int], _ next: [Int], _ roots: [Int], leaves: Int, inputCount: Int, _ file: GGUFFile
  ) throws(ModelFileFailure) {
    for (tree, root) in roots.enumerated() {
      let end = tree + 1 < roots.count ? roots[tree + 1] : inputs.count
      for node in root..<end {
        if inputs[node] < 0 {
          guard inputs[node] == -1, (0..<leaves).contains(next[node]) else {
            throw bad(file, "next", "leaf \(next[node]) at node \(node)", "0 to \(leaves - 1), under input -1")
          }
          continue
        }
        guard inputs[node] < inputCount else {
          throw bad(file, "inputs", "input \(inputs[node]) at node \(node)", "-1 to \(inputCount - 1)")
        }
        guard next[node] > node, next[node] < end - 1 else {
          throw bad(file, "next", "node \(next[node]) after node \(node)", "a later pair of the same tree")
        }
      }
    }
  }

  private static func bad(_ file: GGUFFile, _ name: String, _ found: String, _ allowed: String) -> ModelFileFailure {
    .badValue(file: file.name, key: prefix + name, found: found, allowed: allowed)
  }
}
