// TIFF and DICOM slides from strangers: whatever opens must show its first pixels, its last level
// and its associated images. OpenSlide's own formats are left to its project's fuzzers.

#include <cstddef>
#include <cstdint>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

#include <galen/error.h>

#include "io/slide/sources.h"

namespace {

/// The bytes as a file, since the readers take paths.
class MemoryFile {
 public:
  MemoryFile(const std::uint8_t* data, std::size_t size) : fd_(memfd_create("slide", 0)) {
    whole_ = fd_ >= 0 && write(fd_, data, size) == static_cast<ssize_t>(size);
  }
  ~MemoryFile() { close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  [[nodiscard]] bool whole() const { return whole_; }
  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  int fd_;
  bool whole_ = false;
};

void look_at(const galen::Slide& slide) {
  (void)slide.read_level(0, 0, 0, 300, 300);
  const auto& last = slide.levels().back();
  (void)slide.read_level(static_cast<int>(slide.levels().size()) - 1, last.width / 2,
                         last.height / 2, 64, 64);
  for (const auto& name : slide.associated_names()) (void)slide.associated_image(name);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const MemoryFile file(data, size);
  if (!file.whole()) return 0;
  for (const auto open : {galen::slide::open_tiff, galen::slide::open_dicom}) {
    try {
      if (const auto slide = open(file.path(), {})) look_at(*slide);
    } catch (const galen::Error&) {
      // Refused, as most inputs are.
    }
  }
  return 0;
}
