#include "train/nn/normalisation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sstream>

#include "base/raise.h"
#include "io/store/safetensors.h"

namespace galen::train {
namespace {

std::array<float, 3> read_channels(const std::string& text, const std::string& where) {
  std::array<float, 3> values{};
  std::istringstream stream(text);
  char comma = ',';
  for (std::size_t i = 0; i < values.size() && comma == ','; ++i) {
    if (i > 0) stream >> comma;
    stream >> values[i];
  }
  if (!stream || comma != ',') {
    raise(ErrorKind::malformed, "{}: '{}' in its metadata is not three numbers with commas", where,
          text);
  }
  return values;
}

}  // namespace

Normalisation read_normalisation(const std::filesystem::path& file) {
  const auto metadata = store::Safetensors::open(file).metadata();
  const auto mean = metadata.find("mean");
  const auto std = metadata.find("std");
  if (mean == metadata.end() || std == metadata.end()) return kImageNet;
  return {read_channels(mean->second, file.string()), read_channels(std->second, file.string())};
}

std::map<std::string, std::string> normalisation_metadata(const Normalisation& normalisation) {
  return {{"mean", fmt::format("{}", fmt::join(normalisation.mean, ","))},
          {"std", fmt::format("{}", fmt::join(normalisation.std, ","))}};
}

}  // namespace galen::train
