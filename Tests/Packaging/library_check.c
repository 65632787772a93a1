// A caller of libhopxguard in C: `library_check calls`, `threads` or `memory`. It exits with 0 if all is as the header
// says, and names the line that is not.

#include "hopxguard.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define CHECK(condition)                                                     \
  do {                                                                       \
    if (!(condition)) {                                                      \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      exit(1);                                                               \
    }                                                                        \
  } while (0)

enum { key_length = 66, kept = 15 };

static void make_key(char *key, unsigned seed) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  memcpy(key, "hopx_live_", 10);
  for (int at = 10; at < key_length; at++) {
    seed = seed * 1103515245u + 12345u;
    key[at] = at == 22 ? '.' : letters[(seed >> 16) % 62];
  }
  key[key_length] = 0;
}

typedef struct {
  char bytes[4096];
  size_t length;
  hopxguard *guard;
  int32_t status;
} collected;

static int32_t collect(void *user, const uint8_t *bytes, size_t length) {
  collected *to = user;
  if (to->guard) CHECK(hopxguard_feed(to->guard, bytes, length, collect, user) == HOPXGUARD_BUSY);
  CHECK(to->length + length <= sizeof to->bytes);
  memcpy(to->bytes + to->length, bytes, length);
  to->length += length;
  return to->status;
}

static void whole_texts(hopxguard *guard, const char *key) {
  char text[256], expected[256];
  const uint8_t *out;
  size_t length;
  int count = snprintf(text, sizeof text, "a %s b", key);
  int left = snprintf(expected, sizeof expected, "a %.*s... b", kept, key);
  CHECK(hopxguard_redact(guard, (uint8_t *)text, count, &out, &length) == HOPXGUARD_OK);
  CHECK(out != NULL && length == (size_t)left && memcmp(out, expected, left) == 0);
  CHECK(hopxguard_redact(guard, (uint8_t *)"nothing", 7, &out, &length) == HOPXGUARD_OK && out == NULL);
  CHECK(hopxguard_redact(guard, NULL, 0, &out, &length) == HOPXGUARD_OK && out == NULL);
  CHECK(hopxguard_redact(guard, NULL, 1, &out, &length) == HOPXGUARD_BAD_ARGUMENT);
  CHECK(strlen(hopxguard_last_error(guard)) > 0);
  CHECK(hopxguard_redact(NULL, (uint8_t *)text, count, &out, &length) == HOPXGUARD_BAD_ARGUMENT);

  CHECK(hopxguard_is_clean(guard, (uint8_t *)"nothing", 7) == 1 && hopxguard_is_clean(guard, NULL, 0) == 1);
  CHECK(hopxguard_is_clean(guard, (uint8_t *)text, count) == 0 && hopxguard_is_clean(NULL, NULL, 0) == 0);

  // More than a chunk, with a key across each of its ends, and a result that is shorter.
  size_t size = 1 << 20, at = 0, keys = 0;
  char *large = malloc(size + key_length), *redacted = malloc(size);
  size_t wanted = 0;
  while (at < size - 1000) {
    size_t gap = 13 + 37 * keys % 900;
    memset(large + at, '.', gap);
    memset(redacted + wanted, '.', gap);
    memcpy(large + at + gap, key, key_length);
    memcpy(redacted + wanted + gap, key, kept);
    memcpy(redacted + wanted + gap + kept, "...", 3);
    at += gap + key_length;
    wanted += gap + kept + 3;
    keys++;
  }
  CHECK(hopxguard_redact(guard, (uint8_t *)large, at, &out, &length) == HOPXGUARD_OK);
  CHECK(length == wanted && memcmp(out, redacted, wanted) == 0);
  free(large);
  free(redacted);
}

