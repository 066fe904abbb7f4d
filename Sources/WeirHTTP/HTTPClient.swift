import CCurl
import Glibc

/// An HTTP client over libcurl: pooled connections, HTTP/2 where TLS offers it, deadlines by phase.
///
/// One thread of its own does all the work; tasks wait without holding a thread. A cancelled task ends its request.
/// No redirects are followed and no cookies kept. When a pooled connection turns out to be closed before any byte of
/// an answer came, libcurl sends the request once more on a new connection.
package final class HTTPClient: Sendable {
  private let mailbox: TransferMailbox

  /// 0 when libcurl's global state is ready.
  private static let initialised = weir_curl_initialise()

  /// Starts the client's thread.
  package init(_ configuration: HTTPClientConfiguration = HTTPClientConfiguration()) throws(HTTPFailure) {
    guard Self.initialised == 0, let multi = CurlMulti(pooledConnections: configuration.pooledConnections)
    else { throw .broke(reason: "no memory to start") }
    let mailbox = TransferMailbox(multi: multi)
    let hasThread = DetachedThread.start {
      TransferLoop(multi: multi, mailbox: mailbox, configuration: configuration).run()
    }
    guard hasThread else {
      multi.destroy()
      throw .broke(reason: "no thread")
    }
    self.mailbox = mailbox
  }

  deinit { mailbox.close(at: .now) }

  /// libcurl's version and those of the libraries in it.
  package static var libraryVersion: String { unsafe String(cString: weir_curl_version()) }

  /// What all requests that have ended sent and received, also those that failed or were cancelled.
  package var traffic: HTTPTraffic { mailbox.traffic }

  /// Sends a request and reads the whole answer, whatever its status.
  package func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
    let transfer = try Transfer(id: mailbox.nextID(), request: request, delivery: .whole)
    let result: Result<HTTPResponse, HTTPFailure> = await withTaskCancellationHandler {
      // In here, a task that was cancelled before sends nothing.
      guard mailbox.start(transfer) else { return .failure(.closed) }
      return await transfer.next { state in
        guard let outcome = state.outcome else { return nil }
        return outcome.flatMap { facts in
          guard let head = state.head else { return .failure(.broke(reason: "an answer without a head")) }
          return .success(HTTPResponse(head: head, body: state.unread, facts: facts))
        }
      }
    } onCancel: {
      transfer.cancel(through: mailbox)
    }
    return try result.get()
  }

  /// Sends a request and returns when its head has come; the body is read from the stream.
  package func stream(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponseStream {
    let transfer = try Transfer(id: mailbox.nextID(), request: request, delivery: .streamed)
    let result: Result<HTTPResponseHead, HTTPFailure> = await withTaskCancellationHandler {
      guard mailbox.start(transfer) else { return .failure(.closed) }
      return await transfer.next { state in
        if let head = state.head { return .success(head) }
        guard case .failure(let failure) = state.outcome else { return nil }
        return .failure(failure)
      }
    } onCancel: {
      transfer.cancel(through: mailbox)
    }
    return HTTPResponseStream(head: try result.get(), transfer: transfer, mailbox: mailbox)
  }

  /// Takes no new requests, lets the running ones go on for `grace`, and returns when the thread has freed everything.
  package func shutdown(grace: Duration = .zero) async {
    mailbox.close(at: .now + grace)
    await mailbox.waitUntilEnded()
  }
}
