import FoundationEssentials
import Testing

@testable import WeirConfiguration

/// Which file is read.
@Suite struct LoadTests {
  /// A folder of its own that goes away with the value.
  final class Folder {
    let path: String

    init() throws {
      path = "/tmp/weir-configuration-\(UUID().uuidString)"
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String) throws -> String {
      try write(Data(text.utf8), to: name)
    }

    func write(_ data: Data, to name: String) throws -> String {
      let file = "\(path)/\(name)"
      let parent = String(file[..<(file.lastIndex(of: "/") ?? file.endIndex)])
      try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
      try data.write(to: URL(fileURLWithPath: file))
      return file
    }

  }

  private func load(
    _ environment: [String: String] = [:], path: String? = nil, systemFile: String = "/nowhere/weir.toml"
  ) throws(ConfigurationFailure) -> Configuration {
    let all = ["HOME": "/nowhere"].merging(environment) { $1 }
    return try Configuration.load(path: path, environment: all, systemFile: systemFile)
  }

  @Test func `the flag, then WEIR_CONFIG, then the user's, then the system's file`() throws {
    let folder = try Folder()
    let system = try folder.write("[node]\nregion = \"system\"", to: "system.toml")
    #expect(try load(systemFile: system).node.region == "system")
    _ = try folder.write("[node]\nregion = \"home\"", to: "home/.config/weir/weir.toml")
    let home = ["HOME": "\(folder.path)/home"]
    #expect(try load(home, systemFile: system).node.region == "home")
    _ = try folder.write("[node]\nregion = \"xdg\"", to: "xdg/weir/weir.toml")
    let xdg = home.merging(["XDG_CONFIG_HOME": "\(folder.path)/xdg"]) { $1 }
    #expect(try load(xdg, systemFile: system).node.region == "xdg")
    let named = try folder.write("[node]\nregion = \"variable\"", to: "named.toml")
    let variable = xdg.merging(["WEIR_CONFIG": named]) { $1 }
    #expect(try load(variable, systemFile: system).node.region == "variable")
    let flag = try folder.write("[node]\nregion = \"flag\"", to: "flag.toml")
    #expect(try load(variable, path: flag, systemFile: system).node.region == "flag")
    #expect(try load(variable, path: flag, systemFile: system).file == flag)
  }

  @Test func `a file that was asked for must exist`() {
    #expect(throws: ConfigurationFailure.missingFile(path: "/nowhere/a", origin: .flag(name: "--config"))) {
      try load(path: "/nowhere/a")
    }
    #expect(throws: ConfigurationFailure.missingFile(path: "/nowhere/b", origin: .environment(name: "WEIR_CONFIG"))) {
      try load(["WEIR_CONFIG": "/nowhere/b"])
    }
    #expect(throws: Never.self) { try load() }
  }

  @Test func `a folder, a device and bytes that are no text are refused`() throws {
    let folder = try Folder()
    #expect(throws: ConfigurationFailure.self) { try load(path: folder.path) }
    #expect(throws: ConfigurationFailure.self) { try load(path: "/dev/zero") }
    let bad = try folder.write(Data([0x23, 0x0A, 0x0A, 0xFF, 0x0A]), to: "bad.toml")
    #expect(throws: ConfigurationFailure.notText(path: bad, line: 3, found: "a byte that is not UTF-8")) {
      try load(path: bad)
    }
  }

  @Test func `a symbolic link is followed`() throws {
    let folder = try Folder()
    let file = try folder.write("[node]\nregion = \"linked\"", to: "real.toml")
    let link = "\(folder.path)/link.toml"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
    #expect(try load(path: link).node.region == "linked")
  }
}
