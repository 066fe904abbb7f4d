import Glibc

/// What is known of a region because a file is mapped behind it.
extension ByteRegion {
  /// The file that is mapped, as it was then; nil for other memory.
  package var identity: FileIdentity? { (owner as? MappedFile)?.identity }

  package var isMapped: Bool { owner is MappedFile }

  /// Says that these bytes are not needed soon: their pages leave this process and are read again when touched.
  ///
  /// Does nothing for memory that no file can fill again.
  package func releasePages() {
    guard owner is MappedFile || owner is ProgramFile else { return }
    let page = UInt(max(sysconf(Int32(_SC_PAGESIZE)), 4096))
    // Pages that reach beyond the region stay.
    let first = (start + page - 1) / page * page
    let end = (start + UInt(count)) / page * page
    guard first < end else { return }
    _ = unsafe madvise(UnsafeMutableRawPointer(bitPattern: first), Int(end - first), MADV_DONTNEED)
  }

  /// Bytes of this region that are in this process's memory, as `map` says.
  package func residentBytes(in map: MemoryMap) -> Int { map.residentBytes(of: start..<start + UInt(count)) }
}
