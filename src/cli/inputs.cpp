#include "cli/inputs.h"

#include <cerrno>
#include <fmt/core.h>
#include <memory>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "base/raise.h"

namespace galen::cli {
namespace {

constexpr std::size_t kMaxPipedBytes = std::size_t{4} << 30;
constexpr std::size_t kMaxQuestionBytes = std::size_t{1} << 20;

/// A file without a name, in memory: what came through the pipe never touches the disk.
class MemoryFile {
 public:
  MemoryFile() : fd_(::memfd_create("galen-stdin", MFD_CLOEXEC)) {
    if (fd_ < 0) raise_system_error(errno, "standard input", "keep");
  }
  ~MemoryFile() { ::close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  void write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t put = ::write(fd_, bytes.data(), bytes.size());
      if (put < 0 && errno != EINTR) raise_system_error(errno, "standard input", "keep");
      bytes.remove_prefix(static_cast<std::size_t>(put < 0 ? 0 : put));
    }
  }
  [[nodiscard]] std::string path() const { return fmt::format("/proc/self/fd/{}", fd_); }

 private:
  int fd_;
};

}  // namespace

std::vector<Input> open_named(const std::string& name, const InputOptions& options) {
  if (name != "-") return open_inputs(name, options);
  // A slide reads its file again and again, so the copy lives as long as the program.
  static const MemoryFile copy;
  copy.write(read_file("/dev/stdin", kMaxPipedBytes));
  std::vector<Input> inputs = open_inputs(copy.path(), options);
  for (Input& input : inputs) input.path = "-";
  return inputs;
}

std::string read_standard_input_text() {
  return read_file("/dev/stdin", kMaxQuestionBytes);
}

}  // namespace galen::cli
