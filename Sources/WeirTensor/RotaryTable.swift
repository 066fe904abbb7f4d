import CWeirKernels
import Glibc

/// Sines and cosines of rotary position embeddings (Su et al., RoFormer, 2021), computed in double precision for the
/// positions of a context window when they are first used.
///
/// Pair i of a head is turned by position * base^(-2i / width).
package struct RotaryTable: Sendable {
  /// Which elements of a head make a pair.
  package enum Layout: Sendable {
    /// (0, 1), (2, 3), ...: llama.cpp's "norm", as in files of the llama architecture.
    case interleaved
    /// (0, n/2), (1, n/2 + 1), ...: llama.cpp's "neox", as in files of the qwen2 architecture.
    case halves
  }

  package let layout: Layout
  /// Elements of a head that are turned; even.
  package let width: Int
  package let positions: Int
  private let rows: RotaryRows

  package init(layout: Layout, width: Int, positions: Int, base: Double) {
    precondition(width > 0 && width.isMultiple(of: 2), "a rotation turns pairs, not \(width) elements")
    precondition(base > 0, "a rotation needs a positive base")
    self.init(
      layout: layout, frequencies: (0..<width / 2).map { pow(base, -2 * Double($0) / Double(width)) },
      positions: positions)
  }

  /// Pair i turns by position * frequencies[i].
  package init(layout: Layout, frequencies: [Double], positions: Int) {
    precondition(positions >= 0 && !frequencies.isEmpty, "a rotation needs positions and pairs")
    self.layout = layout
    self.width = frequencies.count * 2
    self.positions = positions
    rows = RotaryRows(frequencies: frequencies, positions: positions)
  }

  /// Turns the consecutive heads of one token in place. `x` is heads x headWidth; each head's first `width` elements turn.
  package func rotate(_ x: FloatView, headWidth: Int, position: Int, kernels: Kernels = .active) {
    precondition(position >= 0 && position < positions, "position \(position) of a table for \(positions)")
    precondition(headWidth >= width && x.count.isMultiple(of: headWidth), "\(x.count) floats as heads of \(headWidth)")
    let pairs = width / 2
    let (cosine, sine) = unsafe rows.row(position)
    for head in stride(from: 0, to: x.count, by: headWidth) {
      let first = unsafe x.pointer + head
      switch layout {
      case .interleaved: unsafe kernels.table.pointee.rotate_pairs(first, cosine, sine, pairs)
      case .halves: unsafe kernels.table.pointee.rotate_halves(first, cosine, sine, pairs)
      }
    }
  }
}
