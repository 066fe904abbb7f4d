/// What is known of a rule before it is compiled.
struct GrammarShape: Sendable {
  /// The empty text is one of its texts.
  var isNullable = false
  /// It is put in the place of its calls: small, without unbounded repetition, and in no circle of calls.
  ///
  /// Small rules are often called in every round of a repetition (one character of a string); a frame for each would hide
  /// from the token masks that the round goes on. Longer rules stay rules, so that their places are shared by all callers.
  var isInlined = false
  /// Parts of its expression, with inlined rules written out.
  private var size = 0

  static let largestInlined = 64

  static func shapes(of rules: [Grammar.Rule]) -> [GrammarShape] {
    var shapes = Array(repeating: GrammarShape(), count: rules.count)
    findNullable(rules, &shapes)
    // Rules whose calls are all known come first; what is left calls itself, or something that does.
    var callers = [[Int]](repeating: [], count: rules.count)
    var open = [Int](repeating: 0, count: rules.count)
    for (index, rule) in rules.enumerated() {
      rule.body.forEachReference { called in
        callers[called].append(index)
        open[index] += 1
      }
    }
    var ready = rules.indices.filter { open[$0] == 0 }
    while let index = ready.popLast() {
      if let size = size(of: rules[index].body, shapes), size <= largestInlined {
        shapes[index].size = size
        shapes[index].isInlined = true
      }
      for caller in callers[index] {
        open[caller] -= 1
        if open[caller] == 0 { ready.append(caller) }
      }
    }
    return shapes
  }

  static func isNullable(_ expression: GrammarExpression, _ shapes: [GrammarShape]) -> Bool {
    switch expression {
    case .bytes(let bytes): bytes.isEmpty
    case .scalars: false
    case .rule(let index): shapes[index].isNullable
    case .sequence(let parts): parts.allSatisfy { isNullable($0, shapes) }
    case .choice(let parts): parts.contains { isNullable($0, shapes) }
    case .repetition(let part, let least, _): least == 0 || isNullable(part, shapes)
    }
  }

  private static func findNullable(_ rules: [Grammar.Rule], _ shapes: inout [GrammarShape]) {
    var callers = [[Int]](repeating: [], count: rules.count)
    for (index, rule) in rules.enumerated() {
      // Once each: a rule may be named very often in one body.
      rule.body.forEachReference { if callers[$0].last != index { callers[$0].append(index) } }
    }
    var pending = Array(rules.indices)
    while let index = pending.popLast() {
      guard !shapes[index].isNullable, isNullable(rules[index].body, shapes) else { continue }
      shapes[index].isNullable = true
      pending += callers[index]
    }
  }

  /// Nil for what is not to be inlined.
  private static func size(of expression: GrammarExpression, _ shapes: [GrammarShape]) -> Int? {
    switch expression {
    case .bytes(let bytes): return max(bytes.count, 1)
    case .scalars: return 1
    case .rule(let index): return shapes[index].isInlined ? shapes[index].size : nil
    case .sequence(let parts), .choice(let parts):
      var total = 1
      for part in parts {
        guard let size = size(of: part, shapes) else { return nil }
        total += size
        if total > largestInlined { return nil }
      }
      return total
    case .repetition(let part, _, let most):
      guard let most, let size = size(of: part, shapes) else { return nil }
      // A long count is a place worth sharing.
      return size * max(min(most, largestInlined + 1), 1)
    }
  }
}
