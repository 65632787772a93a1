#include "CTOML.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// The parser asserts what a hostile file can make untrue, such as `[[[`: that is an error about the file.
#undef NDEBUG
#define TOML_ASSERT(expr) ((expr) ? static_cast<void>(0) : throw std::logic_error("not TOML"))
// Settings and rules are small; the program is made small too.
#if defined(__clang__)
#pragma clang diagnostic push
// It names some functions again after they are defined.
#pragma clang diagnostic ignored "-Wignored-attributes"
#pragma clang attribute push(__attribute__((minsize)), apply_to = function)
#endif
#include <toml++/toml.h>
#if defined(__clang__)
#pragma clang attribute pop
#pragma clang diagnostic pop
#endif

namespace {

struct document : ctoml_document {
  toml::table root;
  std::vector<ctoml_node> list;
  std::vector<std::unique_ptr<std::string>> dates;
  std::string message;
};

// Deeper than any settings file, and far from what recursion has room for.
constexpr int deepest = 64;

void append(document &out, const toml::node &node, const toml::key *key, int depth) {
  if (depth > deepest) throw std::length_error("nested too deeply");
  size_t at = out.list.size();
  ctoml_node flat{};
  flat.kind = ctoml_other;
  flat.line = key ? key->source().begin.line : node.source().begin.line;
  if (key) {
    flat.key = key->str().data();
    flat.key_length = key->str().size();
  }
  if (auto text = node.as_string()) {
    flat.kind = ctoml_string;
    flat.text = text->get().data();
    flat.text_length = text->get().size();
  } else if (auto integer = node.as_integer()) {
    flat.kind = ctoml_integer;
    flat.integer = integer->get();
  } else if (auto number = node.as_floating_point()) {
    flat.kind = ctoml_float;
    flat.number = number->get();
  } else if (auto boolean = node.as_boolean()) {
    flat.kind = ctoml_boolean;
    flat.integer = boolean->get();
  } else if (auto date = node.as_date()) {
    char text[16];
    snprintf(text, sizeof text, "%04u-%02u-%02u", date->get().year, date->get().month,
             date->get().day);
    out.dates.push_back(std::make_unique<std::string>(text));
    flat.kind = ctoml_date;
    flat.text = out.dates.back()->data();
    flat.text_length = out.dates.back()->size();
  } else if (node.is_table()) {
    flat.kind = ctoml_table;
  } else if (node.is_array()) {
    flat.kind = ctoml_array;
  }
  out.list.push_back(flat);

  if (auto table = node.as_table()) {
    std::vector<std::pair<const toml::key *, const toml::node *>> members;
    for (auto &&[name, value] : *table) members.emplace_back(&name, &value);
    std::sort(members.begin(), members.end(), [](auto &a, auto &b) {
      return a.first->source().begin < b.first->source().begin;
    });
    for (auto &[name, value] : members) append(out, *value, name, depth + 1);
  } else if (auto array = node.as_array()) {
    for (auto &value : *array) append(out, value, nullptr, depth + 1);
  }
  out.list[at].extent = out.list.size() - at - 1;
}

// The first line with more dots outside of strings and comments than `deepest`, from 1; 0 if there is
// none. toml++ makes a table of each part of a dotted key and takes them apart recursively.
uint32_t line_with_long_key(std::string_view text) {
  uint32_t line = 1;
  int dots = 0;
  for (size_t at = 0; at < text.size(); at++) {
    char byte = text[at];
    if (byte == '\n') {
      line++;
      dots = 0;
    } else if (byte == '.') {
      if (++dots > deepest) return line;
    } else if (byte == '#') {
      while (at + 1 < text.size() && text[at + 1] != '\n') at++;
    } else if (byte == '"' || byte == '\'') {
      bool is_long = text.substr(at, 3) == std::string(3, byte);
      at += is_long ? 3 : 1;
      for (; at < text.size(); at++) {
        // A string of one line that is not closed is for the parser to complain about.
        if (text[at] == '\n') {
          line++;
          dots = 0;
          if (!is_long) break;
        } else if (text[at] == '\\' && byte == '"') {
          at++;
          if (at < text.size() && text[at] == '\n') line++;
        } else if (text[at] == byte) {
          if (!is_long) break;
          if (text.substr(at, 3) == std::string(3, byte)) {
            at += 2;
            break;
          }
        }
      }
    }
  }
  return 0;
}

}  // namespace

ctoml_document *ctoml_parse(const char *text, size_t length) {
  auto *out = new document{};
  try {
    if (uint32_t line = line_with_long_key(std::string_view(text, length))) {
      out->message = "a key of too many parts";
      out->error = out->message.c_str();
      out->error_line = line;
      return out;
    }
    out->root = toml::parse(std::string_view(text, length));
    append(*out, out->root, nullptr, 0);
    out->nodes = out->list.data();
    out->count = out->list.size();
  } catch (const toml::parse_error &error) {
    out->message = std::string(error.description());
    out->error = out->message.c_str();
    out->error_line = error.source().begin.line;
  } catch (const std::exception &error) {
    out->message = error.what();
    out->error = out->message.c_str();
    out->error_line = 1;
  }
  return out;
}

void ctoml_free(ctoml_document *handle) { delete static_cast<document *>(handle); }
