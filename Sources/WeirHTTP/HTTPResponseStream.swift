/// An answer whose body is read while it comes. One task reads it; dropping it ends the request.
package final class HTTPResponseStream: Sendable {
  package let head: HTTPResponseHead
  private let transfer: Transfer
  private let mailbox: TransferMailbox

  init(head: HTTPResponseHead, transfer: Transfer, mailbox: TransferMailbox) {
    self.head = head
    self.transfer = transfer
    self.mailbox = mailbox
  }

  deinit { transfer.cancel(through: mailbox) }

  /// The bytes that came since the last call, at least one; nil at the end of a whole body.
  package func next() async throws(HTTPFailure) -> [UInt8]? {
    let (result, hasMadeRoom) = await withTaskCancellationHandler {
      await transfer.next { state -> (Result<[UInt8]?, HTTPFailure>, hasMadeRoom: Bool)? in
        if !state.unread.isEmpty {
          let bytes = state.unread
          let wasPaused = state.isPaused
          state.unread = []
          state.isPaused = false
          return (.success(bytes), wasPaused)
        }
        return switch state.outcome {
        case nil: nil
        case .success: (.success(nil), false)
        case .failure(let failure): (.failure(failure), false)
        }
      }
    } onCancel: {
      transfer.cancel(through: mailbox)
    }
    if hasMadeRoom { mailbox.tell(transfer) }
    return try result.get()
  }

  /// Reads the rest, up to `limit` bytes; what is beyond is not waited for.
  package func prefix(upTo limit: Int) async throws(HTTPFailure) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < limit, let more = try await next() { bytes += more.prefix(limit - bytes.count) }
    return bytes
  }

  /// For a reader who has what it wants: the rest is dropped, so that the connection can serve the next request.
  ///
  /// Returns when the answer has ended, and after `patience` at the latest; then the connection is closed. Nothing may
  /// be read afterwards.
  package func finish(patience: Duration = .milliseconds(50)) async {
    transfer.drain(until: .now + patience, through: mailbox)
    await transfer.next { state in state.outcome.map { _ in } }
  }

  /// How the transfer went, once it has ended well.
  package var facts: HTTPTransferFacts? {
    transfer.update { state in
      guard case .success(let facts) = state.outcome else { return (nil, wakes: false) }
      return (facts, wakes: false)
    }
  }
}
