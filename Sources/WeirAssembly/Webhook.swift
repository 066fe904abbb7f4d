#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif
internal import WeirConfiguration
internal import WeirDomain
internal import WeirFiles
internal import WeirHTTP
package import WeirRouting

/// Posts answers to deferred prompts to an address of the operator's, once at least.
///
/// Each post has the answer's id (`webhook-id`), by which the receiver knows one that comes twice, its time
/// (`webhook-timestamp`, seconds) and, with a secret, `webhook-signature: v1,` and the base64 of the HMAC-SHA256 of
/// `id.timestamp.body`, as https://www.standardwebhooks.com has it; a secret that begins with `whsec_` is base64. Any
/// status of 2xx means that the answer was taken.
package struct Webhook: Sendable {
  private let url: HTTPURL
  private let key: [UInt8]?
  private let client: HTTPClient
  private let clock: NodeClock

  init(url: HTTPURL, key: [UInt8]?, client: HTTPClient, clock: NodeClock) {
    self.url = url
    self.key = key
    self.client = client
    self.clock = clock
  }

  /// Why an answer was not taken; neither its text nor the address's path is in it.
  package enum Failure: Error, Sendable, Equatable {
    case transport(String)
    case status(Int)

    package var message: String {
      switch self {
      case .transport(let reason): "link.webhook: \(reason)"
      case .status(let status): "link.webhook: the receiver answered with status \(status) where 2xx means taken"
      }
    }
  }

  /// Posts one answer; returns once it was taken.
  package func push(_ reply: RouteReply) async throws(Failure) {
    guard let answer = reply.answer else { return }
    var json = JSONWriter()
    json.beginObject()
    json.add("type", "weir.deferred.answered")
    json.add("id", reply.requestID)
    json.add("tenant", reply.tenant)
    json.add("answer", answer)
    json.add("tier", reply.tier?.rawValue)
    json.add("model", reply.model)
    json.add("stale", reply.isStale)
    json.add("trace", reply.traceID.description)
    json.endObject()
    let body = Array(json.text.utf8)
    let seconds = "\(clock.wall().milliseconds / 1000)"
    var headers = [
      HTTPHeader("Content-Type", "application/json"), HTTPHeader("webhook-id", reply.traceID.description),
      HTTPHeader("webhook-timestamp", seconds),
    ]
    if let key {
      let code = MessageCode.sha256(
        key: key, message: Array("\(reply.traceID.description).\(seconds).".utf8) + body)
      headers.append(HTTPHeader("webhook-signature", "v1," + Data(code).base64EncodedString()))
    }
    var request = HTTPRequest(.post, url, headers: headers, body: body)
    request.deadlines = HTTPDeadlines(
      connect: .seconds(5), firstByte: .seconds(15), idle: .seconds(15), total: .seconds(20))
    request.limits = HTTPLimits(bodyBytes: 64 << 10)
    let status: Int
    do throws(HTTPFailure) {
      status = try await client.send(request).head.status
    } catch {
      throw .transport(error.message)
    }
    guard (200..<300).contains(status) else { throw .status(status) }
  }

  /// Nil where the secret begins like base64 and is none.
  static func key(_ secret: String) -> [UInt8]? {
    guard secret.hasPrefix("whsec_") else { return Array(secret.utf8) }
    return Data(base64Encoded: String(secret.dropFirst(6))).map { Array($0) }
  }
}

extension Node {
  /// Where answers to deferred prompts are posted; nil where nothing is configured.
  ///
  /// Throws where the secret that signs them is not in the environment.
  package func webhook(environment: [String: String]) throws -> Webhook? {
    guard let address = configuration.link.webhook else { return nil }
    var key: [UInt8]?
    if let name = configuration.link.webhookKeyVariable {
      key = environment[name].flatMap { $0.isEmpty ? nil : Webhook.key($0) }
      guard key != nil else {
        throw StartFailure.part(
          "the secret of link.webhook is not in the environment variable \(name), or is no base64 after whsec_: set it")
      }
    }
    return Webhook(url: try HTTPURL(address), key: key, client: try client ?? HTTPClient(), clock: clock)
  }
}
