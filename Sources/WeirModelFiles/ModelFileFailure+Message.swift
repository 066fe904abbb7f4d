import WeirFiles

extension ModelFileFailure {
  /// One sentence for a person: what failed, on which file and part, found against allowed, what to do.
  package var message: String {
    switch self {
    case .file(let failure): failure.message
    case .badMagic, .bigEndian, .unsupportedVersion, .truncated, .absurdCount: containerMessage
    case .badKey, .duplicateKey, .unknownValueType, .nestedArray, .badBoolean, .badAlignment, .missingKey,
      .wrongValueType, .badValue:
      metadataMessage
    case .unknownTokenizer, .badMerge, .missingToken, .wrongEncoder: vocabularyMessage
    default: tensorMessage
    }
  }

  private var containerMessage: String {
    switch self {
    case .badMagic(let file, let found):
      "\(file) is not a GGUF file: it starts with 0x\(String(found, radix: 16)), not with \"GGUF\""
    case .bigEndian(let file):
      "\(file) is a big-endian GGUF file: convert it to little-endian"
    case .unsupportedVersion(let file, let found, let allowed):
      "\(file) has GGUF version \(found), \(allowed.lowerBound) to \(allowed.upperBound) can be read: convert it"
    case .truncated(let file, let reading, let offset, let wanted, let remaining):
      "\(file) ends inside \(reading): \(wanted) bytes wanted at offset \(offset), \(remaining) remain: fetch it again"
    case .absurdCount(let file, let what, let found, let allowed):
      "\(file) claims \(found) \(what), but its size allows at most \(allowed): it is damaged, fetch it again"
    default: ""
    }
  }

  private var metadataMessage: String {
    switch self {
    case .badKey(let file, let offset):
      "\(file) has a metadata key at offset \(offset) that is empty or not UTF-8: it is damaged"
    case .duplicateKey(let file, let key):
      "\(file) has the metadata key \(key) twice: write it again"
    case .unknownValueType(let file, let key, let found):
      "\(file) gives \(key) the value type \(found), types 0 to 12 are known"
    case .nestedArray(let file, let key):
      "\(file) has arrays inside the array \(key), which is not supported"
    case .badBoolean(let file, let key, let found):
      "\(file) has \(found) where \(key) must be 0 or 1"
    case .badAlignment(let file, let found):
      "\(file) has general.alignment \(found), a power of two from 8 to 65536 is allowed"
    case .missingKey(let file, let key):
      "\(file) has no metadata key \(key), which this model needs"
    case .wrongValueType(let file, let key, let found, let allowed):
      "\(file) gives \(key) as \(found), \(allowed) is allowed"
    case .badValue(let file, let key, let found, let allowed):
      "\(file) has \(key) = \(found), allowed is \(allowed)"
    default: ""
    }
  }

  private var tensorMessage: String {
    switch self {
    case .badTensorName(let file, let index):
      "\(file) has an empty or non UTF-8 name for tensor \(index): it is damaged"
    case .tensorNameTooLong(let file, let found, let allowed):
      "\(file) has a tensor name of \(found) bytes, \(allowed) are allowed"
    case .duplicateTensor(let file, let tensor):
      "\(file) has the tensor \(tensor) twice: write it again"
    case .badDimensionCount(let file, let tensor, let found, let allowed):
      "\(file): tensor \(tensor) has \(found) dimensions, \(allowed.lowerBound) to \(allowed.upperBound) are allowed"
    case .overflowingShape(let file, let tensor, let shape):
      "\(file): the size of tensor \(tensor) with shape \(shape) does not fit in 63 bits"
    case .emptyShape(let file, let tensor, let shape):
      "\(file): tensor \(tensor) has an empty dimension in its shape \(shape)"
    case .columnsNotMultipleOfBlock(let file, let tensor, let found, let block):
      "\(file): tensor \(tensor) has \(found) columns, its type needs a multiple of \(block)"
    case .misalignedOffset(let file, let tensor, let found, let alignment):
      "\(file): tensor \(tensor) starts at offset \(found), which is not a multiple of \(alignment)"
    case .tensorOutsideFile(let file, let tensor, let offset, let bytes, let available):
      "\(file): tensor \(tensor) needs \(bytes) bytes at offset \(offset), the file has \(available) for tensors"
    case .overlappingTensors(let file, let tensor, let other):
      "\(file): tensors \(tensor) and \(other) overlap: write it again"
    case .unsupportedTensorType(let file, let tensor, let found):
      "\(file): tensor \(tensor) has the type \(found), which is not supported: quantize it to Q8_0, Q4_K_M or Q4_0"
    case .missingTensor(let file, let tensor):
      "\(file) has no tensor \(tensor), which this model needs"
    case .wrongShape(let file, let tensor, let found, let allowed):
      "\(file): tensor \(tensor) has shape \(found), this model needs \(allowed)"
    case .wrongTensorType(let file, let tensor, let found, let allowed):
      "\(file): tensor \(tensor) has type \(found), \(allowed) is needed here"
    case .notFinite(let file, let tensor, let index):
      "\(file): element \(index) of tensor \(tensor) is not finite: the training diverged or the file is damaged"
    default: ""
    }
  }

  private var vocabularyMessage: String {
    switch self {
    case .unknownTokenizer(let file, let found):
      "\(file) needs the tokenizer \(found); bert, gpt2 (gpt-2, smollm, qwen2, llama-bpe) and llama can be read"
    case .badMerge(let file, let index):
      "\(file): merge rule \(index) does not join two tokens of the vocabulary to a third"
    case .missingToken(let file, let token):
      "\(file) has no token \(token), which its tokenizer needs"
    case .wrongEncoder(let file, let found, let allowed):
      "\(file) was trained for the encoder \(allowed), the encoder given is \(found): "
        + "train a head for this encoder with weir train and name it as models.intents, or use models of one bundle"
    default: ""
    }
  }
}
