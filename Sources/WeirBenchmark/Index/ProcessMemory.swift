internal import WeirDomain
internal import WeirFiles

/// What of this process is in memory: all of it, what it wrote, and pages of files that are as on disk.
struct ProcessMemory {
  var resident: Int
  var anonymous: Int
  var file: Int

  static var now: ProcessMemory {
    ProcessMemory(
      resident: MemoryMap.status("VmRSS") ?? 0, anonymous: MemoryMap.status("RssAnon") ?? 0,
      file: MemoryMap.status("RssFile") ?? 0)
  }

  static func - (later: ProcessMemory, earlier: ProcessMemory) -> ProcessMemory {
    ProcessMemory(
      resident: later.resident - earlier.resident, anonymous: later.anonymous - earlier.anonymous,
      file: later.file - earlier.file)
  }

  /// In mebibytes.
  func add(_ name: String, to writer: inout JSONWriter) {
    writer.beginObject(name)
    for (key, bytes) in [("rss", resident), ("anon", anonymous), ("file", file)] {
      writer.add(key, Double(bytes) / 1_048_576, decimals: 2)
    }
    writer.endObject()
  }
}
