/// Finds the name that was probably meant.
package enum Spelling {
  /// The candidate nearest to `name` by edits, nil when none is near (a third of the name's length, at least two).
  package static func nearest(to name: String, among candidates: [String]) -> String? {
    let letters = Array(name.unicodeScalars.prefix(80))
    let allowed = max(2, letters.count / 3)
    var best: (name: String, edits: Int)?
    for candidate in candidates {
      let edits = distance(letters, Array(candidate.unicodeScalars))
      if edits <= allowed, edits < (best?.edits ?? .max) { best = (candidate, edits) }
    }
    return best?.name
  }

  /// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment) between two texts.
  static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var beforePrevious: [Int] = []
    var previous = Array(0...right.count)
    for (row, letter) in left.enumerated() {
      var current = [row + 1]
      current.reserveCapacity(right.count + 1)
      for (column, other) in right.enumerated() {
        var least = min(previous[column + 1] + 1, current[column] + 1, previous[column] + (letter == other ? 0 : 1))
        if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
          least = min(least, beforePrevious[column - 1] + 1)
        }
        current.append(least)
      }
      beforePrevious = previous
      previous = current
    }
    return previous[right.count]
  }
}
