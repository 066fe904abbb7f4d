extension TensorFailure {
  /// One sentence for people: what failed, found against allowed.
  package var message: String {
    switch self {
    case .shape(let rows, let columns):
      "a matrix of \(rows) x \(columns) cannot be held: both must be at least 1 and their product must fit"
    case .columns(let type, let found, let multiple):
      "\(type.name) rows have \(found) columns, but the type stores whole blocks of \(multiple)"
    case .byteCount(let type, let found, let expected):
      "\(type.name) weights have \(found) bytes, but their shape takes \(expected)"
    case .alignment(let type, let found, let expected):
      "packed \(type.name) weights begin \(found) bytes behind a multiple of \(expected): pack the model again"
    }
  }
}
