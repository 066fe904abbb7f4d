import WeirFiles
import WeirModelFiles

/// A fixture's file with some of its metadata or tensors changed, in memory.
struct AlteredModel {
  var strings: [String: String] = [:]
  var integers: [String: UInt32] = [:]
  var floats: [String: Float] = [:]
  var stringLists: [String: [String]] = [:]
  var floatLists: [String: [Float]] = [:]
  var removedKeys: Set<String> = []
  var removedTensors: Set<String> = []
  /// Added as F32 tensors of one row.
  var addedTensors: [String: [Float]] = [:]
  /// Written instead of the tensor's own values, in F32.
  var replacedTensors: [String: [Float]] = [:]

  func file(_ fixture: String) throws -> GGUFFile {
    let original = try GGUFFile(path: References.fixture("\(fixture).gguf"))
    var writer = GGUFWriter(architecture: try strings["general.architecture"] ?? original.architecture)
    let changed = Set(strings.keys).union(integers.keys).union(floats.keys).union(removedKeys)
    for key in original.keys where key != "general.architecture" && !changed.contains(key) {
      switch original.value(key) {
      case .unsigned(let number): writer.set(key, UInt32(number))
      case .signed(let number): writer.set(key, UInt32(number))
      case .float(let number): writer.set(key, Float(number))
      case .bool(let flag): writer.set(key, flag)
      case .string(let bytes): writer.set(key, bytes.text ?? "")
      case .array(let array):
        if let texts = array.strings { writer.set(key, texts) }
        if let numbers = array.integers { writer.set(key, numbers.map(Int32.init)) }
        if let numbers = array.floats { writer.set(key, numbers) }
      case nil: break
      }
    }
    for (key, value) in strings where key != "general.architecture" { writer.set(key, value) }
    for (key, value) in integers { writer.set(key, value) }
    for (key, value) in floats { writer.set(key, value) }
    for (key, value) in stringLists { writer.set(key, value) }
    for (key, value) in floatLists { writer.set(key, value) }
    for tensor in original.tensors where !removedTensors.contains(tensor.name) {
      if let values = replacedTensors[tensor.name] {
        writer.addTensor(tensor.name, shape: tensor.shape, floats: values)
      } else {
        writer.addTensor(
          tensor.name, type: try tensor.type(), shape: tensor.shape, bytes: try tensor.region().array)
      }
    }
    for (name, values) in addedTensors { writer.addTensor(name, shape: [values.count], floats: values) }
    return try GGUFFile(ByteRegion(name: fixture, copying: writer.bytes()))
  }
}
