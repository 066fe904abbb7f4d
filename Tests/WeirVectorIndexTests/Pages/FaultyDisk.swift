import Glibc
import Synchronization
import WeirTestSupport

@testable import WeirVectorIndex

/// A disk that refuses a chosen call, and of which a power loss leaves what was synced and any part of what was not.
final class FaultyDisk: PageFileCalls {
  /// What goes wrong, counted over writes, syncs and resizes.
  struct Fault {
    var call: Int
    var code: Int32 = EIO
    /// All calls from there on, as on a full or lost disk; else that one alone.
    var lasts = true
    /// How much of a refused write arrives before.
    var arrives = 0
  }

  private struct Contents {
    var path: String
    var durable: [UInt8] = []
    var pending: [Change] = []
  }

  private enum Change {
    case write(offset: Int, bytes: [UInt8])
    case resize(Int)
  }

  private struct State {
    var calls = 0
    var fault: Fault?
    var numbers: [Int32: String] = [:]
    var files: [String: Contents] = [:]
  }

  private let state = Mutex(State())
  private let system = SystemCalls()

  var calls: Int { state.withLock { $0.calls } }

  /// Nil heals the disk.
  func set(_ fault: Fault?) {
    state.withLock { state in
      state.fault = fault
      state.calls = 0
    }
  }

  func open(_ path: String, _ flags: Int32) -> Int32 {
    let number = system.open(path, flags)
    guard number >= 0 else { return number }
    state.withLock { state in
      state.numbers[number] = path
      if state.files[path] == nil, flags & O_DIRECTORY == 0 {
        state.files[path] = Contents(path: path, durable: Self.bytes(of: number))
      }
    }
    return number
  }

  private static func bytes(of number: Int32) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Int(lseek(number, 0, SEEK_END)))
    _ = unsafe pread(number, &bytes, bytes.count, 0)
    return bytes
  }

  func read(_ file: Int32, into bytes: UnsafeMutableRawBufferPointer, at offset: Int) -> Int {
    // Short reads, as a signal may cause them.
    let part = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes.prefix(3000))
    return unsafe system.read(file, into: part, at: offset)
  }

  func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int) -> Int {
    var bytes = unsafe bytes
    if let fault = refusal() {
      guard fault.arrives > 0 else { return -Int(fault.code) }
      unsafe bytes = UnsafeRawBufferPointer(rebasing: bytes.prefix(fault.arrives))
      record(.write(offset: offset, bytes: unsafe Array(bytes)), file)
      _ = unsafe system.write(file, bytes, at: offset)
      return -Int(fault.code)
    }
    record(.write(offset: offset, bytes: unsafe Array(bytes)), file)
    return unsafe system.write(file, bytes, at: offset)
  }

  func synchronize(_ file: Int32) -> Int32 {
    if let fault = refusal() { return -fault.code }
    state.withLock { state in
      guard let path = state.numbers[file], var contents = state.files[path] else { return }
      for change in contents.pending { Self.apply(change, to: &contents.durable) }
      contents.pending = []
      state.files[path] = contents
    }
    return 0
  }

  func resize(_ file: Int32, to size: Int) -> Int32 {
    if let fault = refusal() { return -fault.code }
    record(.resize(size), file)
    return system.resize(file, to: size)
  }

  private func refusal() -> Fault? {
    state.withLock { state in
      defer { state.calls += 1 }
      guard let fault = state.fault else { return nil }
      return state.calls == fault.call || (fault.lasts && state.calls > fault.call) ? fault : nil
    }
  }

  private func record(_ change: Change, _ file: Int32) {
    state.withLock { state in
      guard let path = state.numbers[file] else { return }
      state.files[path]?.pending.append(change)
    }
  }

  private static func apply(_ change: Change, to bytes: inout [UInt8]) {
    switch change {
    case .resize(let size):
      bytes = Array(bytes.prefix(size)) + [UInt8](repeating: 0, count: max(0, size - bytes.count))
    case .write(let offset, let new):
      let end = offset + new.count
      if bytes.count < end { bytes += [UInt8](repeating: 0, count: end - bytes.count) }
      bytes.replaceSubrange(offset..<end, with: new)
    }
  }

  /// Leaves in the real files what a power loss might: everything synced, and of the rest any sectors of 512 bytes; a
  /// change of size may be lost, with what was written after it to the part that it made.
  func losePower(_ random: inout SeededRandom) throws {
    try state.withLock { state in
      for contents in state.files.values {
        var bytes = contents.durable
        let odds = Double.random(in: 0...1, using: &random)
        for change in contents.pending {
          switch change {
          // Kept in order: file systems log changes of size.
          case .resize: Self.apply(change, to: &bytes)
          case .write(let offset, let new):
            for start in stride(from: 0, to: new.count, by: 512) where Double.random(in: 0..<1, using: &random) < odds {
              let part = Array(new[start..<min(start + 512, new.count)])
              Self.apply(.write(offset: offset + start, bytes: part), to: &bytes)
            }
          }
        }
        try Self.replace(contents.path, bytes)
      }
      state.files = [:]
    }
  }

  private static func replace(_ path: String, _ bytes: [UInt8]) throws {
    let number = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    defer { close(number) }
    guard unsafe pwrite(number, bytes, bytes.count, 0) == bytes.count else {
      throw PageFileFailure.unreadable(path: path)
    }
  }
}
