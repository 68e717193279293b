#include "net/fhir/smart_token.h"

#include <filesystem>
#include <gtest/gtest.h>
#include <memory>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <galen/error.h>

#include "../loopback.h"
#include "base/base64.h"
#include "base/json.h"
#include "net/fhir/fhir_server.h"

namespace galen::net {
namespace {

namespace fs = std::filesystem;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Key rsa_key() {
  return {EVP_RSA_gen(2048), &EVP_PKEY_free};
}

Key p384_key() {
  return {EVP_EC_gen("P-384"), &EVP_PKEY_free};
}

std::string decoded(std::string text) {
  for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
  while (text.size() % 4 != 0) text += '=';
  return decode_base64(text).value_or("");
}

/// DER of the two numbers of an ES384 signature.
std::string der_of(const std::string& raw) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(raw.data());
  ECDSA_SIG* pair = ECDSA_SIG_new();
  ECDSA_SIG_set0(pair, BN_bin2bn(bytes, 48, nullptr), BN_bin2bn(bytes + 48, 48, nullptr));
  unsigned char* der = nullptr;
  const int length = i2d_ECDSA_SIG(pair, &der);
  std::string text(reinterpret_cast<char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  ECDSA_SIG_free(pair);
  return text;
}

bool is_signed(EVP_PKEY* key, const std::string& jwt) {
  const std::size_t dot = jwt.rfind('.');
  std::string signature = decoded(jwt.substr(dot + 1));
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC) signature = der_of(signature);
  const std::string text = jwt.substr(0, dot);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestVerifyInit(context, nullptr, EVP_sha384(), nullptr, key);
  const int good = EVP_DigestVerify(
      context, reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
      reinterpret_cast<const unsigned char*>(text.data()), text.size());
  EVP_MD_CTX_free(context);
  return good == 1;
}

class SmartTokenTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* const test = testing::UnitTest::GetInstance()->current_test_info();
    pem_ = fs::path(testing::TempDir()) / (std::string("galen_smart_") + test->name() + ".pem");
    server_->Get("/fhir/.well-known/smart-configuration", [this](const auto&, auto& response) {
      response.set_content(Json{{"token_endpoint", server_.address("/token")}}.dump(),
                           "application/json");
    });
    server_->Post("/token", [this](const auto& request, auto& response) {
      ++asked_;
      form_ = request.params;
      if (refuses_) {
        response.status = 400;
        response.set_content(R"({"error": "invalid_client"})", "application/json");
        return;
      }
      response.set_content(
          Json{{"access_token", "t" + std::to_string(asked_)}, {"expires_in", life_}}.dump(),
          "application/json");
    });
    server_->Get("/fhir/metadata", [](const auto&, auto& response) {
      response.set_content(R"({"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"})",
                           "application/fhir+json");
    });
    server_->Get("/fhir/Patient/anna", [this](const auto& request, auto& response) {
      const std::string token = request.get_header_value("Authorization");
      tokens_.push_back(token);
      response.status = token == "Bearer " + revoked_ ? 401 : 200;
      response.set_content(R"({"resourceType": "Patient", "id": "anna"})", "application/fhir+json");
    });
    server_.start();
  }

  SmartOptions options(const Key& key) const {
    FILE* file = std::fopen(pem_.c_str(), "w");
    PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    (void)std::fclose(file);
    SmartOptions options;
    options.client_id = "galen";
    options.key = pem_;
    options.key_id = "key-1";
    return options;
  }

  std::string form(const std::string& field) const {
    const auto found = form_.find(field);
    return found == form_.end() ? "" : found->second;
  }

  Loopback<> server_;
  fs::path pem_;
  httplib::Params form_;
  std::vector<std::string> tokens_;
  std::string revoked_ = "none";
  int asked_ = 0;
  int life_ = 300;
  bool refuses_ = false;
};

TEST_F(SmartTokenTest, signs_the_assertion_with_either_kind_of_key) {
  for (const bool is_rsa : {true, false}) {
    const Key key = is_rsa ? rsa_key() : p384_key();
    SmartToken token(server_.address("/fhir"), options(key), {});
    EXPECT_EQ(token.get(), is_rsa ? "t1" : "t2");
    EXPECT_EQ(form("grant_type"), "client_credentials");
    EXPECT_EQ(form("scope"), "system/*.rs");
    EXPECT_EQ(form("client_assertion_type"),
              "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    const std::string jwt = form("client_assertion");
    EXPECT_TRUE(is_signed(key.get(), jwt));
    const std::size_t dot = jwt.find('.');
    const Json header = Json::parse(decoded(jwt.substr(0, dot)));
    EXPECT_EQ(header.at("alg"), is_rsa ? "RS384" : "ES384");
    EXPECT_EQ(header.at("kid"), "key-1");
    const Json claims = Json::parse(decoded(jwt.substr(dot + 1, jwt.rfind('.') - dot - 1)));
    EXPECT_EQ(claims.at("iss"), "galen");
    EXPECT_EQ(claims.at("sub"), "galen");
    EXPECT_EQ(claims.at("aud"), server_.address("/token"));
    EXPECT_LE(claims.at("exp").get<long>(), std::time(nullptr) + 300);
    EXPECT_EQ(claims.at("jti").get<std::string>().size(), 32U);
  }
}

TEST_F(SmartTokenTest, keeps_a_token_until_shortly_before_its_end) {
  SmartToken token(server_.address("/fhir"), options(p384_key()), {});
  (void)token.get();
  (void)token.get();
  EXPECT_EQ(asked_, 1);
  token.forget();
  life_ = 0;  // at its end at once
  EXPECT_EQ(token.get(), "t2");
  EXPECT_NO_THROW((void)token.get());
}

TEST_F(SmartTokenTest, gets_a_new_token_for_one_that_was_revoked) {
  FhirServerOptions server_options;
  server_options.smart = options(p384_key());
  FhirServer server(server_.address("/fhir"), server_options);
  revoked_ = "t1";
  EXPECT_EQ(server.patient("anna").at("id"), "anna");
  EXPECT_EQ(tokens_, (std::vector<std::string>{"Bearer t1", "Bearer t2"}));
}

TEST_F(SmartTokenTest, says_that_the_client_is_refused) {
  refuses_ = true;
  SmartToken token(server_.address("/fhir"), options(p384_key()), {});
  try {
    (void)token.get();
    FAIL() << "was let in";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::permission);
    EXPECT_NE(std::string(error.what()).find("invalid_client"), std::string::npos);
  }
}

TEST_F(SmartTokenTest, refuses_weak_and_missing_keys) {
  EXPECT_THROW(SmartToken("http://h/fhir", options({EVP_RSA_gen(1024), &EVP_PKEY_free}), {}),
               Error);
  EXPECT_THROW(SmartToken("http://h/fhir", options({EVP_EC_gen("P-256"), &EVP_PKEY_free}), {}),
               Error);
  SmartOptions none;
  none.client_id = "galen";
  none.key = "/no/such/key.pem";
  EXPECT_THROW(SmartToken("http://h/fhir", none, {}), Error);
}

}  // namespace
}  // namespace galen::net