static void arrays(hopxguard *guard, const char *key) {
  char values[1024];
  int32_t offsets[6] = {3};
  const char *strings[5] = {"clean", "", key, "hopx_live_", "end"};
  int32_t at = 3;
  for (int index = 0; index < 5; index++) {
    memcpy(values + at, strings[index], strlen(strings[index]));
    at += (int32_t)strlen(strings[index]);
    offsets[index + 1] = at;
  }
  const uint8_t *out;
  const int32_t *places;
  CHECK(hopxguard_redact_array(guard, (uint8_t *)values, offsets, 5, &out, &places) == HOPXGUARD_OK);
  int32_t expected[6] = {0, 5, 5, 23, 33, 36};
  CHECK(out != NULL && memcmp(places, expected, sizeof expected) == 0);
  CHECK(memcmp(out, "clean", 5) == 0 && memcmp(out + 5, key, kept) == 0 && memcmp(out + 20, "...hopx_live_end", 16) == 0);

  // A key that is cut by the border between two strings is a key in neither.
  int32_t cut[3] = {0, 8, key_length};
  CHECK(hopxguard_redact_array(guard, (const uint8_t *)key, cut, 2, &out, &places) == HOPXGUARD_OK);
  CHECK(out == NULL && places == NULL);

  int64_t large[2] = {0, key_length};
  const int64_t *large_places;
  CHECK(hopxguard_redact_large_array(guard, (const uint8_t *)key, large, 1, &out, &large_places) == HOPXGUARD_OK);
  CHECK(large_places[0] == 0 && large_places[1] == kept + 3);

  int32_t falling[3] = {0, 5, 4};
  CHECK(hopxguard_redact_array(guard, (const uint8_t *)key, falling, 2, &out, &places) == HOPXGUARD_BAD_ARGUMENT);
  int32_t none[1] = {0};
  CHECK(hopxguard_redact_array(guard, NULL, none, 0, &out, &places) == HOPXGUARD_OK && out == NULL);
}

static void streams(hopxguard *guard, const char *key) {
  char text[256], expected[256];
  int count = snprintf(text, sizeof text, "a %s b\n", key);
  int left = snprintf(expected, sizeof expected, "a %.*s... b\n", kept, key);
  for (int cut = 0; cut <= count; cut++) {
    collected to = {.guard = guard};
    CHECK(hopxguard_feed(guard, (uint8_t *)text, cut, collect, &to) == HOPXGUARD_OK);
    CHECK(hopxguard_feed(guard, (uint8_t *)text + cut, count - cut, collect, &to) == HOPXGUARD_OK);
    CHECK(hopxguard_finish(guard, collect, &to) == HOPXGUARD_OK);
    CHECK(to.length == (size_t)left && memcmp(to.bytes, expected, left) == 0);
  }
  collected refuses = {.status = 7};
  CHECK(hopxguard_feed(guard, (uint8_t *)text, count, collect, &refuses) == HOPXGUARD_SINK_FAILED);
  collected after = {.status = 0};
  CHECK(hopxguard_finish(guard, collect, &after) == HOPXGUARD_OK && after.length == 0);
  CHECK(hopxguard_feed(guard, (uint8_t *)text, count, NULL, NULL) == HOPXGUARD_BAD_ARGUMENT);
}

static void finds(hopxguard *guard, const char *key) {
  char text[256];
  int count = snprintf(text, sizeof text, "%s and \\u0068%s", key, key + 1);
  const hopxguard_match *matches;
  size_t found;
  CHECK(hopxguard_find(guard, (uint8_t *)text, count, &matches, &found) == HOPXGUARD_OK && found == 2);
  CHECK(matches[0].start == 0 && matches[0].end == key_length && matches[0].confidence == HOPXGUARD_HIGH);
  CHECK(strcmp(matches[0].rule, "hopx-api-key") == 0 && strcmp(matches[0].encoding, "plain") == 0);
  CHECK(matches[1].start == key_length + 5 && matches[1].end == (size_t)count);
  CHECK(strcmp(matches[1].encoding, "unicode") == 0 && strlen(matches[1].fingerprint) == 39);
  CHECK(strcmp(matches[0].fingerprint, matches[1].fingerprint) == 0);
  CHECK(hopxguard_find(guard, (uint8_t *)"nothing", 7, &matches, &found) == HOPXGUARD_OK && found == 0);
}

