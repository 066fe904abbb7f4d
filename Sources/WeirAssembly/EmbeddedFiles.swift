internal import CWeirBundle
internal import WeirFiles

/// The files inside the binary: the default bundle and the price list.
enum EmbeddedFiles {
  /// The bytes of an embedded file; nil where there is none of that name.
  // unsafe because the array comes from C: static, constant, with the compiler's own counts.
  static func region(named name: String) -> ByteRegion? {
    var count = 0
    let files = unsafe UnsafeBufferPointer(start: weir_embedded_files(&count), count: count)
    for index in files.indices {
      let file = unsafe files[index]
      guard unsafe String(cString: file.name) == name else { continue }
      return unsafe ByteRegion(
        name: "built-in \(name)", staticBytes: UnsafeRawPointer(file.bytes), count: file.size, isInFile: true)
    }
    return nil
  }
}
