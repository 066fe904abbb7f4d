import Testing
import WeirDomain

@testable import WeirConfiguration

/// Where keys are found, and that failures do not repeat them.
@Suite struct SecretTests {
  private func provider(_ line: String) throws -> Configuration.Provider {
    try #require(try ConfigurationTests.parse(ProviderTests.minimal + line).providers.first)
  }

  @Test func `a key is read from its variable`() throws {
    let provider = try provider("api_key_env = \"THE_KEY\"")
    #expect(try provider.key(environment: ["THE_KEY": " abc\n"]) == Secret("abc"))
    for (environment, reason) in [
      ([:], "it is not set"), (["THE_KEY": " \n"], "it is empty"),
      (["THE_KEY": "a\r\nb"], "characters that no key has"),
    ] as [([String: String], String)] {
      let failure = #expect(throws: ConfigurationFailure.self) { try provider.key(environment: environment) }
      #expect(failure?.message.contains(reason) == true)
      #expect(failure?.message.contains("the environment variable THE_KEY") == true)
    }
  }

  @Test func `a key is read from its file`() throws {
    let folder = try LoadTests.Folder()
    let file = try folder.write("abc\n", to: "key")
    #expect(try provider("api_key_file = \"\(file)\"").key(environment: [:]) == Secret("abc"))
    for path in ["\(folder.path)/none", folder.path, "/dev/null"] {
      let provider = try provider("api_key_file = \"\(path)\"")
      #expect(throws: ConfigurationFailure.self) { try provider.key(environment: [:]) }
    }
  }

  @Test func `a server without keys needs none`() throws {
    #expect(try provider("").key(environment: [:]) == nil)
  }
}
