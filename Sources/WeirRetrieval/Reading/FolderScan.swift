internal import WeirFiles

/// Finds the documents of some folders, with what the file system says about each; opens none of them.
struct FolderScan: Sendable {
  struct File: Sendable, Hashable {
    var path: String
    /// How citations call it: the folder's own name and the path within it.
    var name: String
    var format: DocumentFormat
    var size: Int
    /// Nanoseconds since 1970.
    var modified: Int64
  }

  private(set) var files: [File] = []
  private(set) var skipped: [SkippedFile] = []
  /// Files whose ending names no format.
  private(set) var others = 0
  private let settings: DocumentSettings

  /// Throws where one of the folders cannot be read at all: then nothing is known about its files.
  init(_ settings: DocumentSettings) throws(RetrievalFailure) {
    self.settings = settings
    for folder in settings.folders { try scan(folder) }
    // A folder inside another configured one would give its files twice.
    var seen: Set<String> = []
    files = files.filter { seen.insert($0.path).inserted }
  }

  private mutating func scan(_ root: String) throws(RetrievalFailure) {
    var root = root[...]
    while root.count > 1, root.last == "/" { root.removeLast() }
    let base = String(root.split(separator: "/").last ?? root)
    let facts: FileFacts
    do throws(FileFailure) {
      facts = try FileFacts(of: String(root), followsLinks: true)
    } catch {
      throw .folder(path: String(root), reason: error.message)
    }
    if facts.kind == .file { return try add(String(root), name: base, facts) }
    var waiting = [(path: String(root), name: base, depth: 0)]
    while let folder = waiting.popLast() {
      for name in try list(folder.path, isRoot: folder.depth == 0) where !name.hasPrefix(".") {
        let (path, shown) = ("\(folder.path)/\(name)", "\(folder.name)/\(name)")
        guard let facts = inspect(path) else { continue }
        switch facts.kind {
        case .folder where folder.depth >= settings.maxDepth: skip(path, .tooDeep)
        case .folder: waiting.append((path, shown, folder.depth + 1))
        case .file: try add(path, name: shown, facts)
        case .link: skip(path, .link)
        case .other: skip(path, .pipe)
        }
      }
    }
  }

  private mutating func add(_ path: String, name: String, _ facts: FileFacts) throws(RetrievalFailure) {
    guard let format = DocumentFormat(path: path) else {
      others += 1
      return
    }
    guard files.count < settings.maxFiles else { throw .tooManyFiles(allowed: settings.maxFiles) }
    files.append(File(path: path, name: name, format: format, size: facts.size, modified: facts.modified))
  }

  private mutating func inspect(_ path: String) -> FileFacts? {
    do throws(FileFailure) {
      return try FileFacts(of: path)
    } catch {
      skip(path, SkippedFile.Reason(error))
      return nil
    }
  }

  private mutating func list(_ path: String, isRoot: Bool) throws(RetrievalFailure) -> [String] {
    do throws(FileFailure) {
      let listing = try FolderListing(of: path, limit: settings.maxFiles * 4)
      if listing.unreadableNames > 0 { skip(path, .unreadableName) }
      return listing.names
    } catch {
      if isRoot { throw .folder(path: path, reason: error.message) }
      if case .tooManyNames = error { throw .tooManyFiles(allowed: settings.maxFiles) }
      skip(path, SkippedFile.Reason(error))
      return []
    }
  }

  private mutating func skip(_ path: String, _ reason: SkippedFile.Reason) {
    skipped.append(SkippedFile(path: path, reason: reason))
  }
}

extension SkippedFile.Reason {
  init(_ failure: FileFailure) {
    self =
      switch failure {
      case .tooLarge: .tooLarge
      case .changed: .changed
      case .missing: .gone
      case .permission: .permission
      case .notAFile: .pipe
      // A file that became a symbolic link since it was found (ELOOP), or a disk that fails.
      default: .permission
      }
  }
}
