#include "train/mil/attention_map.h"

#include <algorithm>
#include <fmt/core.h>

#include "base/file.h"
#include "io/store/patches.h"

namespace galen::train {
namespace {

void write_csv(const std::filesystem::path& path, const store::Patches& maps) {
  const bool has_coords = !maps.coords.empty();
  AtomicFile file(path);
  std::string header = has_coords ? "x,y,attention" : "patch,attention";
  for (std::size_t map = 1; map < maps.width; ++map) header += fmt::format(",attention_{}", map);
  file.write(header + "\n");
  for (std::size_t i = 0; i < maps.count; ++i) {
    std::string line = has_coords ? fmt::format("{},{}", maps.coords[2 * i], maps.coords[2 * i + 1])
                                  : fmt::format("{}", i);
    for (std::size_t map = 0; map < maps.width; ++map)
      line += fmt::format(",{:.6g}", maps.features[i * maps.width + map]);
    file.write(line + "\n");
  }
  file.commit();
}

}  // namespace

void write_attention(const std::filesystem::path& folder, const Bag& bag,
                     const torch::Tensor& attention, AttentionFormat format) {
  store::Patches maps = store::read_patches(bag.file);
  const torch::Tensor by_patch = attention.t().contiguous();
  maps.width = static_cast<std::size_t>(by_patch.size(1));
  maps.features.assign(by_patch.data_ptr<float>(), by_patch.data_ptr<float>() + by_patch.numel());
  std::string name = bag.slide;
  std::replace(name.begin(), name.end(), '/', '_');
  if (format == AttentionFormat::csv) {
    write_csv(folder / (name + ".csv"), maps);
  } else {
    store::write_patches(folder / (name + ".h5"), maps, "attention");
  }
}

}  // namespace galen::train
