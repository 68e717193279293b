#include <string_view>
#include <toml++/toml.h>
#include <utility>

#include <galen/classify.h>

#include "base/file.h"
#include "base/raise.h"
#include "tasks/classify/published_prompts.h"

namespace galen {
namespace {

constexpr std::size_t kMaxLabelFile = std::size_t{1} << 20;

std::vector<std::string> prompts_of(const toml::node& value, const std::string& file,
                                    std::string_view label) {
  std::vector<std::string> prompts;
  if (const auto one = value.value<std::string>()) prompts.push_back(*one);
  if (const toml::array* list = value.as_array()) {
    for (const toml::node& entry : *list) {
      const auto prompt = entry.value<std::string>();
      if (!prompt)
        raise(ErrorKind::malformed, "{}: label \"{}\": a prompt is not a string", file, label);
      prompts.push_back(*prompt);
    }
  }
  if (prompts.empty()) {
    raise(ErrorKind::malformed, "{}: label \"{}\": a prompt or a list of prompts is wanted", file,
          label);
  }
  return prompts;
}

LabelGroup group_of(const toml::table& table, const std::string& file, const std::string& title) {
  LabelGroup group{title, {}};
  for (const auto& [label, value] : table) {
    group.labels.push_back({std::string(label.str()), prompts_of(value, file, label.str())});
  }
  if (group.labels.empty())
    raise(ErrorKind::malformed, "{}: group \"{}\" has no labels", file, title);
  return group;
}

/// Each table is a group of labels that exclude each other; `label = "prompt"` or `["prompt",
/// ...]`.
std::vector<LabelGroup> read_label_file(const std::string& file) {
  toml::table document;
  try {
    document = toml::parse(read_file(file, kMaxLabelFile), file);
  } catch (const toml::parse_error& error) {
    raise(ErrorKind::malformed, "{}: line {}: {}", file, error.source().begin.line,
          error.description());
  }
  std::vector<LabelGroup> groups;
  for (const auto& [title, value] : document) {
    const toml::table* table = value.as_table();
    if (table == nullptr) {
      raise(ErrorKind::malformed, "{}: \"{}\" stands outside a [group]", file, title.str());
    }
    groups.push_back(group_of(*table, file, std::string(title.str())));
  }
  if (groups.empty()) raise(ErrorKind::malformed, "{}: has no [group] of labels", file);
  return groups;
}

std::vector<LabelGroup> split_list(const std::string& labels) {
  LabelGroup group{"labels", {}};
  std::string_view rest = labels;
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    std::string_view label = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    while (label.starts_with(' ')) label.remove_prefix(1);
    while (label.ends_with(' ')) label.remove_suffix(1);
    if (!label.empty()) group.labels.push_back({std::string(label), {std::string(label)}});
  }
  if (group.labels.empty()) raise(ErrorKind::invalid_argument, "--labels: names no label");
  return {group};
}

}  // namespace

std::vector<std::string> built_in_label_sets() {
  std::vector<std::string> names;
  for (const auto& set : tasks::published_prompts()) names.push_back(set.name);
  return names;
}

std::vector<LabelGroup> load_labels(const std::string& labels) {
  for (const auto& set : tasks::published_prompts()) {
    if (set.name == labels) return set.groups;
  }
  if (labels.ends_with(".toml")) return read_label_file(labels);
  return split_list(labels);
}

}  // namespace galen
