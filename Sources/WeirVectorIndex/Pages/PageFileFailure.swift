package import WeirDomain
package import WeirFiles

/// Why a page file cannot be opened or changed.
package enum PageFileFailure: WeirFailure, Equatable {
  /// Another process owns the file; `holder` is its id where known.
  case inUse(path: String, holder: Int32?)
  /// The file was opened for reading alone.
  case readOnly(path: String)
  /// There is no sound file to read, and none may be made.
  case unreadable(path: String)
  /// `pages` would be more than the `allowed` ones.
  case full(path: String, pages: Int, allowed: Int)
  /// A page that is needed for a change is damaged.
  case damaged(path: String, page: Int)
  /// No address space or memory for `bytes`.
  case memory(path: String, bytes: Int, code: Int32)
  /// The system maps files in larger units than the file's pages.
  case pageBytes(found: Int, system: Int)
  /// The operating system refused.
  case file(FileFailure)

  package var kind: FailureKind { .badState }

  package var message: String {
    switch self {
    case .inUse(let path, let holder):
      "the index \(path) belongs to \(holder.map { "process \($0)" } ?? "another process"): "
        + "stop it or use another state folder"
    case .readOnly(let path):
      "the index \(path) was opened for reading and cannot be changed: make its folder writable and start again"
    case .unreadable(let path):
      "there is no sound index at \(path) to read, and its folder is not writable: make it writable and start again"
    case .full(let path, let pages, let allowed):
      "the index \(path) would have \(pages) pages, \(allowed) are allowed: raise the limit of the cache's index"
    case .damaged(let path, let page):
      "page \(page) of the index \(path) is damaged: it will be rebuilt; check the disk if this happens again"
    case .memory(let path, let bytes, let code):
      "no address space for the \(bytes) bytes of the index \(path) (errno \(code)): "
        + "lower the limit of the cache's index, or raise the limit of virtual memory (ulimit -v)"
    case .pageBytes(let found, let system):
      "an index in pages of \(found) bytes cannot be mapped on a system with pages of \(system): use larger pages"
    case .file(let failure):
      failure.message
    }
  }
}
