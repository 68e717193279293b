#pragma once
// Whole files in, whole files out.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace galen {

/// The bytes of a file. Throws not_found, permission, io; limit_exceeded beyond `max_bytes`.
[[nodiscard]] std::string read_file(const std::filesystem::path& path, std::size_t max_bytes);

/// At most the first `max_bytes` bytes of a file, for sniffing its kind.
[[nodiscard]] std::string read_prefix(const std::filesystem::path& path, std::size_t max_bytes);

/// A read-only memory map. An empty file maps to an empty span. Throws not_found, permission, io.
class MappedFile {
 public:
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return {data_, size_}; }

 private:
  const std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

/// A file that appears under its name only when complete: bytes go to "NAME.<pid>.<n>.tmp" beside
/// it, commit() flushes, syncs and renames. Destroyed uncommitted, nothing is left. Throws io (a
/// full disk names the file and the system's reason), permission, not_found for a missing folder.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  void write(std::span<const std::uint8_t> bytes);
  void write(std::string_view text);
  /// Path of the temporary file, for libraries that want to write it by name; then do not call
  /// write.
  [[nodiscard]] const std::filesystem::path& temporary() const { return temporary_; }
  void commit();

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  int fd_ = -1;
};

/// Writes a whole file through AtomicFile.
void write_file(const std::filesystem::path& path, std::string_view bytes);

/// Throws the Error that fits a failed system call on `path` (errno value `code`).
[[noreturn]] void raise_system_error(int code, const std::filesystem::path& path,
                                     std::string_view action);

}  // namespace galen
