import Foundation
import WeirDomain
import WeirVectorIndex

/// What the pages hold after a number of steps: a number for each page, all drawn from the step's.
struct PagesModel: Equatable {
  private(set) var pages: [UInt64] = [0]
  static let identity = PageFileIdentity(encoder: [UInt8](repeating: 3, count: 32), dimension: 8, format: 1)
  static let maximumPages = 600

  static func path(_ folder: URL) -> String { folder.appendingPathComponent("pages.weir").path }

  /// What a step changes: pages that are added, then numbers that are set; the first page holds the step.
  static func changes(_ step: UInt64, pageCount: Int) -> (added: Int, values: [(page: Int, value: UInt64)]) {
    var random = SplitMix64(seed: step)
    let room = maximumPages - pageCount
    let added = random.next() % 3 == 0 ? min(room, Int.random(in: 1...5, using: &random)) : 0
    let values = (0..<Int.random(in: 1...20, using: &random)).map { _ in
      (page: Int.random(in: 1..<max(2, pageCount + added), using: &random), value: random.next())
    }
    return (added, pageCount + added < 2 ? [] : values)
  }

  mutating func apply(_ step: UInt64) {
    let (added, values) = Self.changes(step, pageCount: pages.count)
    pages += [UInt64](repeating: 0, count: added)
    for (page, value) in values { pages[page] = value }
    pages[0] = step
  }

  mutating func advance(to step: UInt64) {
    while pages[0] < step { apply(pages[0] + 1) }
  }
}

/// The process that is killed: a checkpoint for each step.
struct PagesWork {
  let folder: URL

  func run(seed: UInt64) throws {
    let file = try PageFile.open(
      path: PagesModel.path(folder), identity: PagesModel.identity, maximumPages: PagesModel.maximumPages)
    var step = file.words(0).0
    while true {
      step += 1
      let (added, values) = PagesModel.changes(step, pageCount: file.pageCount)
      if added > 0 { _ = try file.append(added) }
      for (page, value) in values { file.setWords(value, page) }
      file.setWords(step, 0)
      try file.checkpoint()
      say("\(step)")
    }
  }
}

extension PageFile {
  private func offset(_ page: Int) -> Int { page == 0 ? PageFile.rootPayloadOffset : PageFile.payloadOffset }

  /// The first and the last word of a page's own bytes.
  func words(_ page: Int) -> (UInt64, UInt64) {
    let start = unsafe self.page(page)
    return unsafe (start.load(fromByteOffset: offset(page), as: UInt64.self), start.load(fromByteOffset: 4088, as: UInt64.self))
  }

  func setWords(_ value: UInt64, _ page: Int) {
    markDirty(page)
    let start = unsafe self.page(page)
    unsafe start.storeBytes(of: value, toByteOffset: offset(page), as: UInt64.self)
    unsafe start.storeBytes(of: value, toByteOffset: 4088, as: UInt64.self)
  }
}

/// After a kill: all pages are whole and of one step, the last acknowledged one or the next.
struct PagesCheck: StateCheck {
  private let folder: URL
  private var model = PagesModel()
  private var replayed = 0

  init(folder: URL) { self.folder = folder }

  var summary: String { "\(model.pages[0]) checkpoints, \(replayed) of them completed by their journals" }

  mutating func check(_ lines: [String]) throws {
    let before = model.pages[0]
    let acknowledged = max(before, lines.last.flatMap { UInt64($0) } ?? 0)
    let path = PagesModel.path(folder)
    guard FileManager.default.fileExists(atPath: path) || !lines.isEmpty else { return }
    let journal = (try? FileManager.default.attributesOfItem(atPath: path + "-journal")[.size] as? Int) ?? 0
    let file = try PageFile.open(path: path, identity: PagesModel.identity, maximumPages: PagesModel.maximumPages)
    guard file.start == .continued || (before == 0 && lines.isEmpty) else { throw Broken(what: "began as \(file.start)") }
    let step = file.words(0).0
    guard step == acknowledged || step == acknowledged + 1 else {
      throw Broken(what: "step \(acknowledged) was acknowledged, \(step) is there")
    }
    if step > acknowledged, journal > 0 { replayed += 1 }
    model.advance(to: step)
    guard file.pageCount == model.pages.count else {
      throw Broken(what: "\(file.pageCount) pages at step \(step), \(model.pages.count) expected")
    }
    for (page, value) in model.pages.enumerated() {
      let found = file.words(page)
      guard file.isSound(page), found == (value, value) else { throw Broken(what: "page \(page) differs at step \(step)") }
    }
  }
}
