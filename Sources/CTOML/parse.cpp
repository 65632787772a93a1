#include "CTOML.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <toml++/toml.h>

namespace {

struct document : ctoml_document {
  toml::table root;
  std::vector<ctoml_node> list;
  std::vector<std::unique_ptr<std::string>> dates;
  std::string message;
};

void append(document &out, const toml::node &node, const toml::key *key) {
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
    std::stable_sort(members.begin(), members.end(), [](auto &a, auto &b) {
      return a.first->source().begin < b.first->source().begin;
    });
    for (auto &[name, value] : members) append(out, *value, name);
  } else if (auto array = node.as_array()) {
    for (auto &value : *array) append(out, value, nullptr);
  }
  out.list[at].extent = out.list.size() - at - 1;
}

}  // namespace

ctoml_document *ctoml_parse(const char *text, size_t length) {
  auto *out = new document{};
  try {
    out->root = toml::parse(std::string_view(text, length));
    append(*out, out->root, nullptr);
    out->nodes = out->list.data();
    out->count = out->list.size();
  } catch (const toml::parse_error &error) {
    out->message = std::string(error.description());
    out->error = out->message.c_str();
    out->error_line = error.source().begin.line;
  }
  return out;
}

void ctoml_free(ctoml_document *handle) { delete static_cast<document *>(handle); }