static void rules(hopxguard *guard, const char *key) {
  const char *own = "[[rule]]\nid = \"own\"\nliteral = \"own_\"\npattern = \"own_[0-9]{8}\"\n";
  const char *slow = "[[rule]]\nid = \"slow\"\nliteral = \"slow_\"\npattern = \"slow_(a|a?)+$\"\n";
  char broken[256];
  snprintf(broken, sizeof broken, "[[rule]]\nid = \"b\"\nliteral = \"%s\"\npattern = \"(\"\n", key);
  CHECK(hopxguard_add_rules(guard, "broken.toml", (uint8_t *)broken, strlen(broken)) == HOPXGUARD_BAD_RULES);
  CHECK(strstr(hopxguard_last_error(guard), "broken.toml:4: ") != NULL);
  CHECK(strstr(hopxguard_last_error(guard), key + kept) == NULL);
  CHECK(hopxguard_add_rules(guard, "x", (uint8_t *)"[[[[", 4) == HOPXGUARD_BAD_RULES);
  CHECK(hopxguard_add_rules(guard, "own.toml", (uint8_t *)own, strlen(own)) == HOPXGUARD_OK);
  CHECK(hopxguard_last_error(guard)[0] == 0);
  CHECK(hopxguard_add_rules(guard, "own.toml", (uint8_t *)own, strlen(own)) == HOPXGUARD_BAD_RULES);
  const uint8_t *out;
  size_t length;
  CHECK(hopxguard_redact(guard, (uint8_t *)"own_12345678", 12, &out, &length) == HOPXGUARD_OK && length < 12);
  hopxguard *copy;
  CHECK(hopxguard_copy(guard, &copy) == HOPXGUARD_OK);
  CHECK(hopxguard_redact(copy, (uint8_t *)"own_12345678", 12, &out, &length) == HOPXGUARD_OK && length < 12);
  hopxguard_free(copy);

  // The pack by its name; rules of gitleaks as they are; and none that would do less than their file says.
  const char *foreign =
    "[[rules]]\nid = \"tool\"\nregex = 'tool_([0-9]{8})'\n[[rules.allowlists]]\nregexes = ['^11111111$']\n";
  const char *unsupported = "[extend]\nuseDefault = true\n[[rules]]\nid = \"more\"\nregex = 'more_[0-9]{8}'\n"
    "[[rules.allowlists]]\ncommits = ['a1b2']\n";
  CHECK(hopxguard_add_rules(guard, "builtin:common", NULL, 0) == HOPXGUARD_OK);
  CHECK(hopxguard_add_rules(guard, "builtin:none", NULL, 0) == HOPXGUARD_BAD_RULES);
  CHECK(hopxguard_add_rules(guard, "tool.toml", (uint8_t *)foreign, strlen(foreign)) == HOPXGUARD_OK);
  CHECK(hopxguard_redact(guard, (uint8_t *)"tool_12345678", 13, &out, &length) == HOPXGUARD_OK && length < 13);
  CHECK(hopxguard_redact(guard, (uint8_t *)"tool_11111111", 13, &out, &length) == HOPXGUARD_OK && out == NULL);
  CHECK(
    hopxguard_add_rules(guard, "more.toml", (uint8_t *)unsupported, strlen(unsupported)) == HOPXGUARD_BAD_RULES);
  CHECK(strstr(hopxguard_last_error(guard), "more.toml:2: not supported: extend.useDefault") != NULL);
  CHECK(strstr(hopxguard_last_error(guard), "not supported: allowlist: commits (more)") != NULL);
  CHECK(hopxguard_redact(guard, (uint8_t *)"more_12345678", 13, &out, &length) == HOPXGUARD_OK && out == NULL);

  // A pattern that backtracks without end is given up on: redaction takes everything, find says so.
  CHECK(hopxguard_add_rules(guard, "slow.toml", (uint8_t *)slow, strlen(slow)) == HOPXGUARD_OK);
  char text[80] = "slow_";
  memset(text + 5, 'a', 60);
  strcpy(text + 65, "b");
  CHECK(hopxguard_redact(guard, (uint8_t *)text, 66, &out, &length) == HOPXGUARD_OK);
  CHECK(out != NULL && length < 20);
  const hopxguard_match *matches;
  size_t found;
  CHECK(hopxguard_find(guard, (uint8_t *)text, 66, &matches, &found) == HOPXGUARD_INCOMPLETE);

  collected to = {.status = 0};
  CHECK(hopxguard_feed(guard, (uint8_t *)"a", 1, collect, &to) == HOPXGUARD_OK);
  CHECK(hopxguard_add_rules(guard, "x", (uint8_t *)own, strlen(own)) == HOPXGUARD_BAD_ARGUMENT);
  CHECK(hopxguard_finish(guard, collect, &to) == HOPXGUARD_OK);
}

