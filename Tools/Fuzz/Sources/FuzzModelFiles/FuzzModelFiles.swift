import FuzzDriver
import WeirFiles
import WeirModelFiles
import WeirTensor

/// One input of libFuzzer: a model file, whose vocabulary then encodes the file's own last bytes, and whose packed
/// matrices are multiplied by and looked up in.
///
/// Besides what the sanitizers and traps find, a broken promise traps: byte-level and SentencePiece ids that do not
/// decode to the text, ids outside the vocabulary, a window that is not kept.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = vouched(unsafe [UInt8](UnsafeBufferPointer(start: start, count: count)))
  guard let file = try? GGUFFile(ByteRegion(name: "input", copying: bytes)) else { return 0 }
  useMetadata(of: file)
  for tensor in file.tensors {
    if let weights = try? tensor.weights(), weights.isPacked {
      precondition(tensor.byteOffset + weights.region.count <= count, "A packed tensor lies outside its file.")
      use(weights, of: tensor)
    }
    guard let region = try? tensor.region() else { continue }
    precondition(tensor.byteOffset + region.count <= count, "A tensor lies outside its file.")
    _ = try? tensor.floats()
  }
  if let tokenizer = try? TokenizerFactory.make(from: file) {
    use(tokenizer, on: String(decoding: bytes.suffix(200), as: UTF8.self), isComposing: isComposing(file))
    use(tokenizer, on: String(repeating: "ab a", count: 30), isComposing: false)
  }
  return 0
}

/// The input as a packed file of this program and of its own length: mutations then reach what lies behind those checks.
private func vouched(_ bytes: [UInt8]) -> [UInt8] {
  var bytes = bytes
  func write(_ value: [UInt8], behind key: String, skipping gap: Int) {
    let pattern = Array(key.utf8)
    guard let first = pattern.first else { return }
    var start = 0
    while let index = bytes[start...].firstIndex(of: first) {
      start = index + 1
      let place = index + pattern.count + gap
      guard place + value.count <= bytes.count else { return }
      if bytes[index..<index + pattern.count].elementsEqual(pattern) {
        bytes.replaceSubrange(place..<place + value.count, with: value)
        return
      }
    }
  }
  write(Array(PackedLayout.identifier.utf8), behind: "weir.packed.layout", skipping: 4 + 8)
  write((0..<8).map { UInt8(truncatingIfNeeded: bytes.count >> (8 * $0)) }, behind: "weir.packed.bytes", skipping: 4)
  return bytes
}

/// Reads every row and multiplies once: a matrix that claims more than its bytes is found by the sanitizer.
private func use(_ weights: StoredWeights, of tensor: GGUFTensor) {
  let (columns, rows) = (tensor.shape[0], tensor.shape.count > 1 ? tensor.shape[1] : 1)
  let count = tensor.shape.dropFirst(2).reduce(1, *)
  guard let matrices = try? weights.matrices(count: count, rows: rows, columns: columns) else { return }
  for matrix in matrices {
    let row = FloatBuffer(count: columns)
    for index in 0..<rows { matrix.dequantizeRow(index, into: row.view) }
    let x = Activations(capacity: 2 * columns)
    x.load(FloatBuffer(count: 2 * columns).view, tokens: 2, columns: columns)
    matrix.multiply(x, into: FloatBuffer(count: 2 * rows).view)
  }
}

private func isComposing(_ file: GGUFFile) -> Bool { (try? file.string("tokenizer.ggml.pre")) == "qwen2" }

private func useMetadata(of file: GGUFFile) {
  for key in file.keys {
    _ = try? file.uint(key)
    _ = try? file.float(key)
    _ = try? file.bool(key)
    _ = try? file.string(key)
    _ = try? file.strings(key)
    _ = try? file.ints(key)
    _ = try? file.floats(key)
  }
}

private func use(_ tokenizer: any Tokenizer, on text: String, isComposing: Bool) {
  for parses in [false, true] {
    let ids = tokenizer.encode(text, options: EncodingOptions(parsesSpecialTokens: parses))
    for id in ids {
      precondition(id >= 0 && Int(id) < tokenizer.vocabularySize, "An id lies outside its vocabulary.")
    }
    let cut = tokenizer.encode(text, options: EncodingOptions(parsesSpecialTokens: parses, window: 7))
    precondition(cut.count <= 7, "A window was not kept.")
    let decoded = tokenizer.decode(ids)
    if tokenizer is BytePairTokenizer && !parses && !isComposing {
      precondition(Array(decoded.utf8) == Array(text.utf8), "Byte pairs do not decode to their text.")
    }
  }
}

@main
struct FuzzModelFiles {
  static func main() { unsafe fuzz(fuzzOneInput) }
}
