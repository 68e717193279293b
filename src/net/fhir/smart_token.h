#pragma once
// SMART Backend Services (hl7.org/fhir/smart-app-launch/backend-services.html): a token for a
// program, against a signed assertion.

#include <chrono>
#include <filesystem>
#include <string>

#include "base/signature.h"
#include "net/http/client.h"

namespace galen::net {

struct SmartOptions {
  std::string client_id;      ///< as registered with the server
  std::filesystem::path key;  ///< private key, PEM: RSA (RS384) or P-384 (ES384)
  std::string key_id;         ///< "kid" of the registered public key; may be empty
  std::string scope = "system/*.rs";
  std::string token_url;  ///< empty = asked from BASE/.well-known/smart-configuration
};

/// Gets access tokens and keeps one until shortly before its end. Not thread-safe.
class SmartToken {
 public:
  /// Throws as SigningKey.
  SmartToken(std::string base, SmartOptions options, const HttpOptions& http);

  /// A token that is valid now. Throws permission (the server refuses the client), malformed,
  /// invalid_argument (a token address without TLS for a server with), and as HttpClient::send.
  [[nodiscard]] const std::string& get();
  /// Forgets the token: the server has refused it.
  void forget() { token_.clear(); }

 private:
  [[nodiscard]] std::string token_url();
  [[nodiscard]] std::string assertion(const std::string& audience) const;

  std::string base_;
  SmartOptions options_;
  SigningKey key_;
  HttpClient client_;
  std::string token_;
  std::chrono::steady_clock::time_point end_;
};

}  // namespace galen::net
