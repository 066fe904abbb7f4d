import Foundation
import Synchronization
import Testing

@testable import WeirStore

/// What the store takes from the system: descriptors, and room for temporary files.
@Suite struct StoreResourcesTests {
  @Test func `connections that close while one is busy stay closed`() throws {
    let folder = try ScratchFolder()
    let store = try Store.open(path: "\(folder.path)/weir.sqlite", migrations: StoreTests.migrations)
    let lookups = try LookupConnections(path: store.path, configuration: Store.configuration())
    let answer = try lookups.run { _ in
      try lookups.close()
      return 1
    }
    #expect(answer == 1)
    #expect(try lookups.run { _ in 2 } == nil)
  }

  @Test func `a vacuum writes its copy beside the database`() throws {
    let folder = try ScratchFolder()
    let store = try Store.open(path: "\(folder.path)/weir.sqlite", migrations: StoreTests.migrations)
    try store.write { transaction in
      for number in 0..<16 {
        try transaction.execute(
          "INSERT INTO item (name, value) VALUES (?, zeroblob(1000000))", [.text("\(number)")])
      }
    }
    // SQLite's temporary files have no name left: only the descriptors tell where they lie.
    let names = Mutex<Set<String>>([])
    let isDone = Mutex(false)
    let ended = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      while !isDone.withLock({ $0 }) {
        for entry in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
          let name = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(entry)")
          if let name, name.contains("/etilqs_") { names.withLock { _ = $0.insert(name) } }
        }
      }
      ended.signal()
    }
    try store.vacuum()
    isDone.withLock { $0 = true }
    ended.wait()
    let own = URL(filePath: folder.path).lastPathComponent
    #expect(names.withLock { $0.contains { $0.contains("/\(own)/etilqs_") } })
  }
}
