#include "model/weights/staging.h"

#include <unistd.h>
#include <utility>

#include "base/file.h"
#include "base/raise.h"

namespace galen::model {

StagingFolder::StagingFolder(std::filesystem::path folder) : folder_(std::move(folder)) {
  if (!folder_.has_filename()) folder_ = folder_.parent_path();  // "models/x/"
  std::error_code error;
  if (std::filesystem::exists(folder_, error)) {
    raise(ErrorKind::invalid_argument,
          "{}: is already there; remove it, or choose another --name or --out", folder_.string());
  }
  temporary_ = folder_;
  temporary_ += fmt::format(".{}.tmp", ::getpid());
  std::filesystem::create_directories(temporary_, error);
  if (error) raise_system_error(error.value(), temporary_, "create");
}

StagingFolder::~StagingFolder() {
  std::error_code ignored;
  if (!temporary_.empty()) std::filesystem::remove_all(temporary_, ignored);
}

void StagingFolder::require_space(std::uint64_t bytes) const {
  std::error_code error;
  const auto space = std::filesystem::space(temporary_, error);
  if (error) raise_system_error(error.value(), temporary_, "measure the space of");
  if (space.available < bytes) {
    raise(ErrorKind::io, "{}: {} MiB are needed, the disk has {} MiB left", folder_.string(),
          bytes >> 20, space.available >> 20);
  }
}

void StagingFolder::commit() {
  std::error_code error;
  std::filesystem::rename(temporary_, folder_, error);
  if (error) raise_system_error(error.value(), folder_, "create");
  temporary_.clear();
}

void link_or_copy(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code error;
  std::filesystem::create_hard_link(from, to, error);
  if (!error) return;
  std::filesystem::copy_file(from, to, error);
  if (error) raise_system_error(error.value(), to, "write");
}

}  // namespace galen::model
