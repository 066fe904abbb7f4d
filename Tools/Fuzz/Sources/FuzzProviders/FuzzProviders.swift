import FuzzDriver
import WeirDomain
import WeirHTTP
import WeirProviders

/// One input of libFuzzer: what a provider sends, or what a caller passes through, as its first byte says.
///
/// Besides what the sanitizers and traps find, a broken promise traps: counts out of their range, more kept than allowed, a
/// stream that means something else when it is cut into other pieces, deltas that are not the text, and a message or a
/// body that is no JSON.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count > 0 else { return 0 }
  let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
  let input = Array(bytes.dropFirst())
  switch bytes[0] & 7 {
  case 0, 1: stream(OpenAICodec(), input)
  case 2, 3: stream(AnthropicCodec(), input)
  case 4: whole(OpenAICodec(), input)
  case 5: whole(AnthropicCodec(), input)
  default: request(input)
  }
  return 0
}

private let most = 4096
private let asked = CompletionRequest(
  messages: [ChatMessage(role: .user, content: "four words of text")], settings: ModelSettings(model: "m"))

private struct Read: Equatable {
  var content: ReplyContent
  var deltas: [CompletionDelta]
  var isRefused: Bool
}

private func stream(_ codec: some ProviderCodec, _ bytes: [UInt8]) {
  let whole = read(codec, bytes, size: bytes.count)
  precondition(whole == read(codec, bytes, size: 7), "Other pieces are another stream.")
  precondition(whole.deltas.compactMap(\.text).joined() == whole.content.text, "The deltas are not the text.")
  check(whole.content)
}

private func read(_ codec: some ProviderCodec, _ bytes: [UInt8], size: Int) -> Read {
  var events = ServerSentEvents(maximumLineBytes: most, maximumEventBytes: most)
  var reply = codec.reply(maximumBytes: most)
  var deltas: [CompletionDelta] = []
  for start in stride(from: 0, to: bytes.count, by: max(1, size)) {
    let piece = Array(bytes[start..<min(start + size, bytes.count)])
    // A bound that is passed ends a stream at another event, as the bytes are cut.
    guard let found = try? events.append(piece) else {
      return Read(content: ReplyContent(), deltas: [], isRefused: true)
    }
    for event in found where !reply.hasEnded {
      do { deltas += try reply.take(event) } catch {
        return Read(content: reply.content, deltas: deltas, isRefused: true)
      }
    }
  }
  return Read(content: reply.content, deltas: deltas, isRefused: false)
}

private func whole(_ codec: some ProviderCodec, _ bytes: [UInt8]) {
  var reply = codec.reply(maximumBytes: most)
  do { try reply.take(whole: bytes) } catch { return }
  check(reply.content)
}

private func check(_ content: ReplyContent) {
  let usage = content.usage(for: asked)
  precondition((0...1 << 25).contains(usage.prompt) && (0...1 << 25).contains(usage.completion), "A count is absurd.")
  precondition(
    usage.cachedPrompt >= 0 && usage.cacheWrite >= 0 && usage.longCacheWrite >= 0
      && usage.cachedPrompt + usage.cacheWrite <= usage.prompt && usage.longCacheWrite <= usage.cacheWrite,
    "A part is more than the whole.")
  precondition(content.text.utf8.count <= 3 * most, "A text is longer than allowed.")
  for message in [content.message] + content.alternatives.map(\.message) {
    guard let message else { continue }
    precondition((try? JSONReader.read(message.bytes)) != nil && message.members != nil, "A message is no object.")
    // Escapes and the frames of calls.
    precondition(message.bytes.count <= 64 * most, "A message is longer than allowed.")
  }
}

/// A list of messages, or an object of fields that pass through, to both kinds of providers.
private func request(_ bytes: [UInt8]) {
  guard let text = JSONText(bytes) else { return }
  precondition(JSONText(text.bytes) == text, "A compact text is not compact.")
  var request = asked
  for element in text.elements ?? [] {
    guard let message = try? ChatMessage(openAI: element) else { continue }
    precondition(message.size.bytes >= 0 && message.size.media >= 0, "A size is below zero.")
    _ = message.needs
    request.messages.append(message)
  }
  for (name, value) in text.members ?? [] { try? request.settings.pass(name, value) }
  _ = (request.needs.map(\.name), request.promptTokens)
  for marks in [PromptCacheMarks.none, PromptCacheMarks(prefix: true, conversation: true, key: "k")] {
    let bodies = [
      try? OpenAICodec(sendsCacheKey: true).body(request, isStreamed: true, cache: marks),
      try? AnthropicCodec().body(request, isStreamed: true, cache: marks),
    ]
    for body in bodies.compactMap({ $0 }) {
      // What passes through may be as deep as is read, and lies deeper in a body.
      precondition(body.first == UInt8(ascii: "{") && body.last == UInt8(ascii: "}"), "A body is no object.")
    }
  }
}

@main
struct FuzzProviders {
  static func main() { unsafe fuzz(fuzzOneInput) }
}