static void calls(void) {
  CHECK(hopxguard_abi_version() == HOPXGUARD_ABI);
  CHECK(strchr(hopxguard_version(), '.') != NULL && strchr(hopxguard_version(), '\n') == NULL);
  CHECK(hopxguard_new(NULL) == HOPXGUARD_BAD_ARGUMENT);
  hopxguard *guard;
  CHECK(hopxguard_new(&guard) == HOPXGUARD_OK && guard != NULL);
  char key[key_length + 1];
  for (unsigned seed = 1; seed < 20; seed++) {
    make_key(key, seed);
    whole_texts(guard, key);
    arrays(guard, key);
    streams(guard, key);
    finds(guard, key);
  }
  rules(guard, key);
  hopxguard_free(guard);
  hopxguard_free(NULL);
}

static hopxguard *shared;

static void *one_thread(void *number) {
  char key[key_length + 1];
  make_key(key, (unsigned)(size_t)number + 100);
  hopxguard *guard = NULL;
  int32_t status;
  while ((status = hopxguard_copy(shared, &guard)) == HOPXGUARD_BUSY) {}
  CHECK(status == HOPXGUARD_OK);
  for (int round = 0; round < 5; round++) {
    whole_texts(guard, key);
    streams(guard, key);
    finds(guard, key);
    const uint8_t *out;
    size_t length;
    status = hopxguard_redact(shared, (uint8_t *)key, key_length, &out, &length);
    CHECK(status == HOPXGUARD_OK || status == HOPXGUARD_BUSY);
  }
  hopxguard_free(guard);
  return NULL;
}

static void threads(void) {
  pthread_t threads[32];
  CHECK(hopxguard_new(&shared) == HOPXGUARD_OK);
  for (size_t index = 0; index < 32; index++) {
    CHECK(pthread_create(&threads[index], NULL, one_thread, (void *)index) == 0);
  }
  for (size_t index = 0; index < 32; index++) CHECK(pthread_join(threads[index], NULL) == 0);
  hopxguard_free(shared);
}

/// With little memory and ever more of it, each call says that there is none or works.
static void memory(void) {
  size_t size = 8 << 20;
  uint8_t *text = malloc(size);
  char key[key_length + 1];
  make_key(key, 1);
  for (size_t at = 0; at + key_length <= size; at += key_length) memcpy(text + at, key, key_length);
  int refused = 0, served = 0;
  FILE *pages = fopen("/proc/self/statm", "r");
  long used;
  CHECK(fscanf(pages, "%ld", &used) == 1);
  for (int spare = 0; spare <= 64; spare += 2) {
    struct rlimit limit = {.rlim_cur = (rlim_t)used * 4096 + ((rlim_t)spare << 20), .rlim_max = RLIM_INFINITY};
    CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
    hopxguard *guard;
    int32_t status = hopxguard_new(&guard);
    if (status == HOPXGUARD_OK) {
      const uint8_t *out;
      size_t length;
      status = hopxguard_redact(guard, text, size, &out, &length);
      CHECK(status == HOPXGUARD_OK ? out != NULL : out == NULL && hopxguard_last_error(guard)[0] != 0);
      hopxguard_free(guard);
    }
    CHECK(status == HOPXGUARD_OK || status == HOPXGUARD_NO_MEMORY);
    if (status == HOPXGUARD_OK) served++; else refused++;
  }
  CHECK(served > 0 && refused > 0);
  free(text);
}

int main(int count, char **arguments) {
  const char *what = count > 1 ? arguments[1] : "";
  if (strcmp(what, "calls") == 0) calls();
  else if (strcmp(what, "threads") == 0) threads();
  else if (strcmp(what, "memory") == 0) memory();
  else return 2;
  return 0;
}
