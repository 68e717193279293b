#include "engine/image_cache.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <fmt/format.h>
#include <system_error>
#include <utility>

#include "base/file.h"
#include "base/log.h"
#include "base/raise.h"
#include "base/sha256.h"

namespace galen::engine {
namespace {

namespace fs = std::filesystem;

// A file is: magic, SHA-256 of the rest in hex, key, values (little-endian f32, as the machine has
// them).
constexpr std::string_view kMagic = "GALENEM1";
constexpr std::size_t kDigest = 64;
constexpr std::size_t kHeader = kMagic.size() + 2 * kDigest;
constexpr std::size_t kMaxFile = std::size_t{256} << 20;
constexpr std::string_view kSuffix = ".emb";
// Left by a process that died while writing.
constexpr std::chrono::hours kStaleAfter{1};

std::string_view bytes_of(std::span<const float> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

std::string digest_of(std::string_view key, std::string_view payload) {
  Sha256 hash;
  hash.update(key);
  hash.update(payload);
  return hash.hex();
}

void mark_used(const fs::path& path) {
  std::error_code error;  // another process may have deleted it
  fs::last_write_time(path, fs::file_time_type::clock::now(), error);
}

struct Entry {
  fs::path path;
  fs::file_time_type used;
  std::uint64_t size = 0;
};

/// The files of the cache; another process may delete any of them meanwhile. Stale temporaries are
/// deleted.
std::vector<Entry> entries_of(const fs::path& folder) {
  std::vector<Entry> entries;
  std::error_code error;
  for (const fs::directory_entry& file : fs::directory_iterator(folder, error)) {
    const fs::file_time_type used = file.last_write_time(error);
    if (error) continue;
    const std::uintmax_t size = file.file_size(error);
    if (error) continue;
    const fs::path extension = file.path().extension();
    if (extension == kSuffix) {
      entries.push_back({file.path(), used, size});
    } else if (extension == ".tmp" && fs::file_time_type::clock::now() - used > kStaleAfter) {
      fs::remove(file.path(), error);
    }
  }
  return entries;
}

}  // namespace

ImageCache::ImageCache(fs::path folder, std::uint64_t max_bytes)
    : folder_(std::move(folder)), max_bytes_(max_bytes) {
  std::error_code error;
  const bool made = fs::create_directories(folder_, error);
  if (error) raise_system_error(error.value(), folder_, "make the image cache");
  if (made) fs::permissions(folder_, fs::perms::owner_all, error);
}

fs::path ImageCache::path_of(const std::string& key) const {
  return folder_ / (key + std::string(kSuffix));
}

bool ImageCache::contains(const std::string& key) const {
  std::error_code error;
  return fs::exists(path_of(key), error);
}

std::optional<std::vector<float>> ImageCache::find(const std::string& key) const {
  if (!contains(key)) return std::nullopt;
  const fs::path path = path_of(key);
  try {
    const std::string file = read_file(path, kMaxFile);
    const std::string_view view = file;
    if (view.size() <= kHeader || (view.size() - kHeader) % sizeof(float) != 0) return std::nullopt;
    const std::string_view payload = view.substr(kHeader);
    if (!view.starts_with(kMagic) ||
        view.substr(kMagic.size(), kDigest) != digest_of(key, payload) ||
        view.substr(kMagic.size() + kDigest, kDigest) != key) {
      return std::nullopt;
    }
    std::vector<float> values(payload.size() / sizeof(float));
    std::memcpy(values.data(), payload.data(), payload.size());
    mark_used(path);
    return values;
  } catch (const Error& problem) {
    log_debug(fmt::format("image cache: {}", problem.what()));
    return std::nullopt;
  }
}

void ImageCache::store(const std::string& key, std::span<const float> values) const {
  if (key.size() != kDigest)
    raise(ErrorKind::internal, "an image cache key has {} characters", key.size());
  if (kHeader + values.size_bytes() > std::min<std::uint64_t>(max_bytes_, kMaxFile)) return;
  try {
    AtomicFile file(path_of(key));
    file.write(kMagic);
    file.write(digest_of(key, bytes_of(values)));
    file.write(key);
    file.write(bytes_of(values));
    file.commit();
    mark_used(path_of(key));  // the system's own stamp may lag behind those of find()
    evict();
  } catch (const Error& problem) {
    log_warning(fmt::format("the image cache could not be written: {}", problem.what()));
  }
}

void ImageCache::evict() const {
  std::vector<Entry> entries = entries_of(folder_);
  std::uint64_t total = 0;
  for (const Entry& entry : entries) total += entry.size;
  if (total <= max_bytes_) return;
  std::ranges::sort(entries, {}, &Entry::used);
  std::error_code error;
  for (const Entry& entry : entries) {
    if (total <= max_bytes_) return;
    fs::remove(entry.path, error);
    total -= entry.size;
  }
}

}  // namespace galen::engine
