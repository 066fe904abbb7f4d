import Glibc

/// Removes what a test wrote.
enum FileRemoval {
  struct Failure: Error {}

  static func remove(_ path: String) throws {
    if unsafe unlink(path) != 0 { throw Failure() }
  }
}
