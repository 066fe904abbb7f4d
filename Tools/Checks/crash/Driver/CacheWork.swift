import Foundation
import WeirCache
import WeirDomain
import WeirStore
import WeirVectorIndex

/// The process that is killed: puts, deletes, purges and looks up, says what it begins and what is done, while a second
/// thread searches.
struct CacheWork {
  let folder: URL
  let isWired: Bool

  func run(seed: UInt64) throws {
    let now = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    let state = try CacheState(folder: folder, isWired: isWired, at: now)
    say("open")
    try state.follow()
    startReader(state, seed: ~seed, at: now)
    var random = SplitMix64(seed: seed)
    while true {
      let name = EntryName(&random)
      switch Int.random(in: 0..<100, using: &random) {
      case 0..<50: try put(name, version: random.next() >> 1, state, now)
      case 50..<68: try delete(name, state, now)
      case 68: try purge("c", state, now)
      case 69..<85: try lookUp(name, state, now)
      case 85..<92: try lookUpSimilar(name, state, now)
      case 92..<96:
        try state.checkpoint()
        say("saved")
      case 96: try state.store.synchronize()
      default: try state.follow()
      }
      if Bool.random(using: &random) { try state.follow() }
    }
  }

  private func put(_ name: EntryName, version: UInt64, _ state: CacheState, _ now: Timestamp) throws {
    say("put \(name.words) \(version)")
    let change = try state.store.write { transaction in
      try state.cache.admit(
        name.plan, CachedAnswer(text: "\(name.words) \(version)", tier: .generator), embedding: name.embedding, at: now,
        in: transaction)
    }
    guard change.isStored else { throw Broken(what: "\(name.words) was not stored: \(change.refusal?.text ?? "")") }
    say("done")
    try state.cache.apply(change)
  }

  private func delete(_ name: EntryName, _ state: CacheState, _ now: Timestamp) throws {
    guard let hit = try state.cache.exact(name.plan, at: now) else { return }
    say("delete \(name.words)")
    try state.cache.purge(CacheSelection(ids: [hit.id]), at: now)
    say("done")
  }

  private func purge(_ tenant: String, _ state: CacheState, _ now: Timestamp) throws {
    say("purge \(tenant)")
    try state.cache.purge(CacheSelection(tenant: tenant), at: now)
    say("done")
  }

  private func lookUp(_ name: EntryName, _ state: CacheState, _ now: Timestamp) throws {
    if let hit = try state.cache.exact(name.plan, at: now), !hit.answer.text.hasPrefix(name.words + " ") {
      throw Broken(what: "\(name.words) was answered with \(hit.answer.text)")
    }
  }

  private func lookUpSimilar(_ name: EntryName, _ state: CacheState, _ now: Timestamp) throws {
    if let hit = try state.cache.similar(name.plan, name.embedding, at: now).hit,
      !hit.answer.text.hasPrefix(name.words + " ")
    {
      throw Broken(what: "\(name.words) was answered with \(hit.answer.text) as similar")
    }
  }

  /// Searches without a pause, as other requests do.
  private func startReader(_ state: CacheState, seed: UInt64, at now: Timestamp) {
    let thread = Thread {
      var random = SplitMix64(seed: seed)
      while true {
        let name = EntryName(&random)
        let key = name.plan.partition.map { PartitionKey($0.bytes) }
        if let key { _ = try? state.graph?.search(partition: key, query: name.embedding.values, count: 5) }
        _ = try? state.cache.similar(name.plan, name.embedding, at: now)
        _ = try? state.cache.exact(name.plan, at: now)
      }
    }
    thread.start()
  }
}
