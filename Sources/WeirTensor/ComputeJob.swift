/// What a job is, for the pool's judgement whether its workers help: jobs of one kind take about the same time for each
/// unit of their amount.
package struct ComputeJob {
  package enum Name: Hashable {
    case other, embed, normalise, quantize, store, add, product, gate, attend
  }

  package struct Kind: Hashable {
    package var name: Name
    package var detail: Int
  }

  package var kind: Kind
  /// Work in any unit, the same for all jobs of the kind.
  package var amount: Int

  /// `detail` tells jobs of one name apart that take different times, such as the size of a matrix.
  package init(_ name: Name, detail: Int = 0, amount: Int) {
    kind = Kind(name: name, detail: detail)
    self.amount = amount
  }
}
