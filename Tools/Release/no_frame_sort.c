// Keeps the release binary from sorting its 100 000 unwind records at every start: 30 ms of the first thread.
//
// The start files of static programs register .eh_frame, and libgcc sorts what is registered when it is first asked;
// that happens at once, because dispatchMain ends the first thread with pthread_exit, which unwinds it. Without the
// registration libgcc searches the table that the linker sorted (--eh-frame-hdr), as it does in dynamic programs.
#include <stddef.h>

void __wrap___register_frame_info(const void *begin, void *object) {
  (void)begin;
  (void)object;
}

void *__wrap___deregister_frame_info(const void *begin) {
  (void)begin;
  return NULL;
}
