import Glibc

/// The forward pass in double precision, written from the paper, one loop at a time.
extension TinyEncoder {
  func embed(_ identifiers: [Int32]) -> [Double] {
    let (width, context) = (Self.width, identifiers.count)
    func row(_ name: String, _ index: Int) -> [Double] {
      (tensors[name] ?? [])[index * width..<(index + 1) * width].map(Double.init)
    }
    func linear(_ x: [Double], _ name: String) -> [Double] {
      let (weight, bias) = (tensors[name + ".weight"] ?? [], tensors[name + ".bias"] ?? [])
      return bias.indices.map { r in
        x.indices.map { x[$0] * Double(weight[r * x.count + $0]) }.reduce(Double(bias[r]), +)
      }
    }
    func norm(_ x: [Double], _ name: String) -> [Double] {
      let (weight, bias) = (tensors[name + ".weight"] ?? [], tensors[name + ".bias"] ?? [])
      let mean = x.reduce(0, +) / Double(x.count)
      let variance = x.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(x.count)
      return x.indices.map { (x[$0] - mean) / (variance + 1e-6).squareRoot() * Double(weight[$0]) + Double(bias[$0]) }
    }
    func sum(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map(+) }

    var hidden = identifiers.enumerated().map { position, identifier in
      norm(
        sum(
          sum(row("token_embd.weight", Int(identifier)), row("position_embd.weight", position)),
          row("token_types.weight", 0)),
        "token_embd_norm")
    }
    let headWidth = width / Self.heads
    for layer in 0..<Self.layers {
      let block = "blk.\(layer)."
      let (q, k, v) = (
        hidden.map { linear($0, block + "attn_q") }, hidden.map { linear($0, block + "attn_k") },
        hidden.map { linear($0, block + "attn_v") }
      )
      hidden = (0..<context).map { token in
        var gathered = [Double](repeating: 0, count: width)
        for head in 0..<Self.heads {
          let columns = head * headWidth..<(head + 1) * headWidth
          let weights = (0..<context).map { other in
            exp(columns.map { q[token][$0] * k[other][$0] }.reduce(0, +) / Double(headWidth).squareRoot())
          }
          for (other, weight) in weights.enumerated() {
            for column in columns { gathered[column] += weight / weights.reduce(0, +) * v[other][column] }
          }
        }
        return norm(sum(hidden[token], linear(gathered, block + "attn_output")), block + "attn_output_norm")
      }
      hidden = hidden.map { x in
        let inner = linear(x, block + "ffn_up").map { $0 * (1 + erf($0 / 2.squareRoot())) / 2 }
        return norm(sum(x, linear(inner, block + "ffn_down")), block + "layer_output_norm")
      }
    }
    let total = hidden.reduce([Double](repeating: 0, count: width), sum)
    let length = total.map { $0 * $0 }.reduce(0, +).squareRoot()
    return total.map { $0 / length }
  }
}
