#include "eval/reports/text_pairs.h"

#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "base/file.h"
#include "base/json.h"
#include "base/raise.h"
#include "io/store/table.h"

namespace galen::eval {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxReport = std::size_t{256} << 20;
constexpr int kMostSlides = 1 << 20;

/// The reports of a folder by their case and part.
std::map<std::string, TextPair> read_reports(const fs::path& folder) {
  std::map<std::string, TextPair> reports;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    const std::string name = entry.path().string();
    const Json json = parse_json(read_file(entry.path(), kMaxReport), name);
    try {
      TextPair pair;
      pair.case_name = json.at("case").get<std::string>();
      pair.part = json.at("part").get<std::string>();
      pair.specimen = json.at("specimen").get<std::string>();
      pair.generated = json.at("sections").at(0).at("text").get<std::string>();
      const Json& manifest = json.at("manifest");
      pair.slides = static_cast<int>(manifest.at("slides").size()) +
                    manifest.at("left_out").at("slides").get<int>();
      reports[pair.name()] = std::move(pair);
    } catch (const Json::exception&) {
      raise(ErrorKind::malformed, "{}: not a report that `galen report --out` wrote", name);
    }
  }
  return reports;
}

int slides_of(const std::string& text, const std::string& where) {
  int slides = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), slides);
  if (error != std::errc() || end != text.data() + text.size() || slides < 1 ||
      slides > kMostSlides) {
    raise(ErrorKind::invalid_argument, "{}: {} slides; a number from 1 is wanted", where, text);
  }
  return slides;
}

void check(const TextPair& pair, const std::string& where) {
  if (!pair.original.empty() && !pair.generated.empty()) return;
  raise(ErrorKind::invalid_argument, "{}: no {} text", where,
        pair.original.empty() ? "original" : "generated");
}

}  // namespace

std::vector<TextPair> read_text_pairs(const fs::path& list, const fs::path& reports) {
  const store::Table table = store::read_table(list);
  const std::size_t case_column = table.column("case");
  const std::size_t part_column = table.column("part");
  const std::size_t original_column = table.column("original");
  const auto specimen_column = table.find("specimen");
  const bool has_reports = !reports.empty();
  const auto written = has_reports ? read_reports(reports) : std::map<std::string, TextPair>{};
  std::vector<TextPair> pairs;
  std::set<std::string> seen;
  for (const auto& row : table.rows) {
    TextPair pair;
    pair.case_name = row[case_column];
    pair.part = row[part_column];
    const std::string where = list.string() + ": " + pair.name();
    if (!seen.insert(pair.name()).second)
      raise(ErrorKind::invalid_argument, "{}: is listed twice", where);
    if (has_reports) {
      const auto found = written.find(pair.name());
      if (found == written.end())
        raise(ErrorKind::invalid_argument, "{}: has no report in {}", where, reports.string());
      pair = found->second;
    } else {
      pair.generated = row[table.column("generated")];
      pair.slides = slides_of(row[table.column("slides")], where);
    }
    pair.original = row[original_column];
    if (specimen_column && !row[*specimen_column].empty()) pair.specimen = row[*specimen_column];
    check(pair, where);
    pairs.push_back(std::move(pair));
  }
  if (pairs.empty()) raise(ErrorKind::invalid_argument, "{}: lists no part", list.string());
  return pairs;
}

}  // namespace galen::eval
