#include "base/signature.h"

#include <algorithm>
#include <cstdint>
#include <openssl/bio.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <vector>

#include "base/base64.h"
#include "base/file.h"
#include "base/raise.h"

namespace galen {
namespace {

constexpr std::size_t kMaxPem = 64 << 10;
constexpr int kMinRsaBits = 2048;
constexpr int kP384Bits = 384;
constexpr int kP384Bytes = 48;

template <auto Function>
struct Free {
  template <typename Type>
  void operator()(Type* object) const {
    Function(object);
  }
};

/// No passphrase is asked for on the terminal.
int no_passphrase(char*, int, int, void*) {
  return 0;
}

/// The two numbers of a DER signature, side by side (RFC 7518 section 3.4).
std::string side_by_side(const std::vector<unsigned char>& der) {
  const unsigned char* bytes = der.data();
  const std::unique_ptr<ECDSA_SIG, Free<ECDSA_SIG_free>> pair(
      d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(der.size())));
  std::string raw(2 * kP384Bytes, '\0');
  auto* out = reinterpret_cast<unsigned char*>(raw.data());
  if (!pair || BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), out, kP384Bytes) < 0 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), out + kP384Bytes, kP384Bytes) < 0) {
    raise(ErrorKind::internal, "a signature could not be written");
  }
  return raw;
}

}  // namespace

struct SigningKey::State {
  std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>> key;
  bool is_rsa = false;
};

SigningKey::SigningKey(const std::filesystem::path& pem) : state_(std::make_unique<State>()) {
  const std::string text = read_file(pem, kMaxPem);
  const std::unique_ptr<BIO, Free<BIO_free>> memory(
      BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  state_->key.reset(PEM_read_bio_PrivateKey(memory.get(), nullptr, no_passphrase, nullptr));
  if (!state_->key) {
    raise(ErrorKind::malformed,
          "{}: holds no private key in PEM, or one with a passphrase; decrypt it first",
          pem.string());
  }
  const int kind = EVP_PKEY_get_base_id(state_->key.get());
  const int bits = EVP_PKEY_get_bits(state_->key.get());
  state_->is_rsa = kind == EVP_PKEY_RSA;
  const bool fits =
      (state_->is_rsa && bits >= kMinRsaBits) || (kind == EVP_PKEY_EC && bits == kP384Bits);
  if (!fits) {
    raise(
        ErrorKind::unsupported,
        "{}: a key of {} bits of another kind; RSA from {} bits (RS384) or P-384 (ES384) is wanted",
        pem.string(), bits, kMinRsaBits);
  }
}

SigningKey::~SigningKey() = default;

std::string SigningKey::algorithm() const {
  return state_->is_rsa ? "RS384" : "ES384";
}

std::string SigningKey::sign(std::string_view text) const {
  const std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t length = 0;
  std::vector<unsigned char> signature;
  bool is_good =
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha384(), nullptr, state_->key.get()) == 1 &&
      EVP_DigestSign(context.get(), nullptr, &length, bytes, text.size()) == 1;
  signature.resize(length);
  is_good =
      is_good && EVP_DigestSign(context.get(), signature.data(), &length, bytes, text.size()) == 1;
  if (!is_good) raise(ErrorKind::internal, "a text could not be signed");
  signature.resize(length);
  if (!state_->is_rsa) return side_by_side(signature);
  return {signature.begin(), signature.end()};
}

std::string encode_base64url(std::string_view bytes) {
  std::string text =
      encode_base64({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  while (text.ends_with('=')) text.pop_back();
  return text;
}

std::string random_hex(std::size_t count) {
  std::vector<unsigned char> bytes(count);
  if (RAND_bytes(bytes.data(), static_cast<int>(count)) != 1)
    raise(ErrorKind::internal, "the system gives no random numbers");
  std::string text;
  for (const unsigned char byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

}  // namespace galen
