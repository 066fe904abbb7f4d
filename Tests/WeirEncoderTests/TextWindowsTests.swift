import Testing

@testable import WeirEncoder

@Suite struct TextWindowsTests {
  @Test func `windows cover every token in order, each within the context, until there are too many`() {
    for context in 2...20 {
      for count in 0...90 {
        let content = (0..<Int32(count)).map { $0 + 10 }
        for most in [1, 2, 5, 100] {
          let found = TextWindows([1] + content + [2], context: context, most: most)
          #expect(found.windows.count <= most && !found.windows.isEmpty)
          var covered: Set<Int32> = []
          var last: Int32 = -1
          for window in found.windows {
            #expect(window.count <= max(context, 2) && window.first == 1 && window.last == 2)
            let inner = Array(window.dropFirst().dropLast())
            if let first = inner.first, first > 10 { #expect(covered.contains(first - 1)) }
            #expect(inner.last ?? 0 > last)
            last = inner.last ?? last
            covered.formUnion(inner)
          }
          #expect(found.isTruncated == (covered.count < count), "\(count) tokens, \(most) windows of \(context)")
          if !found.isTruncated { #expect(covered == Set(content)) }
          // What the tokenizer is asked for is enough to see the same.
          let limit = TextWindows.tokens(context: context, most: most)
          if content.count + 2 > limit {
            let cut = TextWindows([1] + content.prefix(limit - 2) + [2], context: context, most: most)
            #expect(cut == found)
          }
        }
      }
    }
  }
}
