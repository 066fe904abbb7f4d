// Lets the release binary run where /proc is not mounted, as in an empty root folder.
//
// Swift's runtime asks /proc before main: for the program's own path, to find the crash reporter that a single file
// does not carry, and for the arguments. libdispatch asks it for the state of its threads once they are busy. Each of
// them ends the program when there is no answer. Here the search for the reporter finds nothing, the arguments come from
// the C runtime, and threads are watched only where they can be. Linked with --wrap by Tools/Release/build.
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

void _swift_stdlib_overrideUnsafeArgvArgc(char **values, int count);
void __real__dispatch_workq_worker_register(void *queue);
void __real__dispatch_workq_worker_unregister(void *queue);

static bool has_proc;

// The C runtime hands its arguments to every constructor; this one comes before those of Swift and libdispatch.
__attribute__((constructor(101))) static void begin(int count, char **values) {
  has_proc = access("/proc/self/stat", R_OK) == 0;
  _swift_stdlib_overrideUnsafeArgvArgc(values, count);
}

const char *__wrap_swift_copyAuxiliaryExecutablePath(const char *name) {
  (void)name;
  return NULL;
}

void __wrap__dispatch_workq_worker_register(void *queue) {
  if (has_proc) __real__dispatch_workq_worker_register(queue);
}

void __wrap__dispatch_workq_worker_unregister(void *queue) {
  if (has_proc) __real__dispatch_workq_worker_unregister(queue);
}
