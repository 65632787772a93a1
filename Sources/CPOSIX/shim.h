// What the C library has and its Swift module does not show.
#pragma once

#ifdef __APPLE__
#include <stddef.h>
#include <sys/types.h>
#include <sys/xattr.h>
static inline long cposix_flistxattr(int file, char *names, unsigned long size) {
  return flistxattr(file, names, size, 0);
}
static inline long cposix_fgetxattr(int file, const char *name, void *value, unsigned long size) {
  return fgetxattr(file, name, value, size, 0, 0);
}
static inline int cposix_fsetxattr(int file, const char *name, const void *value, unsigned long size) {
  return fsetxattr(file, name, value, size, 0, 0);
}
#else
// Declared here, because the headers would have Swift take types such as sigset_t for this module's.
// size_t and ssize_t are unsigned long and long on every 64-bit Linux.
long flistxattr(int file, char *names, unsigned long size);
long fgetxattr(int file, const char *name, void *value, unsigned long size);
int fsetxattr(int file, const char *name, const void *value, unsigned long size, int flags);
int pipe2(int ends[2], int flags);
static inline long cposix_flistxattr(int file, char *names, unsigned long size) {
  return flistxattr(file, names, size);
}
static inline long cposix_fgetxattr(int file, const char *name, void *value, unsigned long size) {
  return fgetxattr(file, name, value, size);
}
static inline int cposix_fsetxattr(int file, const char *name, const void *value, unsigned long size) {
  return fsetxattr(file, name, value, size, 0);
}
#endif
