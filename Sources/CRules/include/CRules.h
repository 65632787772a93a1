#pragma once
#include <stddef.h>

/// A file of rules/ or hooks/, embedded when the library was compiled.
typedef struct crules_file {
  const unsigned char *bytes;
  size_t length;
} crules_file;

/// rules/hopx.toml
crules_file crules_hopx(void);

/// rules/gitignore.toml
crules_file crules_gitignore(void);

/// hooks/pre-commit and its like
crules_file crules_pre_commit(void);
crules_file crules_pre_merge_commit(void);
crules_file crules_commit_msg(void);
crules_file crules_pre_push(void);
crules_file crules_pre_receive(void);
