import Foundation
import Testing

@testable import WeirConfiguration

/// Approved answers as operators type them.
@Suite struct AnswerTests {
  private static func message(_ text: String) -> String { ConfigurationTests.message(text) ?? "no failure" }

  private static let whole = "[[templates.answers]]\nid = \"a\"\nintent = \"i\"\ntext = \"t\"\n"

  @Test func `answers keep their order, their slots and their place`() throws {
    let found = try ConfigurationTests.parse(
      """
      [templates.values]
      "Website URL" = "https://example.org"
      [[templates.answers]]
      id = "first"
      intent = "cancel_order"
      text = \"""
      Order {{Order Number}}
      is gone.\"""
      requires = ["Order Number", "Person Name"]
      open_slots = "keep"
      [[templates.answers]]
      id = "second"
      intent = "cancel_order"
      text = "Gone."
      """
    ).templates
    #expect(found.values == ["Website URL": "https://example.org"])
    #expect(found.answers.map(\.id) == ["first", "second"])
    #expect(found.answers[0].text == "Order {{Order Number}}\nis gone.")
    #expect(found.answers[0].requires == ["Order Number", "Person Name"])
    #expect(found.answers.map(\.keepsOpenSlots) == [true, false])
    #expect(found.answers[1].origin.place == "/etc/weir/weir.toml:11")
  }

  @Test(arguments: [
    ("[[templates.answers]]\nid = \"a\"\nintent = \"i\"\n", "templates.answers[1].text is missing"),
    (
      "[[templates.answers]]\nid = \"a\"\nintent = \"i\"\ntext = \"t\"\nlang = \"en\"\n",
      "there is no key templates.answers[1].lang"
    ),
    (whole + whole, "an id of its own"),
    ("[[templates.answers]]\nid = \"a b\"\nintent = \"i\"\ntext = \"t\"\n", "letters, digits"),
    (whole + "requires = \"x\"\n", "a list of at most 16 texts"),
    (whole + "requires = [1]\n", "a list of slots' names"),
    (whole + "open_slots = \"maybe\"\n", "\"skip\" or \"keep\""),
    ("[templates.values]\n\"a\" = 3\n", "it must be a text"),
    ("[templates.values]\n\"{a\" = \"b\"\n", "without braces"),
    ("[templates]\nvalues = 3\n", "a section"), ("[templates]\nanswers = 3\n", "[[templates.answers]]"),
    ("[templates]\nfiles = \"x\"\n", "did you mean file?"),
  ])
  func `what is wrong is named with its line`(text: String, wanted: String) {
    let message = Self.message(text)
    #expect(message.contains(wanted), "\(message)")
    #expect(message.hasPrefix("/etc/weir/weir.toml:"))
  }

  @Test func `a text beyond its bound is refused`() {
    let long = String(repeating: "a", count: Configuration.Templates.mostTextBytes + 1)
    #expect(
      Self.message("[[templates.answers]]\nid = \"a\"\nintent = \"i\"\ntext = \"\(long)\"").contains(
        "at most 16384 bytes"))
  }

  @Test func `a file of answers is read as strictly, and the configuration's own values go before it`() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("weir-answers-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("answers.toml").path
    func load(_ text: String) throws -> Configuration.Templates {
      try Data(text.utf8).write(to: URL(fileURLWithPath: file))
      return try Configuration.Templates(file: file, values: ["A": "mine"]).loaded()
    }
    let found = try load("[values]\nA = \"its\"\nB = \"b\"\n[[answers]]\nid = \"a\"\nintent = \"i\"\ntext = \"t\"\n")
    #expect(found.values == ["A": "mine", "B": "b"])
    #expect(found.answers.first?.origin.place == "\(file):4")
    #expect { try load("\n[[answer]]\nid = \"a\"") } throws: { error in
      guard let message = (error as? ConfigurationFailure)?.message else { return false }
      return message.hasPrefix("\(file):2: there is no key answer") && message.contains("[[answers]]")
    }
    #expect(throws: ConfigurationFailure.self) {
      try Configuration.Templates(file: file + ".none").loaded()
    }
  }
}
