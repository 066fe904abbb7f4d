import WeirFiles
import WeirModelFiles

/// One input of libFuzzer: a model file, whose vocabulary then encodes the file's own last bytes.
///
/// Besides what the sanitizers and traps find, a broken promise traps: byte-level and SentencePiece ids that do not
/// decode to the text, ids outside the vocabulary, a window that is not kept.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
  guard let file = try? GGUFFile(ByteRegion(name: "input", copying: bytes)) else { return 0 }
  useMetadata(of: file)
  for tensor in file.tensors {
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

// MARK: Start

/// SwiftPM makes `main` an alias of this name, so libFuzzer's own `main` is not linked: its driver is called instead.
@_cdecl("FuzzModelFiles_main")
public func startFuzzing(
  _ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> CInt {
  var count = count
  var arguments = unsafe arguments
  return unsafe runDriver(&count, &arguments, fuzzOneInput)
}

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ callback: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt
) -> CInt
