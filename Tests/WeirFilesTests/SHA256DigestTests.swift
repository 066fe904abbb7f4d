import Testing

@testable import WeirFiles

@Suite struct SHA256DigestTests {
  // The vectors of FIPS 180-4's examples.
  @Test func `digests are those of the standard`() throws {
    #expect(
      SHA256Digest(of: []).hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(SHA256Digest(of: Array("abc".utf8)).hex == abc)
    let folder = try TemporaryFolder()
    try AtomicFile.write(Array("abc".utf8), to: folder.path("abc"))
    #expect(try SHA256Digest(ofFile: folder.path("abc")).hex == abc)
    try AtomicFile.write([], to: folder.path("empty"))
    #expect(try SHA256Digest(ofFile: folder.path("empty")) == SHA256Digest(of: []))
    #expect(throws: FileFailure.self) { try SHA256Digest(ofFile: folder.path("none")) }
  }
}
