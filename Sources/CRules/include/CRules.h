#pragma once
#include <stddef.h>

/// A file of rules/, embedded when the library was compiled.
typedef struct crules_file {
  const unsigned char *bytes;
  size_t length;
} crules_file;

/// rules/hopx.toml
crules_file crules_hopx(void);

/// rules/gitignore.toml
crules_file crules_gitignore(void);
