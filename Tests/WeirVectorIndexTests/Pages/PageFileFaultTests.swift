import Foundation
import Glibc
import Testing
import WeirTestSupport

@testable import WeirVectorIndex

/// Random changes against an array, with something going wrong at every call once: what is found afterwards is the state
/// of a checkpoint, the last acknowledged one or the one that was under way.
@Suite struct PageFileFaultTests {
  /// What a page file is supposed to hold: a number for each page.
  typealias Model = [UInt64]

  private func change(_ file: PageFile, _ model: inout Model, _ random: inout SeededRandom) throws {
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      if Int.random(in: 0..<3, using: &random) == 0 {
        let added = Int.random(in: 1...3, using: &random)
        #expect(try file.append(added) == model.count)
        model += [UInt64](repeating: 0, count: added)
      }
      let (page, value) = (Int.random(in: 0..<model.count, using: &random), random.next())
      if page > 0, value % 7 == 0 { file.reset(page) }
      file.set(value, page)
      file.set(value, page, 3000)
      model[page] = value
    }
  }

  private func contents(_ file: PageFile) -> Model? {
    var model: Model = []
    for page in 0..<file.pageCount {
      guard file.isSound(page), file.value(page) == file.value(page, 3000) else { return nil }
      model.append(file.value(page))
    }
    return model
  }

  private enum Ending: CaseIterable { case refusal, kill, powerLoss }

  @Test(arguments: 0..<6 as Range<UInt64>) func `what fails at any call leaves a whole checkpoint`(seed: UInt64) throws
  {
    for ending in Ending.allCases {
      var (call, isOver) = (0, false)
      while !isOver {
        var random = SeededRandom(seed: seed)
        isOver = try !run(ending, call, &random)
        call += 1
      }
      #expect(call > 7, "a checkpoint has at least that many calls to fail at")
    }
  }

  /// False when there were fewer calls.
  private func run(_ ending: Ending, _ call: Int, _ random: inout SeededRandom) throws -> Bool {
    let (folder, disk) = (try PageFolder(), FaultyDisk())
    var model: Model = [0]
    var durable: [Model] = []
    var (failed, isReached) = (false, false)
    do {
      let file = try folder.open(calls: disk)
      for _ in 0..<2 {
        try change(file, &model, &random)
        try file.checkpoint()
      }
      durable = [model]
      try change(file, &model, &random)
      disk.set(
        FaultyDisk.Fault(
          call: call, code: Bool.random(using: &random) ? ENOSPC : EIO, lasts: ending != .refusal,
          arrives: Int.random(in: 0...9000, using: &random)))
      do { try file.checkpoint() } catch { failed = true }
      isReached = disk.calls > call
      if !failed { durable = [] }
      durable.append(model)
      #expect(contents(file) == model, "memory is what it was")
      if ending == .refusal {
        disk.set(nil)
        try change(file, &model, &random)
        try file.checkpoint()
        durable = [model]
        #expect(contents(file) == model)
      }
    }
    if ending == .powerLoss { try disk.losePower(&random) }
    for _ in 0..<2 {
      let file = try folder.open()
      #expect(file.start == .continued, "\(ending) at call \(call)")
      let found = contents(file)
      #expect(found.map { durable.contains($0) } == true, "\(ending) at call \(call)")
      // What is found is what stays.
      if let found { durable = [found] }
      #expect(try folder.journalBytes().isEmpty)
    }
    return isReached
  }

  @Test func `power is lost while recovering from a power loss`() throws {
    for seed in 0..<60 as Range<UInt64> {
      var random = SeededRandom(seed: seed)
      let folder = try PageFolder()
      var (model, durable): (Model, [Model]) = ([0], [])
      let disk = FaultyDisk()
      do {
        let file = try folder.open(calls: disk)
        try change(file, &model, &random)
        try file.checkpoint()
        durable = [model]
        try change(file, &model, &random)
        // Late in the checkpoint, where the journal is complete.
        disk.set(FaultyDisk.Fault(call: Int.random(in: 3...12, using: &random)))
        do { try file.checkpoint() } catch {}
        durable.append(model)
      }
      try disk.losePower(&random)
      for _ in 0..<4 {
        let disk = FaultyDisk()
        disk.set(FaultyDisk.Fault(call: Int.random(in: 0...6, using: &random)))
        _ = try? folder.open(calls: disk)
        try disk.losePower(&random)
      }
      let file = try folder.open()
      #expect(file.start == .continued)
      #expect(contents(file).map { durable.contains($0) } == true, "seed \(seed)")
    }
  }
}
