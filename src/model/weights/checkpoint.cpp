#include "model/weights/checkpoint.h"

#include <algorithm>
#include <fmt/ranges.h>
#include <set>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/raise.h"

namespace galen::model {
namespace {

constexpr std::size_t kMaxIndexBytes = std::size_t{1} << 26;

struct Index {
  std::unordered_map<std::string, std::string> shard_of;
  std::set<std::string> shards;
  std::uint64_t total_size = 0;  ///< 0 = not stated
};

Index read_index(const std::filesystem::path& path) {
  const std::string name = path.string();
  const Json json = parse_json(read_file(path, kMaxIndexBytes), name);
  const auto map = json.find("weight_map");
  if (!json.is_object() || map == json.end() || !map->is_object()) {
    raise(ErrorKind::malformed, "{}: no 'weight_map'", name);
  }
  Index index;
  for (const auto& [tensor, shard] : map->items()) {
    if (!shard.is_string()) raise(ErrorKind::malformed, "{}: '{}' has no file name", name, tensor);
    const std::filesystem::path file(shard.get<std::string>());
    if (file.empty() || file != file.filename() || file == "..") {
      raise(ErrorKind::malformed, "{}: '{}' lies outside the folder", name, tensor);
    }
    index.shard_of[tensor] = file.string();
    index.shards.insert(file.string());
  }
  const auto metadata = json.find("metadata");
  if (metadata != json.end() && metadata->is_object() && metadata->contains("total_size")) {
    const Json& total = metadata->at("total_size");
    if (!total.is_number()) raise(ErrorKind::malformed, "{}: 'total_size' is not a number", name);
    index.total_size = total.get<std::uint64_t>();
  }
  return index;
}

}  // namespace

Checkpoint::Checkpoint(const std::filesystem::path& folder) : folder_(folder) {
  const auto index_path = folder / "model.safetensors.index.json";
  if (!std::filesystem::exists(index_path)) {
    open_shard(folder / "model.safetensors");
    return;
  }
  const Index index = read_index(index_path);
  std::uint64_t total = 0;
  for (const std::string& shard : index.shards) {
    open_shard(folder / shard);
    for (const store::Tensor& tensor : shards_.back().tensors()) {
      total += tensor.bytes;
      const auto place = index.shard_of.find(tensor.name);
      if (place == index.shard_of.end() || place->second != shard) {
        raise(ErrorKind::malformed, "{}: tensor '{}' is not where the index says",
              shards_.back().name(), tensor.name);
      }
    }
  }
  for (const auto& [tensor, shard] : index.shard_of) {
    if (!has(tensor))
      raise(ErrorKind::malformed, "{}: the index names '{}', {} does not hold it",
            index_path.string(), tensor, shard);
  }
  if (index.total_size != 0 && total != index.total_size) {
    raise(ErrorKind::malformed, "{}: total_size is {}, the shards hold {} bytes",
          index_path.string(), index.total_size, total);
  }
}

void Checkpoint::open_shard(const std::filesystem::path& path) {
  shards_.push_back(store::Safetensors::open(path));
  for (const store::Tensor& tensor : shards_.back().tensors()) {
    if (!places_.emplace(tensor.name, shards_.size() - 1).second) {
      raise(ErrorKind::malformed, "{}: tensor '{}' is in another shard too", path.string(),
            tensor.name);
    }
  }
}

const store::Tensor& Checkpoint::take(const std::string& tensor,
                                      std::span<const std::int64_t> shape) {
  const auto place = places_.find(tensor);
  if (place == places_.end())
    raise(ErrorKind::malformed, "{}: tensor '{}' is missing", folder_.string(), tensor);
  const store::Tensor& found = shards_[place->second].tensor(tensor);
  if (!std::equal(
          found.shape.begin(), found.shape.end(), shape.begin(), shape.end(),
          [](std::uint64_t a, std::int64_t b) { return a == static_cast<std::uint64_t>(b); })) {
    raise(ErrorKind::malformed, "{}: tensor '{}' is [{}], config.json asks for [{}]",
          folder_.string(), tensor, fmt::join(found.shape, ", "), fmt::join(shape, ", "));
  }
  taken_.insert(tensor);
  return found;
}

void Checkpoint::refuse_left_over() const {
  std::vector<std::string> left;
  for (const auto& [tensor, shard] : places_) {
    if (!taken_.contains(tensor)) left.push_back(tensor);
  }
  if (left.empty()) return;
  std::sort(left.begin(), left.end());
  const std::size_t count = left.size();
  left.resize(std::min<std::size_t>(count, 3));
  raise(ErrorKind::malformed, "{}: {} tensors that the model does not have: {}{}", folder_.string(),
        count, fmt::join(left, ", "), count > 3 ? ", ..." : "");
}

std::span<const std::uint8_t> Checkpoint::data(const std::string& tensor) const {
  const store::Safetensors& shard = shards_[places_.at(tensor)];
  return shard.data(shard.tensor(tensor));
}

void Checkpoint::release(const std::string& tensor) const {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto bytes = data(tensor);
  // Whole pages only: the first and the last may hold parts of other tensors.
  const std::uintptr_t lead = (page - reinterpret_cast<std::uintptr_t>(bytes.data()) % page) % page;
  if (bytes.size() < lead + page) return;
  const std::size_t length = (bytes.size() - lead) / page * page;
  ::madvise(const_cast<std::uint8_t*>(bytes.data() + lead), length, MADV_DONTNEED);
}

std::vector<std::string> Checkpoint::names() const {
  std::vector<std::string> names;
  for (const auto& [tensor, shard] : places_) names.push_back(tensor);
  return names;
}

}  // namespace galen::model
