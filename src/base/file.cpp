#include "base/file.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "base/raise.h"

namespace galen {
namespace {

/// A file descriptor that closes itself.
class Descriptor {
 public:
  Descriptor(const std::filesystem::path& path, int flags)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC)) {
    if (fd_ < 0) raise_system_error(errno, path, "open");
  }
  ~Descriptor() { ::close(fd_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

struct stat regular_file_status(const Descriptor& file, const std::filesystem::path& path) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) raise_system_error(errno, path, "stat");
  if (S_ISDIR(status.st_mode)) {
    raise(ErrorKind::invalid_argument, "{}: is a folder, a file is wanted", path.string());
  }
  return status;
}

std::string read_up_to(const Descriptor& file, const std::filesystem::path& path,
                       std::size_t limit) {
  std::string bytes;
  std::size_t chunk = std::size_t{1} << 16;
  while (bytes.size() < limit) {
    const std::size_t offset = bytes.size();
    const std::size_t wanted = std::min(chunk, limit - offset);
    bytes.resize(offset + wanted);
    const ssize_t got = ::read(file.get(), bytes.data() + offset, wanted);
    if (got < 0 && errno != EINTR) raise_system_error(errno, path, "read");
    bytes.resize(offset + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) break;
    chunk = std::min<std::size_t>(chunk * 2, std::size_t{1} << 24);
  }
  return bytes;
}

}  // namespace

void raise_system_error(int code, const std::filesystem::path& path, std::string_view action) {
  ErrorKind kind = ErrorKind::io;
  if (code == ENOENT || code == ENOTDIR) kind = ErrorKind::not_found;
  if (code == EACCES || code == EPERM || code == EROFS) kind = ErrorKind::permission;
  raise(kind, "{}: cannot {}: {}", path.string(), action, std::strerror(code));
}

std::string read_file(const std::filesystem::path& path, std::size_t max_bytes) {
  const Descriptor file(path, O_RDONLY);
  const struct stat status = regular_file_status(file, path);
  if (S_ISREG(status.st_mode) && static_cast<std::uint64_t>(status.st_size) > max_bytes) {
    raise(ErrorKind::limit_exceeded, "{}: {} bytes, at most {} are read here", path.string(),
          status.st_size, max_bytes);
  }
  std::string bytes = read_up_to(file, path, max_bytes + 1);
  if (bytes.size() > max_bytes) {
    raise(ErrorKind::limit_exceeded, "{}: more than {} bytes", path.string(), max_bytes);
  }
  return bytes;
}

std::string read_prefix(const std::filesystem::path& path, std::size_t max_bytes) {
  const Descriptor file(path, O_RDONLY);
  regular_file_status(file, path);
  return read_up_to(file, path, max_bytes);
}

MappedFile::MappedFile(const std::filesystem::path& path) {
  const Descriptor file(path, O_RDONLY);
  size_ = static_cast<std::size_t>(regular_file_status(file, path).st_size);
  if (size_ == 0) return;
  void* address = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (address == MAP_FAILED) raise_system_error(errno, path, "map");
  data_ = static_cast<const std::uint8_t*>(address);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::uint8_t*>(data_), size_);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

AtomicFile::AtomicFile(std::filesystem::path path) : path_(std::move(path)) {
  static std::atomic<int> counter{0};
  temporary_ = path_;
  temporary_ += fmt::format(".{}.{}.tmp", ::getpid(), counter++);
  fd_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd_ < 0) raise_system_error(errno, path_, "create");
}

AtomicFile::~AtomicFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd_, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) raise_system_error(errno, path_, "write");
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
}

void AtomicFile::write(std::string_view text) {
  write({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

void AtomicFile::commit() {
  if (::fsync(fd_) != 0) raise_system_error(errno, path_, "sync");
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) raise_system_error(errno, path_, "rename");
  ::close(fd_);
  fd_ = -1;
}

void write_file(const std::filesystem::path& path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

}  // namespace galen
