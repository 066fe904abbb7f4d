package import WeirDownload
internal import FoundationEssentials
internal import WeirDomain
internal import WeirFiles
internal import WeirHTTP

/// Brings a model file here from a URL: where it goes, and the download with the system's network, disk and clock.
package enum ModelPull {
  /// The file to write: `output` itself, or the source's name in it where it is a folder; without it, in `folder`.
  ///
  /// Folders that are missing are created for this user alone.
  package static func target(of source: DownloadSource, output: String?, folder: String) throws -> String {
    var path = output ?? folder + "/"
    if isFolder(path) || path.hasSuffix("/") {
      while path.hasSuffix("/"), path != "/" { path.removeLast() }
      path += "/" + source.fileName
    }
    let url = URL(fileURLWithPath: path)
    let parent = url.deletingLastPathComponent()
    if !isFolder(parent.path) {
      try FileManager.default.createDirectory(
        at: parent, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }
    return url.path
  }

  private static func isFolder(_ path: String) -> Bool {
    (try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType) == .typeDirectory
      || (try? FileManager.default.contentsOfDirectory(atPath: path)) != nil
  }

  /// Downloads the file and writes its digest beside it, as `sha256sum --check` reads it.
  package static func run(
    _ source: DownloadSource, to target: String, options: Download.Options,
    report: @escaping @Sendable (Download.Event) -> Void
  ) async throws -> Download.Outcome {
    let client = try HTTPClient(HTTPClientConfiguration(pooledConnections: 2))
    let download = Download(
      source, to: target, options: options,
      surroundings: .init(
        client: client, freeSpace: { try? DiskSpace.free(at: $0) }, sleep: { try await Task.sleep(for: $0) },
        draw: { .random(in: 0..<1) }))
    let outcome = try await download.run(report: report)
    await client.shutdown()
    let name = target.split(separator: "/").last ?? ""
    try AtomicFile.write(Array("\(outcome.digest)  \(name)\n".utf8), to: target + ".sha256", mode: 0o644)
    return outcome
  }
}
