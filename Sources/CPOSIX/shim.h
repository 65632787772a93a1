#pragma once
#ifdef __linux__
// glibc declares it for programs that define _GNU_SOURCE, which Swift's view of glibc does not.
int pipe2(int ends[2], int flags);
#endif
