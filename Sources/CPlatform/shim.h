// What the C library has and its Swift module does not show.
#pragma once

#include <stddef.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif

#ifdef __APPLE__
#include <sys/types.h>
#include <sys/xattr.h>
#include <unistd.h>
static inline long cposix_flistxattr(int file, char *names, size_t size) {
  return flistxattr(file, names, size, 0);
}
static inline long cposix_fgetxattr(int file, const char *name, void *value, size_t size) {
  return fgetxattr(file, name, value, size, 0, 0);
}
static inline int cposix_fsetxattr(int file, const char *name, const void *value, size_t size) {
  return fsetxattr(file, name, value, size, 0, 0);
}
static inline void cposix_deny_dumps(void) {}
#else
// Declared here, because the headers would have Swift take types such as sigset_t for this module's.
// ssize_t is long on every 64-bit Linux.
long flistxattr(int file, char *names, size_t size);
long fgetxattr(int file, const char *name, void *value, size_t size);
int fsetxattr(int file, const char *name, const void *value, size_t size, int flags);
int pipe2(int ends[2], int flags);
int memfd_create(const char *name, unsigned int flags);
// A struct rlimit is two numbers: the soft limit and the hard one.
int prlimit(int process, int resource, const unsigned long *now, unsigned long *before);
int fork(void);
int close(int file);
long syscall(long number, ...);
unsigned long getauxval(unsigned long type);
int prctl(int option, ...);
/// PR_SET_DUMPABLE, prctl(2): no core dumps, and no debugger but root's.
static inline void cposix_deny_dumps(void) { prctl(4, 0UL, 0UL, 0UL, 0UL); }
static inline long cposix_flistxattr(int file, char *names, size_t size) {
  return flistxattr(file, names, size);
}
static inline long cposix_fgetxattr(int file, const char *name, void *value, size_t size) {
  return fgetxattr(file, name, value, size);
}
static inline int cposix_fsetxattr(int file, const char *name, const void *value, size_t size) {
  return fsetxattr(file, name, value, size, 0);
}
#endif

/// fork(2), which Swift does not offer everywhere: only for a process without other threads.
static inline int cposix_fork(void) { return fork(); }

/// Closes every descriptor from `first` on, in a process that does not go on to another program.
static inline void cposix_close_from(int first) {
#ifdef SYS_close_range
  if (syscall(SYS_close_range, (unsigned)first, ~0u, 0u) == 0) return;
#endif
  for (int file = first; file < 4096; file++) close(file);
}
