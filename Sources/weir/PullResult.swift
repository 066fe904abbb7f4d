import WeirAssembly
import WeirDomain
import WeirDownload

/// What a download came to, and what to write into weir.toml.
struct PullResult {
  var outcome: Download.Outcome
  var model: ModelDescription

  /// The section that makes Weir use the file; nil where it cannot.
  private var setting: String? {
    guard case .runs(let use) = model.verdict else { return nil }
    var path = ""
    for character in outcome.path {
      if character == "\"" || character == "\\" { path += "\\" }
      path.append(character)
    }
    return "[models]\n\(use.rawValue) = \"\(path)\"\n"
  }

  /// For people.
  var text: String {
    var lines = ["\(outcome.path): \(outcome.bytes) bytes"]
    lines.append("SHA-256 \(outcome.digest) (\(outcome.isVerified ? "as published" : "not compared: give --sha256"))")
    if let architecture = model.architecture {
      let name = model.name.map { ", \($0)" } ?? ""
      let types = model.types.map { "\($0.count) \($0.name)" }.joined(separator: ", ")
      lines.append(
        "\(architecture)\(name): \(PullProgress.megabytes(Double(model.parameters))) M parameters, tensors \(types)")
    }
    switch model.verdict {
    case .runs(let use): lines.append("runs here as \(use.rawValue); write into weir.toml:\n\n\(setting ?? "")")
    case .cannotRun(let why): lines.append("this Weir cannot run it: \(why)\n")
    case .unreadable(let why): lines.append("this is no model file that Weir reads: \(why)\n")
    }
    return lines.joined(separator: "\n")
  }

  /// For machines, on one line.
  var line: String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("event", "done")
    writer.add("path", outcome.path)
    writer.add("bytes", outcome.bytes)
    writer.add("sha256", outcome.digest)
    writer.add("verified", outcome.isVerified)
    writer.add("resumed_from", outcome.resumedFrom)
    writer.add("architecture", model.architecture)
    writer.add("name", model.name)
    writer.add("parameters", model.parameters)
    writer.beginObject("tensor_types")
    for type in model.types { writer.add(type.name, type.count) }
    writer.endObject()
    switch model.verdict {
    case .runs(let use): writer.add("runs_as", use.rawValue)
    case .cannotRun(let why), .unreadable(let why): writer.add("cannot_run", why)
    }
    writer.add("setting", setting)
    writer.endObject()
    return writer.text + "\n"
  }
}
