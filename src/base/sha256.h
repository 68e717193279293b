#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace galen {

/// Incremental SHA-256 (FIPS 180-4).
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  void update(std::span<const std::uint8_t> bytes);
  void update(std::string_view text);
  /// Lower-case hex digest; call once.
  [[nodiscard]] std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

[[nodiscard]] std::string sha256_hex(std::span<const std::uint8_t> bytes);
/// Digest of a file of any size, read in pieces. Throws as read_file.
[[nodiscard]] std::string sha256_of_file(const std::filesystem::path& path);

}  // namespace galen
