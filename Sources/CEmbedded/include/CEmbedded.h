#pragma once
#include <stddef.h>

/// A file of rules/ or hooks/, embedded when the library was compiled.
typedef struct embedded_file {
  const unsigned char *bytes;
  size_t length;
} embedded_file;

/// rules/hopx.toml
embedded_file embedded_hopx(void);

/// rules/gitignore.toml
embedded_file embedded_gitignore(void);

/// rules/lint.toml
embedded_file embedded_lint(void);

/// hooks/pre-commit and its like
embedded_file embedded_pre_commit(void);
embedded_file embedded_pre_merge_commit(void);
embedded_file embedded_commit_msg(void);
embedded_file embedded_pre_push(void);
embedded_file embedded_pre_receive(void);
