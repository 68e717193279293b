#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "base/file.h"
#include "base/json.h"
#include "base/raise.h"
#include "train/views/stain_spec.h"

namespace galen::train {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 20;

template <typename Value>
using Names = std::array<std::pair<std::string_view, Value>, 3>;

constexpr Names<StainSpace> kSpaces{
    {{"lab", StainSpace::lab}, {"hsv", StainSpace::hsv}, {"hed", StainSpace::hed}}};
constexpr Names<Spread> kSpreads{
    {{"normal", Spread::normal}, {"laplace", Spread::laplace}, {"uniform", Spread::uniform}}};

template <typename Value>
std::string name_of(const Names<Value>& names, Value value) {
  for (const auto& [name, each] : names) {
    if (each == value) return std::string(name);
  }
  raise(ErrorKind::internal, "a stain setting without a name");
}

template <typename Value>
Value value_of(const Names<Value>& names, const std::string& text, const std::string& where) {
  for (const auto& [name, each] : names) {
    if (name == text) return each;
  }
  raise(ErrorKind::malformed, "{}: \"{}\" is none of {}, {}, {}", where, text, names[0].first,
        names[1].first, names[2].first);
}

OrderedJson to_json(const std::array<Distribution, 3>& channels) {
  OrderedJson json = OrderedJson::array();
  for (const Distribution& each : channels) {
    json.push_back({{"mean", each.mean},
                    {"deviation", each.deviation},
                    {"spread", name_of(kSpreads, each.spread)}});
  }
  return json;
}

std::array<Distribution, 3> channels_of(const Json& json, const std::string& where) {
  std::array<Distribution, 3> channels;
  if (json.size() != channels.size()) {
    raise(ErrorKind::malformed, "{}: {} channels, there must be 3", where, json.size());
  }
  for (std::size_t c = 0; c < channels.size(); ++c) {
    channels[c] = {json.at(c).at("mean").get<double>(), json.at(c).at("deviation").get<double>(),
                   value_of(kSpreads, json.at(c).at("spread").get<std::string>(), where)};
    if (channels[c].deviation < 0) {
      raise(ErrorKind::malformed, "{}: a deviation of {} is below 0", where, channels[c].deviation);
    }
  }
  return channels;
}

}  // namespace

void save_stain_statistics(const std::filesystem::path& file,
                           const std::vector<StainStatistics>& statistics) {
  OrderedJson json = OrderedJson::array();
  for (const StainStatistics& each : statistics) {
    json.push_back({{"space", name_of(kSpaces, each.space)},
                    {"means", to_json(each.means)},
                    {"deviations", to_json(each.deviations)}});
  }
  write_file(file, json.dump(1) + "\n");
}

std::vector<StainStatistics> load_stain_statistics(const std::filesystem::path& file) {
  const std::string name = file.string();
  const Json json = parse_json(read_file(file, kMaxBytes), name);
  std::vector<StainStatistics> statistics;
  try {
    for (const Json& each : json) {
      statistics.push_back(
          {value_of(kSpaces, each.at("space").get<std::string>(), name + ": space"),
           channels_of(each.at("means"), name + ": means"),
           channels_of(each.at("deviations"), name + ": deviations")});
    }
  } catch (const Json::exception& error) {
    raise(ErrorKind::malformed, "{}: no stain statistics: {}", name, error.what());
  }
  if (statistics.empty()) raise(ErrorKind::malformed, "{}: holds no stain statistics", name);
  return statistics;
}

}  // namespace galen::train
