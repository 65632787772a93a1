#pragma once
#include <zlib.h>

// inflateInit is a macro, which Swift does not see.
static inline int czlib_inflate_init(z_stream *stream) { return inflateInit(stream); }

// The same for what has gzip's header, and the checksum and length at its end, which are compared.
static inline int czlib_inflate_init_gzip(z_stream *stream) { return inflateInit2(stream, 15 + 16); }

// The same without a header: what zip and PNG hold.
static inline int czlib_inflate_init_raw(z_stream *stream) { return inflateInit2(stream, -15); }
