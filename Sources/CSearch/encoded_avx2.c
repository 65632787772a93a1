// encoded.c for processors with AVX2.

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#define CSEARCH_AVX2
#include "encoded.c"
#pragma clang attribute pop
#else
typedef int csearch_no_avx2;
#endif
