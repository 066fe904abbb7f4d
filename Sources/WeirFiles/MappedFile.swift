import Glibc

/// A whole file mapped read-only; unmapped when the last region that looks at it is gone.
///
/// The mapping follows the file: it must not be shortened in place while mapped (the kernel answers with SIGBUS).
/// Weir replaces files by rename, which leaves old mappings whole.
@safe
final class MappedFile: Sendable {
  let start: UInt
  let count: Int
  /// Of the file when it was mapped.
  let identity: FileIdentity

  init(path: String) throws(FileFailure) {
    // O_NONBLOCK so that a pipe without a writer is refused instead of waited for.
    let file = try FileDescriptor(path: path, flags: O_RDONLY | O_NONBLOCK)
    let size = try file.regularFileSize()
    if size == 0 { throw .empty(path: path) }
    identity = try file.identity()
    guard let base = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, file.number, 0), unsafe base != MAP_FAILED else {
      throw FileDescriptor.failure(path, "map", errno)
    }
    start = UInt(bitPattern: base)
    count = size
  }

  deinit { unsafe munmap(UnsafeMutableRawPointer(bitPattern: start), count) }
}

/// A heap copy with the same life as a mapping: regions made from an array.
@safe
final class HeapBytes: Sendable {
  let start: UInt
  let count: Int

  init(_ bytes: [UInt8]) {
    // 64-byte aligned, as the parts of a mapped model are.
    let space = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes.count, 1), alignment: 64)
    unsafe space.copyBytes(from: bytes)
    start = UInt(bitPattern: space.baseAddress)
    count = bytes.count
  }

  deinit { unsafe UnsafeMutableRawPointer(bitPattern: start)?.deallocate() }
}

/// The owner of constants in the program's own file.
final class ProgramFile: Sendable {}
