import Foundation
import WeirFiles

@testable import WeirVectorIndex

/// A new folder for one test, removed with the value, with short ways to a page file in it.
final class PageFolder {
  let url: URL
  var path: String { url.appendingPathComponent("index.weir").path }
  var journalPath: String { path + "-journal" }

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("weir-pages-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  static func identity(_ first: UInt8 = 7, dimension: Int = 384, format: UInt32 = 1, pageBytes: Int = 4096)
    -> PageFileIdentity
  {
    PageFileIdentity(
      encoder: [first] + (1..<32).map { UInt8($0) }, dimension: dimension, format: format, pageBytes: pageBytes)
  }

  func open(
    _ identity: PageFileIdentity = PageFolder.identity(), maximumPages: Int = 4096, access: PageFile.Access = .owner,
    calls: any PageFileCalls = SystemCalls(), onDamage: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws -> PageFile {
    try PageFile.open(
      path: path, identity: identity, maximumPages: maximumPages, access: access, calls: calls, onDamage: onDamage)
  }

  func bytes() throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }
  func journalBytes() throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: journalPath))) }
  func write(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }
  func writeJournal(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(fileURLWithPath: journalPath)) }
}

extension PageFile {
  /// The eight bytes at an offset of a page's payload.
  func value(_ page: Int, _ offset: Int = 0) -> UInt64 {
    let base = page == 0 ? PageFile.rootPayloadOffset : PageFile.payloadOffset
    return unsafe self.page(page).load(fromByteOffset: base + offset, as: UInt64.self)
  }

  func set(_ value: UInt64, _ page: Int, _ offset: Int = 0) {
    markDirty(page)
    let base = page == 0 ? PageFile.rootPayloadOffset : PageFile.payloadOffset
    unsafe self.page(page).storeBytes(of: value, toByteOffset: base + offset, as: UInt64.self)
  }
}
