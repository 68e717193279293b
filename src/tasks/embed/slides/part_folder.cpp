#include "tasks/embed/slides/part_folder.h"

#include <algorithm>
#include <fmt/core.h>

#include "base/file.h"
#include "io/store/npy.h"

namespace galen::tasks {

namespace fs = std::filesystem;

PartFolder::PartFolder(fs::path folder, std::size_t patches, std::size_t width,
                       std::size_t part_size)
    : folder_(std::move(folder)), patches_(patches), width_(width), part_size_(part_size) {
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) raise_system_error(error.value(), folder_, "create");
  for (const auto& entry : fs::directory_iterator(folder_, error)) {
    std::error_code ignored;
    if (entry.path().extension() == ".tmp") fs::remove(entry.path(), ignored);
  }
}

std::size_t PartFolder::size_of(std::size_t part) const {
  return std::min(part_size_, patches_ - first_patch(part));
}

fs::path PartFolder::file(std::size_t part) const {
  return folder_ / fmt::format("{:08}-{}.npy", first_patch(part), size_of(part));
}

bool PartFolder::has(std::size_t part) const {
  return fs::exists(file(part));
}

void PartFolder::write(std::size_t part, std::span<const float> values) const {
  store::write_npy(file(part), {size_of(part), width_}, values);
}

std::vector<float> PartFolder::read(std::size_t part) const {
  return store::read_npy_f32(file(part)).values;
}

}  // namespace galen::tasks
