#include "train/contrastive/caption_list.h"

#include <array>
#include <fmt/ranges.h>
#include <optional>
#include <string_view>

#include "base/raise.h"
#include "io/store/table.h"
#include "train/views/random.h"

namespace galen::train {
namespace {

/// The first of `names` that is a column.
std::optional<std::size_t> find_first(const store::Table& table,
                                      std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const auto column = table.find(name)) return column;
  }
  return std::nullopt;
}

std::size_t require_first(const store::Table& table, std::initializer_list<const char*> names) {
  if (const auto column = find_first(table, names)) return *column;
  raise(ErrorKind::invalid_argument, "{}: no column {}; there are {}", table.name,
        fmt::join(names, " or "), fmt::join(table.columns, ", "));
}

std::vector<std::string> split_captions(const std::string& text) {
  std::vector<std::string> captions;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('|', begin), text.size());
    if (end > begin) captions.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return captions;
}

}  // namespace

CaptionList::CaptionList(const std::filesystem::path& list, const std::string& split) {
  const store::Table table = store::read_table(list);
  const std::size_t path = require_first(table, {"path", "image", "file"});
  const std::size_t caption = require_first(table, {"captions", "caption"});
  const bool has_several = table.columns[caption] == "captions";
  const auto label = find_first(table, {"label", "labels"});
  const auto split_column = split.empty() ? std::nullopt : table.find("split");
  if (split_column) split_ = split;
  path_column_ = table.columns[path];
  std::map<std::string, std::int64_t> labels;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const auto& cells = table.rows[i];
    if (split_column && cells[*split_column] != split) continue;
    Row row;
    row.path = cells[path];
    if (label) row.label = cells[*label];
    const auto texts =
        has_several ? split_captions(cells[caption]) : std::vector<std::string>{cells[caption]};
    for (const std::string& text : texts) row.captions.push_back(number_of(text));
    if (texts.empty() || texts[0].empty()) {
      raise(ErrorKind::malformed, "{}: row {} has no caption", table.name, i + 1);
    }
    // Rows without a label count downwards, so that none is equal to another.
    const auto number = static_cast<std::int64_t>(labels.size());
    row.label_id = row.label.empty() ? -1 - static_cast<std::int64_t>(rows_.size())
                                     : labels.try_emplace(row.label, number).first->second;
    rows_.push_back(std::move(row));
  }
  if (rows_.empty()) {
    raise(ErrorKind::invalid_argument, "{}: no rows of split '{}'", table.name, split);
  }
}

std::int64_t CaptionList::number_of(const std::string& caption) {
  const auto [found, is_new] =
      numbers_.try_emplace(caption, static_cast<std::int64_t>(captions_.size()));
  if (is_new) captions_.push_back(caption);
  return found->second;
}

std::int64_t CaptionList::draw(std::size_t row, std::int64_t epoch, std::uint64_t seed) const {
  const auto& captions = rows_[row].captions;
  Random random(mix(mix(seed, static_cast<std::uint64_t>(epoch)), row));
  return captions[random.below(captions.size())];
}

}  // namespace galen::train
