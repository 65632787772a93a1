// A C interface to toml++: a document becomes one array of nodes in document order.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ctoml_kind {
  ctoml_table,
  ctoml_array,
  ctoml_string,
  ctoml_integer,
  ctoml_boolean,
  ctoml_date,
  ctoml_float,
  ctoml_other, // times: no setting of ours takes one
} ctoml_kind;

/// One node. Its descendants are the `extent` nodes that follow it.
typedef struct ctoml_node {
  ctoml_kind kind;
  uint32_t line;          // from 1
  const char *key;        // NULL inside an array and for the root
  size_t key_length;      // bytes
  const char *text;       // strings only, UTF-8; dates as YYYY-MM-DD
  size_t text_length;     // bytes
  int64_t integer;        // integers, and booleans as 0 or 1
  double number;          // floats
  size_t extent;          // nodes below this one
} ctoml_node;

typedef struct ctoml_document {
  const ctoml_node *nodes; // nodes[0] is the root table; NULL when the text is not TOML
  size_t count;
  const char *error;       // why the text is not TOML, or NULL
  uint32_t error_line;     // from 1
} ctoml_document;

/// Parses `length` bytes of UTF-8. Never NULL; free with ctoml_free.
ctoml_document *ctoml_parse(const char *text, size_t length);
void ctoml_free(ctoml_document *document);

#ifdef __cplusplus
}
#endif
