#pragma once
// Locks in a folder that several processes and machines share.

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

namespace galen {

/// A file that says who works on something. Losing one costs double work, never a wrong result:
/// what is guarded must be written so that two owners do no harm.
class LockFile {
 public:
  /// Takes the lock, or gives nothing when another has it. One whose process has ended (told on the
  /// same machine at once) or that was not refreshed for `max_age` (by the clock of the file
  /// system, so that machines with wrong clocks agree) is taken over. Throws io, permission,
  /// not_found for a missing folder.
  [[nodiscard]] static std::unique_ptr<LockFile> try_take(std::filesystem::path path,
                                                          std::chrono::seconds max_age);
  /// Only try_take makes one.
  class Key {
    friend class LockFile;
    Key() {}
  };
  LockFile(Key, std::filesystem::path path, std::string content)
      : path_(std::move(path)), content_(std::move(content)) {}
  /// Removes the file unless another took it over.
  ~LockFile();
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;

  /// False once another took it over.
  [[nodiscard]] bool is_held() const;
  /// Sets the age to 0. To be called several times within `max_age`; from any thread.
  void refresh() const;

 private:
  std::filesystem::path path_;
  std::string content_;
};

/// Name of this machine as it was booted, so that a process number means the same process.
[[nodiscard]] std::string machine_name();

}  // namespace galen
