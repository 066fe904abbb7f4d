import FuzzDriver
import Glibc
import Synchronization
@testable import WeirVectorIndex

/// One input of libFuzzer: changes to the file of a small index, which is then opened, searched, changed and saved.
///
/// The first byte chooses: bit 0, changes keep the checksums right, as a forger would, else they are damage; bit 1, the
/// journal of an interrupted checkpoint lies beside the file, and every second change is made to it; bit 2, the file is
/// cut. Then changes of eight bytes each: page, offset (2), bytes (1, 2 or 4), number.
///
/// Besides what the sanitizers and traps find, a broken promise traps: a match that is no match, an error that says
/// nothing, and damage after which an index that was saved is not continued.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count > 2 else { return 0 }
  let input = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
  let isForged = input[0] & 1 != 0
  var (file, journal) = (template.file, input[0] & 2 != 0 ? template.journal : [])
  if input[0] & 4 != 0 { file.removeLast(min(file.count, Int(input[1]) * 173)) }
  let changes = stride(from: 2, to: count - 7, by: 8).map { Change(input[$0..<$0 + 8]) }
  if !isForged {
    for (number, change) in changes.enumerated() {
      if number % 2 == 1, !journal.isEmpty { change.apply(to: &journal) } else { change.apply(to: &file) }
    }
  }
  write(file, indexPath)
  write(journal, indexPath + "-journal")
  if isForged { forge(changes) }
  use(isForged: isForged)
  return 0
}

/// A few bytes somewhere.
private struct Change {
  var (page, offset, bytes) = (0, 0, [UInt8]())

  init(_ input: ArraySlice<UInt8>) {
    let input = Array(input)
    page = Int(input[0])
    offset = Int(input[1]) | Int(input[2]) << 8
    bytes = Array(input[4..<4 + [1, 2, 4, 4][Int(input[3] & 3)]])
  }

  func apply(to file: inout [UInt8]) {
    for (index, byte) in bytes.enumerated() where !file.isEmpty {
      file[(page * template.identity.pageBytes + offset + index) % file.count] = byte
    }
  }
}

/// Makes the changes through the page file, whose checkpoint then vouches for them.
private func forge(_ changes: [Change]) {
  guard let file = try? PageFile.open(path: indexPath, identity: template.identity, maximumPages: maximumPages),
    file.start == .continued
  else { return }
  for change in changes {
    let page = change.page % file.pageCount
    let first = page == 0 ? PageFile.rootPayloadOffset : 48
    guard file.markDirty(page) else { continue }
    for (index, byte) in change.bytes.enumerated() {
      let offset = first + (change.offset + index) % (template.identity.pageBytes - first)
      unsafe file.page(page).storeBytes(of: byte, toByteOffset: offset, as: UInt8.self)
    }
  }
  try? file.checkpoint()
}

// MARK: The index

private let dimension = 8
private let maximumPages = 600

/// In memory where the system has such a file system.
private let folder: String = {
  var name = Array("\(unsafe access("/dev/shm", W_OK) == 0 ? "/dev/shm" : ".build")/weir-fuzz-XXXXXX".utf8CString)
  guard unsafe mkdtemp(&name) != nil else { preconditionFailure("no folder can be made") }
  return String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}()
private let indexPath = folder + "/index.weir"

private func write(_ bytes: [UInt8], _ path: String) {
  let number = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  guard number >= 0, unsafe pwrite(number, bytes, bytes.count, 0) == bytes.count else {
    preconditionFailure("\(path) cannot be written")
  }
  close(number)
}

private func read(_ path: String) -> [UInt8] {
  let number = unsafe open(path, O_RDONLY)
  defer { close(number) }
  var bytes = [UInt8](repeating: 0, count: max(0, Int(lseek(number, 0, SEEK_END))))
  guard unsafe pread(number, &bytes, bytes.count, 0) == bytes.count else { preconditionFailure("\(path) ends early") }
  return bytes
}

private func openIndex() throws -> GraphIndex {
  var options = GraphOptions()
  options.scanLimit = 12
  options.constructionWidth = 16
  options.searchWidth = 16
  return try GraphIndex(
    path: indexPath, fingerprint: [UInt8](repeating: 7, count: 32), dimension: dimension,
    maximumBytes: maximumPages * template.identity.pageBytes, options: options, seed: 5)
}

private func vector(_ id: Int64) -> [Float] {
  let values = (0..<dimension).map { Float((id &* 7919 &+ Int64($0) &* 104_729) % 201 - 100) + 0.5 }
  let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  return values.map { $0 / length }
}

