internal import WeirClassifier
internal import WeirDomain

/// Extremely randomized trees (Geurts, Ernst and Wehenkel 2006) for several targets at once, some of which a row may lack.
///
/// Every split draws a threshold for some inputs, uniformly between the least and the greatest value of the node's rows,
/// and takes the one that leaves the least squared error over all targets.
struct ExtraTrees {
  struct Options: Sendable {
    var trees = 100
    /// Rows of a leaf, at least.
    var leaf = 25
    /// Share of the inputs that a split tries.
    var tried = 0.7
  }

  /// A tree whose places count from its own first node and leaf.
  struct Tree: Sendable {
    var nodes: [PromptForest.Node] = []
    var values: [Float] = []
  }

  let options: Options
  /// Input after input, a value a row.
  let columns: [[Float]]
  /// Row after row, a value a target: 0 where there is none.
  let targets: [Double]
  /// Beside `targets`: 1 where the row has that target, else 0.
  let known: [Double]
  let outputs: Int

  /// The mean of each target over `rows`, which a leaf without any takes.
  private func means(_ rows: [Int32]) -> [Double] {
    let (sums, counts) = totals(rows[...])
    return zip(sums, counts).map { $1 > 0 ? $0 / $1 : 0.5 }
  }

  private func totals(_ rows: ArraySlice<Int32>) -> (sums: [Double], counts: [Double]) {
    var (sums, counts) = ([Double](repeating: 0, count: outputs), [Double](repeating: 0, count: outputs))
    for row in rows {
      for output in 0..<outputs {
        sums[output] += targets[Int(row) * outputs + output]
        counts[output] += known[Int(row) * outputs + output]
      }
    }
    return (sums, counts)
  }

  /// Grows one tree on `rows`.
  func grow(on rows: [Int32], seed: UInt64) -> Tree {
    var random = SplitMix64(seed: seed)
    var tree = Tree()
    var order = rows
    let prior = means(rows)
    tree.nodes.append(.init(input: -1, threshold: 0, next: 0))
    var open: [(node: Int, rows: Range<Int>)] = [(0, 0..<order.count)]
    while let (node, range) = open.popLast() {
      guard let split = split(order[range], &random) else {
        tree.nodes[node].next = Int32(tree.values.count / outputs)
        let (sums, counts) = totals(order[range])
        // One more row of the mean, for no leaf knows more than its rows.
        for output in 0..<outputs { tree.values.append(Float((sums[output] + prior[output]) / (counts[output] + 1))) }
        continue
      }
      let middle = partition(&order, range, split)
      tree.nodes[node] = .init(input: Int32(split.input), threshold: split.threshold, next: Int32(tree.nodes.count))
      open.append((tree.nodes.count + 1, middle..<range.upperBound))
      open.append((tree.nodes.count, range.lowerBound..<middle))
      tree.nodes.append(.init(input: -1, threshold: 0, next: 0))
      tree.nodes.append(.init(input: -1, threshold: 0, next: 0))
    }
    return tree
  }

  private struct Split {
    var input: Int
    var threshold: Float
  }

  private func split(_ rows: ArraySlice<Int32>, _ random: inout SplitMix64) -> Split? {
    guard rows.count >= 2 * options.leaf else { return nil }
    let (sums, counts) = totals(rows)
    var best: (split: Split, gain: Double)?
    let whole = gain(sums, counts)
    var inputs = Array(columns.indices)
    var tried = 0
    let wanted = max(1, Int((Double(inputs.count) * options.tried).rounded()))
    var left = [Double](repeating: 0, count: outputs)
    var leftCounts = left
    for drawn in inputs.indices where tried < wanted {
      inputs.swapAt(drawn, drawn + random.nextIndex(inputs.count - drawn))
      let column = columns[inputs[drawn]]
      var (least, greatest) = (Float.infinity, -Float.infinity)
      for row in rows {
        let value = column[Int(row)]
        least = min(least, value)
        greatest = max(greatest, value)
      }
      guard least < greatest else { continue }
      tried += 1
      var threshold = least + Float(random.nextUnit()) * (greatest - least)
      if threshold >= greatest { threshold = least }
      for output in 0..<outputs { (left[output], leftCounts[output]) = (0, 0) }
      var size = 0
      for row in rows where column[Int(row)] <= threshold {
        size += 1
        for output in 0..<outputs {
          left[output] += targets[Int(row) * outputs + output]
          leftCounts[output] += known[Int(row) * outputs + output]
        }
      }
      guard size >= options.leaf, rows.count - size >= options.leaf else { continue }
      let right = zip(sums, left).map { $0 - $1 }
      let rightCounts = zip(counts, leftCounts).map { $0 - $1 }
      let found = gain(left, leftCounts) + gain(right, rightCounts)
      if found > (best?.gain ?? whole + 1e-9) {
        best = (Split(input: inputs[drawn], threshold: threshold), found)
      }
    }
    return best?.split
  }

  /// What the means of a group explain of the squares of its targets.
  private func gain(_ sums: [Double], _ counts: [Double]) -> Double {
    var gain = 0.0
    for output in 0..<outputs where counts[output] > 0 { gain += sums[output] * sums[output] / counts[output] }
    return gain
  }

  /// Puts the rows of the left side first; the place where the right side begins.
  private func partition(_ order: inout [Int32], _ range: Range<Int>, _ split: Split) -> Int {
    let column = columns[split.input]
    let right = order[range].filter { column[Int($0)] > split.threshold }
    let left = order[range].filter { column[Int($0)] <= split.threshold }
    order.replaceSubrange(range, with: left + right)
    return range.lowerBound + left.count
  }
}
