// Lets the release binary start where /proc is not mounted, as in an empty root folder.
//
// Swift's runtime asks /proc twice before main: for the program's own path, to find the crash reporter that a single file
// does not carry, and for the arguments. Without /proc it aborts at both. Here the search for the reporter finds
// nothing (linked with --wrap), and the arguments come from the C runtime.
#include <stddef.h>

void _swift_stdlib_overrideUnsafeArgvArgc(char **values, int count);

const char *__wrap_swift_copyAuxiliaryExecutablePath(const char *name) {
  (void)name;
  return NULL;
}

// The C runtime hands its arguments to every constructor; the runtime's own constructors do not read them.
__attribute__((constructor(101))) static void keep_arguments(int count, char **values) {
  _swift_stdlib_overrideUnsafeArgvArgc(values, count);
}
