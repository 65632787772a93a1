#pragma once
#include <archive.h>
#include <archive_entry.h>
#include <bzlib.h>
#include <locale.h>
#include <lz4.h>
#include <lz4frame.h>
#include <lzma.h>
#include <zstd.h>

// Macros and casts, which Swift does not see.

// glibc has this locale built in, so it is there without a file, in a static binary too. NULL where it
// is not.
static inline locale_t carchive_utf8_locale(void) {
  return newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

// Only for the calling thread.
static inline void carchive_use_locale(locale_t locale) {
  if (locale) uselocale(locale);
}

// A macro of casts: a stream's state before its first use.
static inline lzma_stream carchive_lzma_stream(void) { return (lzma_stream)LZMA_STREAM_INIT; }
