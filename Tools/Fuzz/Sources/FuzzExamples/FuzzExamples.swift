import FuzzDriver
import Glibc
import WeirDomain
import WeirEvaluation

/// One input of libFuzzer: a file of labelled examples, read as CSV or JSON lines by its first byte.
///
/// Besides what the sanitizers and traps find, a broken promise traps: empty or repeated names, values outside their
/// ranges, a refusal that says nothing, and examples that do not read back the same once written as JSON lines or CSV.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count > 0 else { return 0 }
  let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
  var options = ExampleReader.Options()
  options.format = bytes[0] & 1 == 0 ? .csv : .jsonl
  options.ignoresUnknown = bytes[0] & 2 != 0
  options.maximumTextBytes = 2000
  options.maximumLineBytes = 4000
  guard let examples = read(Array(bytes.dropFirst()), options) else { return 0 }
  check(examples)
  options.ignoresUnknown = false
  options.maximumLineBytes = 1 << 20
  options.format = .jsonl
  let plain = withoutPlaces(examples)
  precondition(read(lines(of: examples), options).map(withoutPlaces) == plain, "JSON lines differ.")
  options.format = .csv
  precondition(read(table(of: examples), options).map(withoutPlaces) == plain, "The CSV file differs.")
  return 0
}

private func check(_ examples: [LabelledExample]) {
  precondition(Set(examples.map(\.id)).count == examples.count, "An id is there twice.")
  for example in examples {
    precondition(!example.text.isEmpty && example.text.utf8.count <= 2000, "A text is empty or too long.")
    precondition(!example.intent.isEmpty && !example.intent.contains("\n"), "An intent is no name.")
    precondition(example.complexity.map { (0...1).contains($0) } ?? true, "A complexity is out of its range.")
    precondition(example.weight.map { $0 > 0 && $0 <= 1e6 } ?? true, "A weight is out of its range.")
    precondition(example.source.line > 0, "An example stands nowhere.")
  }
}

/// Nil where the file is refused.
private func read(_ bytes: [UInt8], _ options: ExampleReader.Options) -> [LabelledExample]? {
  guard ftruncate(scratch, 0) == 0, unsafe pwrite(scratch, bytes, bytes.count, 0) == bytes.count else {
    preconditionFailure("the memory file cannot be written")
  }
  do throws(ExampleFailure) {
    return try ExampleReader.read(paths: ["/proc/self/fd/\(scratch)"], options: options)
  } catch {
    precondition(!error.message.isEmpty, "A refusal says nothing.")
    return nil
  }
}

/// A file without a name, which ends with the process.
private let scratch = unsafe fileno(tmpfile())

private func withoutPlaces(_ examples: [LabelledExample]) -> [LabelledExample] {
  examples.map { example in
    var example = example
    example.source = .init(file: "", line: 0)
    return example
  }
}

private func lines(of examples: [LabelledExample]) -> [UInt8] {
  examples.flatMap { example in
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("id", example.id)
    writer.add("prompt", example.text)
    writer.add("label", example.intent)
    writer.add("weight", example.weight)
    writer.add("split", example.split?.rawValue)
    for (name, tier) in tiers { writer.add(name, example.sufficiency[tier]) }
    writer.add("complexity", example.complexity)
    writer.endObject()
    return Array(writer.text.utf8) + [10]
  }
}

/// The fields that say how good a tier's answer was.
private let tiers: [(name: String, tier: Tier)] = [
  ("sufficient", .generator), ("sufficient_economy", .economy), ("sufficient_standard", .standard),
  ("sufficient_premium", .premium),
]

private func table(of examples: [LabelledExample]) -> [UInt8] {
  var text = "id,text,intent,weight,split,complexity,\(tiers.map(\.name).joined(separator: ","))\r\n"
  for example in examples {
    let fields =
      [
        example.id, example.text, example.intent, example.weight.map { "\($0)" } ?? "", example.split?.rawValue ?? "",
        example.complexity.map { "\($0)" } ?? "",
      ] + tiers.map { example.sufficiency[$0.tier].map { "\($0)" } ?? "" }
    text += fields.map(quoted).joined(separator: ",") + "\r\n"
  }
  return Array(text.utf8)
}

private func quoted(_ field: String) -> String {
  var result = String.UnicodeScalarView("\"".unicodeScalars)
  for scalar in field.unicodeScalars {
    result.append(scalar)
    if scalar == "\"" { result.append(scalar) }
  }
  result.append("\"")
  return String(result)
}

@main
struct FuzzExamples {
  static func main() { unsafe fuzz(fuzzOneInput) }
}
