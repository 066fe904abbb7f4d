internal import WeirDomain

/// The first record of a CSV file: which column has which meaning.
struct CSVHeader: Sendable {
  let count: Int
  private let positions: [ExampleField: Int]

  init(_ names: [String], _ fields: ExampleFields, at place: LabelledExample.Source) throws(ExampleFailure) {
    count = names.count
    positions = try fields.positions(in: names.map(Self.trimmed), at: place)
  }

  /// The values of one record; an empty field of an optional column is none.
  func values(of record: [String], at place: LabelledExample.Source) throws(ExampleFailure) -> ExampleValues {
    guard record.count == count else { throw .fieldCount(place, found: record.count, allowed: count) }
    var values = ExampleValues(source: place)
    for (field, position) in positions {
      let text = record[position]
      if field.isRequired || !text.isEmpty { values[field] = .string(text) }
    }
    return values
  }

  private static func trimmed(_ name: String) -> String {
    let blanks: Set<Character> = [" ", "\t"]
    return String(name.drop { blanks.contains($0) }.reversed().drop { blanks.contains($0) }.reversed())
  }
}
