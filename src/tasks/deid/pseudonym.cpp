#include "tasks/deid/pseudonym.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hmac.h"
#include "base/raise.h"

namespace galen::deid {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kMinHexDigits = 32;
constexpr int kLeastDays = 31;
constexpr std::uint32_t kDayRange = 3650;

std::string hex(std::string_view bytes, const char* format) {
  std::string text;
  for (const char byte : bytes) {
    text += fmt::format(fmt::runtime(format), static_cast<unsigned char>(byte));
  }
  return text;
}

/// True when the file was made; false when it is there already.
bool make_key(const fs::path& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0 && errno == EEXIST) return false;
  if (file < 0) raise_system_error(errno, path, "create");
  const std::string text = hex(random_bytes(kKeyBytes), "{:02x}") + "\n";
  const bool is_written =
      ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(file) == 0;
  const int code = errno;
  ::close(file);
  if (!is_written) {
    ::unlink(path.c_str());
    raise_system_error(code, path, "write");
  }
  return true;
}

void check_private(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) raise_system_error(errno, path, "read");
  if ((status.st_mode & 077) != 0) {
    raise(ErrorKind::permission,
          "{}: others may read the key (mode {:o}); chmod 600 it, or name another", path.string(),
          status.st_mode & 0777);
  }
}

std::array<std::uint8_t, 32> keyed(const std::string& key, std::string_view kind,
                                   std::string_view text) {
  return hmac_sha256(key, fmt::format("{}\n{}", kind, text));
}

std::string_view as_text(const std::array<std::uint8_t, 32>& digest, std::size_t count) {
  return {reinterpret_cast<const char*>(digest.data()), count};
}

}  // namespace

std::string decimal(const std::uint8_t* sixteen_bytes) {
  std::string digits;
  std::array<std::uint8_t, 16> rest{};
  std::copy_n(sixteen_bytes, rest.size(), rest.begin());
  do {
    unsigned remainder = 0;
    for (std::uint8_t& byte : rest) {
      const unsigned value = remainder << 8 | byte;
      byte = static_cast<std::uint8_t>(value / 10);
      remainder = value % 10;
    }
    digits += static_cast<char>('0' + remainder);
  } while (std::any_of(rest.begin(), rest.end(), [](std::uint8_t byte) { return byte != 0; }));
  std::reverse(digits.begin(), digits.end());
  return digits;
}

Pseudonyms::Pseudonyms(const fs::path& key_file) {
  if (key_file.has_parent_path()) fs::create_directories(key_file.parent_path());
  if (!fs::exists(key_file)) make_key(key_file);
  check_private(key_file);
  key_ = read_file(key_file, 4096);
  while (!key_.empty() && (key_.back() == '\n' || key_.back() == '\r' || key_.back() == ' ')) {
    key_.pop_back();
  }
  const bool is_hex = key_.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  if (!is_hex || key_.size() < kMinHexDigits) {
    raise(ErrorKind::malformed, "{}: no key: {} or more hex digits on one line", key_file.string(),
          kMinHexDigits);
  }
}

Pseudonyms Pseudonyms::from_key(std::string key) {
  Pseudonyms result;
  result.key_ = std::move(key);
  return result;
}

std::string Pseudonyms::uid(std::string_view original) const {
  return "2.25." + decimal(keyed(key_, "uid", original).data());
}

std::string Pseudonyms::name(std::string_view prefix, std::string_view original) const {
  return std::string(prefix) + hex(as_text(keyed(key_, prefix, original), 6), "{:02X}");
}

int Pseudonyms::days_back(std::string_view patient) const {
  const auto digest = keyed(key_, "days", patient);
  const std::uint32_t number = static_cast<std::uint32_t>(digest[0]) << 24 |
                               static_cast<std::uint32_t>(digest[1]) << 16 |
                               static_cast<std::uint32_t>(digest[2]) << 8 | digest[3];
  return kLeastDays + static_cast<int>(number % kDayRange);
}

std::string Pseudonyms::digest(std::string_view text) const {
  return hex(as_text(keyed(key_, "digest", text), 32), "{:02x}");
}

}  // namespace galen::deid
