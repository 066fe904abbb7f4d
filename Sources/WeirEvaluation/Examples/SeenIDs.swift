/// The ids of the examples read so far, so that every one is different.
package struct SeenIDs: Sendable {
  private var places: [String: LabelledExample.Source] = [:]

  package init() {}

  var count: Int { places.count }

  /// The example with an id: its own, which must be new, else `FILE:LINE` with the last part of the file's path, or the
  /// whole path where that is taken.
  mutating func insert(_ example: LabelledExample) throws(ExampleFailure) -> LabelledExample {
    var example = example
    if example.id.isEmpty {
      let (file, line) = (example.source.file, example.source.line)
      example.id = "\(file.split(separator: "/").last.map(String.init) ?? file):\(line)"
      if places[example.id] != nil { example.id = "\(file):\(line)" }
    }
    if let first = places.updateValue(example.source, forKey: example.id) {
      throw .duplicateID(example.source, id: example.id, first: first)
    }
    return example
  }
}
