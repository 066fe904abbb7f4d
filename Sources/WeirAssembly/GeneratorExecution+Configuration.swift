internal import Foundation
internal import WeirConfiguration
internal import WeirGenerator
internal import WeirTensor

extension GeneratorExecution {
  /// As the configuration asks for, without a draft; `identity` tells what a stored prefix belongs to.
  init(_ configuration: Configuration, identity: () -> String) throws {
    let engine = configuration.engine
    var folder: PrefixFolder?
    if engine.prefixDiskBytes > 0 {
      let path = configuration.node.state + "/prefixes"
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      folder = PrefixFolder(path: path, identity: identity(), limit: engine.prefixDiskBytes)
    }
    self.init(
      pool: ComputePool(threads: engine.threads ?? UsableProcessors.count),
      cacheType: CacheType(rawValue: engine.keyValueType) ?? .f16, prefixBytes: engine.prefixMemoryBytes,
      prefixFolder: folder, speculates: engine.speculation)
  }
}
