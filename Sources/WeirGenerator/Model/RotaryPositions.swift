import WeirTensor

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Turns queries and keys by their position: the plain rotary embedding, or one whose frequencies are changed.
///
/// Pair i of a head turns by position / rotaryScale / factor(i) / base^(2i / rotaryWidth). Files change frequencies by
/// linear scaling, or by a factor a pair in `rope_freqs.weight` (Llama 3.1). Source: Su et al., "RoFormer" (2021).
struct RotaryPositions: Sendable {
  private enum Angles: Sendable {
    /// A model whose heads do not turn.
    case none
    case plain(RotaryTable)
    /// Radians a position, one for each pair.
    case changed([Double])
  }

  private let angles: Angles
  private let pairing: RotaryTable.Layout
  private let headWidth: Int

  /// `factors` is empty or has one positive number for each pair; `positions` is the context.
  init(shape: GeneratorShape, factors: [Float], positions: Int) {
    let pairs = shape.rotaryWidth / 2
    precondition(factors.isEmpty || factors.count == pairs, "\(factors.count) factors for \(pairs) rotary pairs")
    pairing = shape.architecture.rotaryPairs
    headWidth = shape.headWidth
    let base = Double(shape.rotaryBase)
    if pairs == 0 {
      angles = .none
    } else if factors.allSatisfy({ $0 == 1 }), shape.rotaryScale == 1 {
      angles = .plain(RotaryTable(layout: pairing, width: shape.rotaryWidth, positions: positions, base: base))
    } else {
      angles = .changed(
        (0..<pairs).map { pair in
          let plain = pow(base, -2 * Double(pair) / Double(shape.rotaryWidth))
          return plain / Double(shape.rotaryScale) / (factors.isEmpty ? 1 : Double(factors[pair]))
        })
    }
  }

  /// Turns the consecutive heads of one token in place.
  func rotate(_ x: FloatView, position: Int, kernels: Kernels) {
    switch angles {
    case .none: return
    case .plain(let table): table.rotate(x, headWidth: headWidth, position: position, kernels: kernels)
    case .changed(let frequencies): rotate(x, position: position, frequencies: frequencies)
    }
  }

  /// Works on a copy: a view's elements are too slow to be read one by one.
  private func rotate(_ x: FloatView, position: Int, frequencies: [Double]) {
    var values = x.array
    for (pair, frequency) in frequencies.enumerated() {
      let angle = Double(position) * frequency
      let (cosine, sine) = (Float(cos(angle)), Float(sin(angle)))
      let (first, second) =
        switch pairing {
        case .interleaved: (2 * pair, 2 * pair + 1)
        case .halves: (pair, pair + frequencies.count)
        }
      for head in stride(from: 0, to: values.count, by: headWidth) {
        let (a, b) = (values[head + first], values[head + second])
        values[head + first] = a * cosine - b * sine
        values[head + second] = a * sine + b * cosine
      }
    }
    x.assign(values)
  }
}
