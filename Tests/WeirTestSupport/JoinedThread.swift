import Glibc

/// An operating system thread that someone joins.
package struct JoinedThread: Sendable {
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private let thread: pthread_t

  package init(_ run: @escaping @Sendable () -> Void) {
    let body = unsafe Unmanaged.passRetained(Body(run))
    var thread = pthread_t()
    let code = unsafe pthread_create(
      &thread, nil,
      { raw in
        guard let raw = unsafe raw else { return nil }
        unsafe Unmanaged<Body>.fromOpaque(raw).takeRetainedValue().run()
        return nil
      }, body.toOpaque())
    precondition(code == 0, "the system gives a test another thread")
    self.thread = thread
  }

  /// For a thread that ends by itself; it is not joined then.
  package func detach() { _ = pthread_detach(thread) }

  package func join() { _ = pthread_join(thread, nil) }
}
