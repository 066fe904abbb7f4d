import ArgumentParser
import WeirAssembly
import WeirCache
import WeirDomain
import WeirFiles

/// `weir cache verify`: is what is stored in order.
struct CacheVerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Checks the database, every entry and vector, the totals, and the index against them.",
    discussion: """
      Nothing but the index is changed: it takes in what it lacks first. Where another process owns the index, the rest is \
      checked. Exit status: 0 all is well, 1 something is wrong; what to do then stands under it.
      """)

  @OptionGroup var node: NodeOptions

  @Flag(help: "One JSON object.")
  var json = false

  func run() async throws {
    try await ProcessExit.reporting {
      let rows = try CacheRows(node.load(), withEncoder: true, withIndex: true)
      if let notice = rows.cache.indexNotice {
        _ = try? OutputFile(descriptor: 2, name: "standard error").write("weir: the index is not checked: \(notice)\n")
      }
      let audit = try rows.cache.audit(
        index: { _ in try rows.cache.indexProblems() }, at: Timestamp(milliseconds: SystemClock.utcMilliseconds))
      _ = try OutputFile(descriptor: 1, name: "standard output").write(json ? line(audit) : table(audit))
      try rows.close()
      if !audit.isSound { throw ProcessExit.someNotAnswered }
    }
  }

  private func table(_ audit: ResponseCache.Audit) -> String {
    var rows = ["\(audit.entries) entries, \(audit.vectors) vectors, \(audit.tags) tags read"]
    rows += audit.findings
    if audit.isSound {
      rows.append("all is well")
    } else {
      rows.append("\(audit.count) things are wrong")
      rows.append(
        "stop other weir processes and try again; then delete broken entries with weir cache purge --id N, or save what "
          + "is sound with weir cache export and start with a new state folder")
    }
    return rows.joined(separator: "\n") + "\n"
  }

  private func line(_ audit: ResponseCache.Audit) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("sound", audit.isSound)
    writer.add("entries", audit.entries)
    writer.add("vectors", audit.vectors)
    writer.add("tags", audit.tags)
    writer.add("count", audit.count)
    writer.beginArray("findings")
    for finding in audit.findings { writer.add(nil, finding) }
    writer.endArray()
    writer.endObject()
    return writer.text + "\n"
  }
}

/// `weir cache compact`: room back for the file system.
struct CacheCompactCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compact",
    abstract: "Deletes what is expired or over the budget, and gives the database's free room back to the disk.",
    discussion: """
      The database is written anew: twice its bytes must be free meanwhile. Requests of a running weir wait until it is \
      done, or fail when it takes more than five seconds: do it at a quiet hour.
      """)

  @OptionGroup var node: NodeOptions

  @Flag(help: "One JSON object.")
  var json = false

  func run() async throws {
    try await ProcessExit.reporting {
      let rows = try CacheRows(node.load())
      let done = try rows.cache.compact(
        trimsLog: rows.files().index == 0, freeBytes: rows.freeBytes(),
        at: Timestamp(milliseconds: SystemClock.utcMilliseconds))
      var writer = JSONWriter()
      writer.beginObject()
      writer.add("expired", done.expired)
      writer.add("evicted", done.evicted)
      writer.add("judged", done.evidence)
      writer.add("changes", done.changes)
      writer.add("bytes_before", done.bytesBefore)
      writer.add("bytes_after", done.bytesAfter)
      writer.endObject()
      _ = try OutputFile(descriptor: 1, name: "standard output").write(
        json
          ? writer.text + "\n"
          : "\(done.expired) expired entries deleted, \(done.evicted) evicted for the budget; the database has \(CacheText.bytes(done.bytesAfter)), it had "
            + "\(CacheText.bytes(done.bytesBefore))\n")
      try rows.close()
    }
  }
}
