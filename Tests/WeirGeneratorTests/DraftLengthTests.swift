import Testing

@testable import WeirGenerator

struct DraftLengthTests {
  @Test func `guesses grow while they hold and stop for a while when they do not`() {
    var length = DraftLength()
    #expect(length.next() == 4)
    length.learn(guessed: 4, held: 4)
    #expect(length.next() == 7)
    length.learn(guessed: 7, held: 7)
    #expect(length.next() == DraftLength.longest)
    length.learn(guessed: 7, held: 3)
    #expect(length.next() == 3)
    length.learn(guessed: 3, held: 0)
    #expect(length.next() == 4)
    length.learn(guessed: 4, held: 0)
    #expect((0..<4).map { _ in length.next() } == [0, 0, 0, 0])
    #expect(length.next() == 4)
    length.learn(guessed: 0, held: 0)
    #expect(length.next() == 4)
  }

  @Test func `a text is guessed to go on as it did after the same three tokens`() {
    var lookup = PromptLookup()
    #expect(lookup.guess(after: [1, 2, 3], limit: 4).isEmpty)
    #expect(lookup.guess(after: [1, 2, 3, 4, 5, 1, 2], limit: 4).isEmpty)
    #expect(Array(lookup.guess(after: [1, 2, 3, 4, 5, 1, 2, 3], limit: 2)) == [4, 5])
    // The last place counts.
    #expect(Array(lookup.guess(after: [1, 2, 3, 4, 5, 1, 2, 3, 9, 1, 2, 3], limit: 3)) == [9, 1, 2])
  }

  @Test func `replies are remembered up to a number and looked up by three tokens`() {
    let memory = ReplyMemory(mostReplies: 2)
    memory.add([1, 2, 3, 4])
    #expect(Array(memory.guess(after: [7, 1, 2, 3], limit: 9).guess) == [4])
    memory.add([5, 6, 7, 8, 9])
    memory.add([10, 11, 12, 13])
    #expect(memory.guess(after: [1, 2, 3], limit: 9).guess.isEmpty)
    #expect(Array(memory.guess(after: [5, 6, 7], limit: 1).guess) == [8])
    memory.add([1, 2])
    #expect(memory.guess(after: [1, 2], limit: 5).guess.isEmpty)
  }

  @Test func `of several replies the one that agrees for longest is taken`() {
    let memory = ReplyMemory()
    memory.add([9, 8, 1, 2, 3, 4])
    memory.add([7, 1, 2, 3, 5])
    #expect(Array(memory.guess(after: [0, 8, 1, 2, 3], limit: 5).guess) == [4])
    #expect(Array(memory.guess(after: [7, 1, 2, 3], limit: 5).guess) == [5])
    // Where they agree alike, the latest.
    #expect(Array(memory.guess(after: [6, 1, 2, 3], limit: 5).guess) == [5])
  }
}
