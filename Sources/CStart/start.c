// What has to happen before Swift's runtime starts. The runtime learns its arguments and its own path from /proc;
// in a chroot or jail without /proc a static binary would abort before `main`.
#define _POSIX_C_SOURCE 200809L
#include "CStart.h"
#include <stdlib.h>
#include <unistd.h>

#ifdef __GLIBC__

/// Swift's runtime, stdlib/public/stubs/CommandLine.cpp.
extern void _swift_stdlib_overrideUnsafeArgvArgc(char **argv, int argc);

static int has_set_root = 0;

/// glibc passes `main`'s arguments to constructors. The priority is the first that programs may use, ahead of the
/// runtime's own constructors.
__attribute__((constructor(101))) static void start(int argc, char **argv) {
  _swift_stdlib_overrideUnsafeArgvArgc(argv, argc);
  if (access("/proc/self/exe", F_OK) == 0 || getenv("SWIFT_ROOT")) return;
  has_set_root = setenv("SWIFT_ROOT", "/", 0) == 0;
}

void cstart_clean_environment(void) {
  if (has_set_root) unsetenv("SWIFT_ROOT");
}
#else
void cstart_clean_environment(void) {}
#endif
