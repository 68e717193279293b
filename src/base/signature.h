#pragma once
// Signatures for tokens (RFC 7518 section 3), with the private key from a PEM file.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace galen {

/// An RSA key of at least 2048 bits (RS384) or a key on the curve P-384 (ES384).
class SigningKey {
 public:
  /// Throws not_found, permission, malformed (no private key, or one with a passphrase),
  /// unsupported (another kind of key).
  explicit SigningKey(const std::filesystem::path& pem);
  ~SigningKey();
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;

  /// "RS384" or "ES384".
  [[nodiscard]] std::string algorithm() const;
  /// The signature's bytes; of ES384 the two numbers, 48 bytes each.
  [[nodiscard]] std::string sign(std::string_view text) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Base64 with - and _, without padding (RFC 4648 section 5).
[[nodiscard]] std::string encode_base64url(std::string_view bytes);

/// `count` bytes nobody can guess, as hexadecimal text.
[[nodiscard]] std::string random_hex(std::size_t count);

}  // namespace galen
