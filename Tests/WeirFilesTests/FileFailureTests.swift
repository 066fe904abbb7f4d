import Testing

@testable import WeirFiles

@Suite struct FileFailureTests {
  @Test func `messages name the file and what to do`() {
    #expect(FileFailure.missing(path: "/a").message == "there is no file at /a: check the path")
    #expect(
      FileFailure.truncated(name: "m", offset: 4, wanted: 8, available: 2).message
        == "m ends too early: 8 bytes wanted at offset 4, 2 remain")
    #expect(FileFailure.locked(path: "/l", holder: 7).message.contains("process 7"))
    #expect(FileFailure.system(path: "/l", operation: "open", code: 5).message.contains("Input/output error"))
  }
}
