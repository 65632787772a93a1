// What the C library has and its Swift module does not show.
#pragma once
#include <stddef.h>
#include <sys/types.h>
#include <sys/xattr.h>

#ifdef __APPLE__
static inline ssize_t cposix_flistxattr(int file, char *names, size_t size) {
  return flistxattr(file, names, size, 0);
}
static inline ssize_t cposix_fgetxattr(int file, const char *name, void *value, size_t size) {
  return fgetxattr(file, name, value, size, 0, 0);
}
static inline int cposix_fsetxattr(int file, const char *name, const void *value, size_t size) {
  return fsetxattr(file, name, value, size, 0, 0);
}
#else
static inline ssize_t cposix_flistxattr(int file, char *names, size_t size) {
  return flistxattr(file, names, size);
}
static inline ssize_t cposix_fgetxattr(int file, const char *name, void *value, size_t size) {
  return fgetxattr(file, name, value, size);
}
static inline int cposix_fsetxattr(int file, const char *name, const void *value, size_t size) {
  return fsetxattr(file, name, value, size, 0);
}
#endif
