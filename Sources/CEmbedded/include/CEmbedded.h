#pragma once
#include <stddef.h>

/// A file of rules/, hooks/ or report/, embedded when the library was compiled.
typedef struct embedded_file {
  const unsigned char *bytes;
  size_t length;
} embedded_file;

/// rules/hopx.toml
embedded_file embedded_hopx(void);

/// rules/base-address.toml
embedded_file embedded_base_address(void);

/// rules/common.toml
embedded_file embedded_common(void);

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

/// report/page.css and report/page.js: the style and the script of the HTML report
embedded_file embedded_page_css(void);
embedded_file embedded_page_js(void);
