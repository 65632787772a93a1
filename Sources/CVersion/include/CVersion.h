#pragma once
#include <stddef.h>

/// The version of this program, `MAJOR.MINOR.PATCH`: the file VERSION, which the wheel and the action read too.
const char *cversion_number(size_t *length);

/// The commit that the binary was built from, with `-dirty` after it where the tree held changes; NULL where
/// the build was not told. `make` tells it.
const char *cversion_commit(void);
