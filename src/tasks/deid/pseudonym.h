#pragma once
// What takes the place of an identity: made from it and a secret key, so that the same patient and
// study get the same in every run, and nobody without the key finds the way back.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace galen::deid {

class Pseudonyms {
 public:
  /// Reads the key, or makes one (32 random bytes in hex, mode 0600) when the file is not there.
  /// Throws malformed (no key, or one of fewer than 32 hex digits), permission when others may read
  /// it, io.
  explicit Pseudonyms(const std::filesystem::path& key_file);
  /// From the key itself.
  [[nodiscard]] static Pseudonyms from_key(std::string key);

  /// "2.25." and 128 bits of HMAC-SHA-256.
  [[nodiscard]] std::string uid(std::string_view original) const;
  /// 12 hex digits in capitals after `prefix`, of one kind of identity.
  [[nodiscard]] std::string name(std::string_view prefix, std::string_view original) const;
  /// Days by which the dates of a patient go back: 31 to 3,680.
  [[nodiscard]] int days_back(std::string_view patient) const;
  /// 64 hex digits; for the journal of a run.
  [[nodiscard]] std::string digest(std::string_view text) const;

 private:
  Pseudonyms() = default;
  std::string key_;
};

/// A 128-bit number, big end first, in decimal digits.
[[nodiscard]] std::string decimal(const std::uint8_t* sixteen_bytes);

}  // namespace galen::deid