private func partition(_ id: Int64) -> PartitionKey { PartitionKey([UInt8(id % 3)]) }

/// The file of an index with forty vectors, some of them removed, and the journal of its last checkpoint.
private let template: (identity: PageFileIdentity, file: [UInt8], journal: [UInt8]) = {
  // The page's size is the index's own affair: the file tells it, at the place that it has in every such file.
  let probe = folder + "/probe.weir"
  do {
    let index = try GraphIndex(
      path: probe, fingerprint: [UInt8](repeating: 7, count: 32), dimension: dimension, maximumBytes: 1 << 22, seed: 5)
    for id in 1...60 as ClosedRange<Int64> {
      try index.insert(id, partition: PartitionKey([id < 46 ? 0 : UInt8(id % 3)]), vector: vector(id))
    }
    try index.checkpoint()
    for id in stride(from: 1, to: 60, by: 5) as StrideTo<Int64> { try index.remove(id) }
    try index.checkpoint()
  } catch {
    preconditionFailure("the index to begin with: \(error)")
  }
  let bytes = read(probe)
  func number(_ offset: Int) -> UInt32 { (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << (8 * UInt32($1)) } }
  let identity = PageFileIdentity(
    encoder: [UInt8](repeating: 7, count: 32), dimension: dimension, format: number(76), pageBytes: Int(number(68)))
  return (identity, bytes, interruptedJournal(identity, bytes))
}()

/// The journal of a checkpoint of all pages whose first write into the file was refused.
private func interruptedJournal(_ identity: PageFileIdentity, _ bytes: [UInt8]) -> [UInt8] {
  let path = folder + "/journal.weir"
  write(bytes, path)
  let calls = RefusingCalls(path: path)
  do {
    let file = try PageFile.open(
      path: path, identity: identity, maximumPages: maximumPages, access: .owner, calls: calls)
    for page in 0..<file.pageCount { file.markDirty(page) }
    calls.refuses.store(true, ordering: .relaxed)
    try file.checkpoint()
  } catch {
    return read(path + "-journal")
  }
  preconditionFailure("the checkpoint was not interrupted")
}

/// The system, which at some time writes no more into one file.
private final class RefusingCalls: PageFileCalls {
  let refuses = Atomic(false)
  private let path: String
  private let refused = Atomic<Int32>(-1)
  private let system = SystemCalls()

  init(path: String) { self.path = path }

  func open(_ path: String, _ flags: Int32) -> Int32 {
    let number = system.open(path, flags)
    if path == self.path { refused.store(number, ordering: .relaxed) }
    return number
  }

  func read(_ file: Int32, into bytes: UnsafeMutableRawBufferPointer, at offset: Int) -> Int {
    unsafe system.read(file, into: bytes, at: offset)
  }

  func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int) -> Int {
    if file == refused.load(ordering: .relaxed), refuses.load(ordering: .relaxed) { return -Int(EIO) }
    return unsafe system.write(file, bytes, at: offset)
  }

  func synchronize(_ file: Int32) -> Int32 { system.synchronize(file) }
  func resize(_ file: Int32, to size: Int) -> Int32 { system.resize(file, to: size) }
}

private func use(isForged: Bool) {
  do {
    var saved = 0
    do {
      let index = try openIndex()
      search(index)
      _ = index.brokenInvariants()
      for id in 10...14 as ClosedRange<Int64> { _ = try? index.remove(id) }
      for id in 100...106 as ClosedRange<Int64> { _ = try? index.insert(id, partition: partition(id), vector: vector(id)) }
      search(index)
      _ = try? index.sweepNow()
      search(index)
      try index.checkpoint()
      saved = index.count
    }
    let index = try openIndex()
    precondition(index.start == .continued && index.count == saved, "What was saved is not continued.")
    search(index)
  } catch let error as PageFileFailure {
    precondition(error.message.count > 20, "A refusal says nothing.")
  } catch {
    preconditionFailure("\(error)")
  }
}

private func search(_ index: GraphIndex) {
  for id in [2, 50, 101] as [Int64] {
    for key in 0..<3 as Range<UInt8> {
      guard let matches = try? index.search(partition: PartitionKey([key]), query: vector(id), count: 5) else { continue }
      precondition(matches.count <= 5, "More was found than asked for.")
      for match in matches {
        precondition(match.id > 0 && abs(match.similarity) <= 1, "A match is none.")
      }
    }
  }
}

@main
struct FuzzIndex {
  static func main() { unsafe fuzz(fuzzOneInput) }
}
