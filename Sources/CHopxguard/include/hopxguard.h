// libhopxguard: finds and redacts Hopx API keys in memory.
//
//   hopxguard *guard;
//   if (hopxguard_new(&guard) != HOPXGUARD_OK) ...
//   const uint8_t *text; size_t length;
//   if (hopxguard_redact(guard, bytes, count, &text, &length) != HOPXGUARD_OK) ... withhold the bytes ...
//   if (text == NULL) ... nothing to change: use the bytes as they are ...
//   hopxguard_free(guard);
//
// A context serves one call at a time. A second call during the first does nothing and returns HOPXGUARD_BUSY. For
// more threads make more contexts: hopxguard_copy shares the compiled rules.
//
// The library keeps no global state. No call opens a file, changes a signal or ends the process: what fails is a status,
// and hopxguard_last_error says why. No message holds more than 15 characters of a key.

#ifndef HOPXGUARD_H
#define HOPXGUARD_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The version of this interface. It grows when a caller has to change; new functions and statuses leave it.
#define HOPXGUARD_ABI 1

/// What a call returns. Statuses may be added: treat every one but HOPXGUARD_OK as a failure.
enum {
  HOPXGUARD_OK = 0,
  /// A null pointer, offsets that do not rise, or a call that does not fit the state of the stream.
  HOPXGUARD_BAD_ARGUMENT = 1,
  /// A rule file that cannot be used; the context keeps the rules that it had.
  HOPXGUARD_BAD_RULES = 2,
  HOPXGUARD_NO_MEMORY = 3,
  /// Another call is using the context.
  HOPXGUARD_BUSY = 4,
  /// The sink returned a status; the stream has ended.
  HOPXGUARD_SINK_FAILED = 5,
  /// Only from hopxguard_find: a rule was given up on, so there may be more matches than are returned.
  HOPXGUARD_INCOMPLETE = 6,
  /// The result does not fit the offsets of its array.
  HOPXGUARD_TOO_LARGE = 7,
};

/// Rules, buffers and the state of one stream.
typedef struct hopxguard hopxguard;

/// HOPXGUARD_ABI of the library that was loaded. Compare it with the header's.
uint32_t hopxguard_abi_version(void);

/// The version of hopxguard, such as "0.9.0".
const char *hopxguard_version(void);

/// A context with the built-in rules. `*guard` is set to NULL on failure.
int32_t hopxguard_new(hopxguard **guard);

/// A context with the rules of `guard`, without its stream.
int32_t hopxguard_copy(hopxguard *guard, hopxguard **copy);

void hopxguard_free(hopxguard *guard);

/// Adds the rules of a rule file to the context, which must not be in the middle of a stream.
///
/// `name` is what messages call the file. `toml` is in the form of this program, of gitleaks or of betterleaks; a file that
/// asks for what is not supported is refused, as is one that extends another. With `toml` NULL and `length` 0,
/// `builtin:common` adds the rules of that name.
int32_t hopxguard_add_rules(hopxguard *guard, const char *name, const uint8_t *toml, size_t length);

/// Why the last call on this context failed; empty if it did not. Valid until the next call on the context.
const char *hopxguard_last_error(hopxguard *guard);

/// 1 if redaction changes nothing in a text; 0 if it may, or if that cannot be told now, as when the context is in use.
///
/// The quickest call: most texts are clean, and then no other is needed.
int32_t hopxguard_is_clean(hopxguard *guard, const uint8_t *bytes, uint32_t length);

/// Redacts a text that is whole in memory.
///
/// `*out` is NULL when there is nothing to change. Otherwise it points to `*out_length` bytes that stay valid until the
/// next call on this context.
int32_t hopxguard_redact(
  hopxguard *guard, const uint8_t *bytes, size_t length, const uint8_t **out, size_t *out_length);

/// Redacts each string of an array on its own.
///
/// String `i` is `values[offsets[i] ..< offsets[i + 1]]`: the layout of an Arrow array of strings or of binary.
/// There are `count` strings and `count + 1` offsets. `*out_values` and `*out_offsets` are NULL when there is nothing to
/// change. Otherwise they are of the same layout, begin at 0, and stay valid until the next call on this context.
int32_t hopxguard_redact_array(
  hopxguard *guard, const uint8_t *values, const int32_t *offsets, size_t count, const uint8_t **out_values,
  const int32_t **out_offsets);

/// The same with offsets of 64 bits, as in Arrow's large arrays.
int32_t hopxguard_redact_large_array(
  hopxguard *guard, const uint8_t *values, const int64_t *offsets, size_t count, const uint8_t **out_values,
  const int64_t **out_offsets);

/// Takes output of a stream. Anything but 0 ends the stream. It must not call functions with the same context.
typedef int32_t (*hopxguard_sink)(void *user, const uint8_t *bytes, size_t length);

/// Redacts the next bytes of a stream and passes on what is decided.
///
/// Held back are only bytes that could still become part of a key. The output does not depend on how the stream is cut
/// into calls.
int32_t hopxguard_feed(hopxguard *guard, const uint8_t *bytes, size_t length, hopxguard_sink sink, void *user);

/// Ends the stream and passes on the rest of it. The next `hopxguard_feed` begins a new stream.
int32_t hopxguard_finish(hopxguard *guard, hopxguard_sink sink, void *user);

enum {
  /// A key that may be cut short.
  HOPXGUARD_MEDIUM = 1,
  HOPXGUARD_HIGH = 2,
};

/// A key that was found.
typedef struct hopxguard_match {
  /// Bytes of the text: start ..< end.
  size_t start;
  size_t end;
  /// The rule's ID, such as "hopx-api-key".
  const char *rule;
  /// "sha256:" and 32 hex digits: the same for a key however it is encoded.
  const char *fingerprint;
  /// "plain", or how the key is hidden, the outermost encoding first: "percent>base64".
  const char *encoding;
  /// HOPXGUARD_MEDIUM or HOPXGUARD_HIGH.
  int32_t confidence;
} hopxguard_match;

/// Finds the keys of a text that is whole in memory, in all the encodings that a scan knows.
///
/// The `*count` matches are in order of place. They stay valid until the next call on this context.
int32_t hopxguard_find(
  hopxguard *guard, const uint8_t *bytes, size_t length, const hopxguard_match **matches, size_t *count);

#ifdef __cplusplus
}
#endif

#endif
