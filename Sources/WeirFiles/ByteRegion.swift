/// Read-only bytes that stay where they are: a mapped file, memory inside the binary, or a copy of an array.
///
/// A value is three words; slices share the owner, which keeps the bytes alive. Every slice is checked against the
/// region it is taken from, so no access leaves the file. `name` is what an error calls the bytes.
@safe
package struct ByteRegion: Sendable {
  package let name: String
  package let count: Int
  /// Address of the first byte; kept as a number because it is only turned into a pointer inside the closures.
  let start: UInt
  let owner: (any AnyObject & Sendable)?

  /// Maps the file at `path`; refuses what is missing, unreadable, empty or not a regular file.
  package init(path: String) throws(FileFailure) {
    let file = try MappedFile(path: path)
    self.init(name: path, start: file.start, count: file.count, owner: file)
  }

  /// Bytes that live as long as the process, such as a model inside the binary.
  ///
  /// `count` bytes at `bytes` must be readable and never change. `isInFile` says that they are constants of the program:
  /// pages of its file, which the kernel can read again.
  @unsafe
  package init(name: String, staticBytes bytes: UnsafeRawPointer, count: Int, isInFile: Bool = false) {
    precondition(count >= 0, "A region cannot have a negative length.")
    self.init(name: name, start: UInt(bitPattern: bytes), count: count, owner: isInFile ? ProgramFile() : nil)
  }

  /// A copy of `bytes`.
  package init(name: String, copying bytes: [UInt8]) {
    let copy = HeapBytes(bytes)
    self.init(name: name, start: copy.start, count: copy.count, owner: copy)
  }

  private init(name: String, start: UInt, count: Int, owner: (any AnyObject & Sendable)?) {
    self.name = name
    self.start = start
    self.count = count
    self.owner = owner
  }

  /// The `count` bytes at `offset`; throws `truncated` where the region does not have them.
  package func slice(at offset: Int, count wanted: Int) throws(FileFailure) -> ByteRegion {
    guard offset >= 0, wanted >= 0, offset <= count, wanted <= count - offset else {
      throw .truncated(
        name: name, offset: offset, wanted: UInt64(max(wanted, 0)), available: max(count - max(offset, 0), 0))
    }
    return ByteRegion(name: name, start: start + UInt(offset), count: wanted, owner: owner)
  }

  /// Runs `body` on the bytes; the pointer must not be kept unless the region is kept too.
  package func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let result = try unsafe body(UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: start), count: count))
    extendLifetime(owner)
    return result
  }

  /// Runs `body` on a span of the bytes, which the compiler keeps from leaving it.
  package func withSpan<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe withUnsafeBytes { (bytes) throws(Failure) in try unsafe body(bytes.bytes) }
  }

  /// The bytes as an array: a copy.
  package var array: [UInt8] { unsafe withUnsafeBytes { unsafe [UInt8]($0) } }

  /// The bytes as text, or nil where they are not UTF-8.
  package var text: String? { unsafe withUnsafeBytes { unsafe String(validating: $0, as: UTF8.self) } }
}
