import Foundation
import Testing
import WeirFiles
import WeirTensor
import WeirTestSupport

@testable import WeirModelFiles

@Suite("Packed model files")
struct PackedModelTests {
  /// A folder of the test's own.
  private func folder() throws -> String {
    let path = NSTemporaryDirectory() + "weir-packed-\(UInt64.random(in: .min ... .max))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  /// Matrices of several types, a stack of three, vectors, and metadata of many kinds.
  private func original() throws -> GGUFFile {
    var random = SeededRandom(seed: 5)
    func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) } }
    func floats(_ count: Int) -> [Float] { (0..<count).map { _ in Float.random(in: -1...1, using: &random) } }
    var writer = GGUFWriter(architecture: "llama", alignment: 128)
    writer.set("general.name", "ten tensors")
    writer.set("llama.block_count", UInt32(2))
    writer.set("tokens", ["a", "weir", "ü"])
    writer.set("numbers", [Int32(-1), 7])
    writer.addTensor("output_norm.weight", shape: [64], floats: floats(64))
    for layer in [1, 0] {
      writer.addTensor("blk.\(layer).ffn_down.weight", type: .q4_0, shape: [96, 300], bytes: bytes(300 * 3 * 18))
      writer.addTensor("blk.\(layer).attn_q.weight", type: .q8_0, shape: [64, 20], bytes: bytes(20 * 2 * 34))
      writer.addTensor("blk.\(layer).attn_norm.weight", shape: [64], floats: floats(64))
    }
    writer.addTensor("blk.0.ffn_up_exps.weight", type: .f16, shape: [6, 17, 3], bytes: bytes(6 * 17 * 3 * 2))
    writer.addTensor("token_embd.weight", shape: [33, 19], floats: floats(33 * 19))
    return try GGUFFile(ByteRegion(name: "ten.gguf", copying: writer.bytes()))
  }

  private func packed(_ file: GGUFFile) throws -> GGUFFile {
    let path = try folder() + "/packed.gguf"
    defer { try? FileRemoval.remove(path) }
    try PackedModel(file, plan: PackingPlan(file)).write(to: path)
    return try GGUFFile(path: path)
  }

  private func rows(_ matrices: [WeightMatrix]) -> [[Float]] {
    matrices.flatMap { matrix in
      (0..<matrix.rows).map { row in
        let buffer = FloatBuffer(count: matrix.columns)
        matrix.dequantizeRow(row, into: buffer.view)
        return buffer.view.array.map { $0.isNaN ? -12345 : $0 }
      }
    }
  }

  @Test("hold the same rows, vectors and metadata as their original, and its fingerprint")
  func sameContents() throws {
    let file = try original()
    let packed = try packed(file)
    #expect(packed.fingerprint == file.fingerprint)
    #expect(packed.packed?.source == SHA256Digest(of: file.region).hex)
    #expect(packed.alignment == 64)
    #expect(Set(packed.tensors.map(\.name)) == Set(file.tensors.map(\.name)))
    for key in file.keys where key != "general.alignment" { #expect(packed.has(key)) }
    #expect(try packed.string("general.name") == "ten tensors")
    #expect(try packed.strings("tokens") == ["a", "weir", "ü"])
    #expect(try packed.ints("numbers") == [-1, 7])
    for tensor in file.tensors {
      let other = try packed.tensor(tensor.name, shape: tensor.shape)
      guard tensor.rows > 1 else {
        #expect(try other.floats() == tensor.floats())
        continue
      }
      #expect(other.packedType == tensor.supportedType)
      let (count, rows) = (tensor.shape.count == 3 ? tensor.shape[2] : 1, tensor.shape[1])
      let wanted = try tensor.weights().matrices(count: count, rows: rows, columns: tensor.columns)
      let found = try other.weights().matrices(count: count, rows: rows, columns: tensor.columns)
      #expect(self.rows(found) == self.rows(wanted))
    }
    try packed.verifyPacked()
  }

  @Test("lie in the order of a pass, weights from a multiple of 4096 on, vectors in front")
  func order() throws {
    let packed = try packed(original())
    let names = packed.tensors.sorted { $0.byteOffset < $1.byteOffset }.map(\.name)
    #expect(names.prefix(3).allSatisfy { $0.contains("norm") })
    #expect(
      names.dropFirst(3) == [
        "blk.0.attn_q.weight", "blk.0.ffn_down.weight", "blk.0.ffn_up_exps.weight", "blk.1.attn_q.weight",
        "blk.1.ffn_down.weight", "token_embd.weight",
      ])
    #expect((packed.tensors.map(\.byteOffset).min() ?? 1).isMultiple(of: 4096))
  }

  @Test("name their layout by matrices of two super-blocks in a row")
  func layout() {
    #expect(PackedLayout.identifier.count == 16)
    #expect(TensorType.allCases.allSatisfy { PackedLayout.columns >= 2 * $0.blockSize })
  }

  @Test("tell how far they are and how long they become")
  func progress() throws {
    let file = try original()
    let model = try PackedModel(file, plan: PackingPlan(file))
    let path = try folder() + "/p.gguf"
    defer { try? FileRemoval.remove(path) }
    var heard: [Int] = []
    try model.write(to: path) { heard.append($0) }
    #expect(heard == heard.sorted())
    #expect(heard.last == model.byteCount)
    #expect(try ByteRegion(path: path).count == model.byteCount)
    #expect(try FileManager.default.contentsOfDirectory(atPath: AtomicFile.folder(of: path)) == ["p.gguf"])
  }

  @Test("are not packed twice")
  func twice() throws {
    let packed = try packed(original())
    #expect(
      throws: ModelFileFailure.badValue(
        file: packed.name, key: "weir.packed.version", found: "a packed model", allowed: "one that is not packed yet")
    ) { _ = try PackingPlan(packed) }
  }

  @Test("give no plain bytes for packed tensors")
  func kinds() throws {
    let packed = try packed(original())
    let tensor = try packed.tensor("blk.0.attn_q.weight")
    #expect(tensor.typeName == "packed Q8_0")
    #expect(tensor.supportedType == nil)
    #expect(throws: ModelFileFailure.self) { _ = try tensor.region() }
    #expect(throws: ModelFileFailure.self) { _ = try tensor.floats() }
    #expect(throws: TensorFailure.self) { _ = try tensor.weights().matrix(rows: 33, columns: 64) }
    #expect(throws: TensorFailure.self) { _ = try tensor.weights().matrices(count: 2, rows: 20, columns: 64) }
  }

  // MARK: Damage

  /// The file with `change` made to its bytes.
  private func changed(_ bytes: [UInt8], _ change: (inout [UInt8]) -> Void) -> ByteRegion {
    var bytes = bytes
    change(&bytes)
    return ByteRegion(name: "m.gguf", copying: bytes)
  }

  private func place(_ text: String, in bytes: [UInt8]) throws -> Int {
    let pattern = Array(text.utf8)
    return try #require(bytes.indices.first { bytes[$0...].starts(with: pattern) })
  }

  @Test("are refused by name when the head is of another version, layout, panel or length")
  func refusedHeads() throws {
    let bytes = try packed(original()).region.array
    func key(of region: ByteRegion) -> String? {
      do throws(ModelFileFailure) {
        _ = try GGUFFile(region)
        return nil
      } catch {
        guard case .badValue(_, let key, _, _) = error else { return "\(error)" }
        return key
      }
    }
    #expect(key(of: changed(bytes) { _ in }) == nil)
    let version = try place("weir.packed.version", in: bytes) + 19 + 4
    #expect(key(of: changed(bytes) { $0[version] = 2 }) == "weir.packed.version")
    let layout = try place("weir.packed.layout", in: bytes) + 18 + 12
    #expect(key(of: changed(bytes) { $0[layout] ^= 1 }) == "weir.packed.layout")
    let rows = try place("weir.packed.panel_rows", in: bytes) + 22 + 4
    #expect(key(of: changed(bytes) { $0[rows] = 8 }) == "weir.packed.panel_rows")
    #expect(key(of: changed(bytes) { $0.append(0) }) == "weir.packed.bytes")
    let source = try place("weir.packed.source_sha256", in: bytes) + 25 + 12
    #expect(key(of: changed(bytes) { $0[source] = UInt8(ascii: "g") }) == "weir.packed.source_sha256")
  }

  @Test("are refused when their data is short, overlaps or is misaligned, or the head that vouches for it is missing")
  func refusedTensors() throws {
    let bytes = try packed(original()).region.array
    let name = "blk.1.ffn_down.weight"
    // Behind the name: count of dimensions, two dimensions, type, offset.
    let offset = try place(name, in: bytes) + name.utf8.count + 4 + 16 + 4
    func failure(_ region: ByteRegion) -> ModelFileFailure? {
      do throws(ModelFileFailure) {
        _ = try GGUFFile(region)
        return nil
      } catch {
        return error
      }
    }
    guard case .tensorOutsideFile? = failure(changed(bytes) { $0.removeLast(64) }) else {
      Issue.record("short data was not noticed")
      return
    }
    guard case .misalignedOffset? = failure(changed(bytes) { $0[offset] |= 32 }) else {
      Issue.record("a misaligned tensor was not noticed")
      return
    }
    guard case .overlappingTensors? = failure(changed(bytes) { $0[offset] ^= 64 }) else {
      Issue.record("an overlap was not noticed")
      return
    }
    guard case .badColumns? = failure(changed(bytes) { $0[offset - 20] = 97 }).map(Kind.init) else {
      Issue.record("columns that are no whole blocks were not noticed")
      return
    }
    let alignment = try place("general.alignment", in: bytes) + 17 + 4
    guard case .badAlignment? = failure(changed(bytes) { $0[alignment] = 32 }) else {
      Issue.record("an alignment that panels cannot have was not noticed")
      return
    }
    let prefix = try place("weir.packed.version", in: bytes)
    guard case .unsupportedTensorType? = failure(changed(bytes) { $0[prefix] = UInt8(ascii: "W") }) else {
      Issue.record("packed tensors without their head were not noticed")
      return
    }
  }

  private enum Kind {
    case badColumns, other

    init(_ failure: ModelFileFailure) {
      if case .columnsNotMultipleOfBlock = failure { self = .badColumns } else { self = .other }
    }
  }

  @Test("any changed byte is found by the full check, which opening leaves out")
  func digests() throws {
    let bytes = try packed(original()).region.array
    var random = SeededRandom(seed: 9)
    var opened = 0
    for _ in 0..<200 {
      let index = Int.random(in: 0..<bytes.count, using: &random)
      let region = changed(bytes) { $0[index] ^= UInt8.random(in: 1...255, using: &random) }
      guard let file = try? GGUFFile(region) else { continue }
      opened += 1
      #expect(throws: ModelFileFailure.self, "byte \(index)") { try file.verifyPacked() }
    }
    #expect(opened > 100)
  }
}
