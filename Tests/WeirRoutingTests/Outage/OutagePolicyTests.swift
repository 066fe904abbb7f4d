import Testing
import WeirDomain
import WeirRouting

@Suite struct OutagePolicyTests {
  private typealias Measure = OutagePolicy.Measure

  /// All lists without repetition, of up to five measures.
  private static let lists: [[OutagePolicy.Measure]] = {
    var all: Set<[OutagePolicy.Measure]> = [[]]
    for _ in OutagePolicy.Measure.allCases {
      for list in all {
        for measure in OutagePolicy.Measure.allCases where !list.contains(measure) { all.insert(list + [measure]) }
      }
    }
    return Array(all)
  }()

  @Test func `whatever the list and the situation, measures keep its order and end once`() {
    #expect(Self.lists.count == 326)
    for list in Self.lists {
      for (isStopped, mayWait, isUpgrade) in [
        (false, true, false), (false, false, false), (true, true, false), (true, false, false), (false, true, true),
        (false, false, true),
      ] {
        let found = OutagePolicy(list).measures(
          for: .init(isStopped: isStopped, mayWait: mayWait, isUpgrade: isUpgrade))
        let ends = found.filter { $0 == .defer || $0 == .error }
        #expect(ends.count == 1 && found.last == ends.first)
        let named = found.filter { list.contains($0) }
        #expect(named == list.filter { named.contains($0) }, "in the order of the list")
        // Nothing that was not named is done, but for the error that is left when nothing else is.
        #expect(found.dropLast().allSatisfy { list.contains($0) })
        if isStopped { #expect(found == [.error]) }
        if !mayWait { #expect(!found.contains(.defer) && !found.contains(.stale) && !found.contains(.local)) }
        let here = OutagePolicy(list).measures(for: .init(isStopped: false, mayWait: mayWait, staysHere: true))
        #expect(here.dropLast() == list.prefix { $0 != .error }.filter { $0 == .stale || $0 == .local }[...])
        #expect(here.last == .error)
        if isUpgrade { #expect(!found.contains(.stale) && !found.contains(.local)) }
      }
    }
  }

  @Test func `steps are split by the first remote one, and stay together where nothing comes between`() {
    let steps: [RoutePlan.Step] = [
      .generator, .remote(.standard, model: nil), .remote(.premium, model: nil), .remote(.economy, model: nil),
    ]
    #expect(OutagePolicy([.smaller, .defer]).split(steps) == (steps, []))
    let apart = OutagePolicy([.stale, .smaller, .defer]).split(steps)
    #expect(apart == (Array(steps[0...2]), [steps[3]]))
    // An operator who names no smaller model wants none.
    #expect(OutagePolicy([.stale]).split(steps) == (Array(steps[0...2]), []))
    #expect(OutagePolicy([.stale, .smaller]).split([.generator]) == ([.generator], []))
  }
}

@Suite struct LinkFactsTests {
  @Test(arguments: RouteRequest.Priority.allCases)
  func `a free link withholds nothing`(priority: RouteRequest.Priority) {
    for state in LinkFacts.State.allCases {
      #expect(LinkFacts(state: state).obstacle(priority: priority, bytes: .max) == nil)
    }
  }

  @Test func `a metered link is for what cannot wait`() {
    let facts = LinkFacts(isMetered: true)
    #expect(facts.obstacle(priority: .batch, bytes: 1) == .metered)
    #expect(facts.obstacle(priority: .standard, bytes: 1) == nil)
    #expect(facts.obstacle(priority: .express, bytes: 1) == nil)
  }

  @Test func `the last tenth of a cap is for express prompts, and no more than the cap is sent`() {
    for left in stride(from: Int64(0), through: 1_000, by: 10) {
      let facts = LinkFacts(cap: 1_000, left: left)
      for bytes in [Int64(5), 50, 200] {
        for priority in RouteRequest.Priority.allCases {
          let found = facts.obstacle(priority: priority, bytes: bytes)
          let expected: LinkReason? =
            bytes > left
            ? .capReached(cap: 1_000) : left < 100 && priority != .express ? .capNear(left: left, cap: 1_000) : nil
          #expect(found == expected)
        }
      }
    }
  }
}
