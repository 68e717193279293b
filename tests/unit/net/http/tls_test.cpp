#include <filesystem>
#include <gtest/gtest.h>
#include <memory>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <galen/error.h>

#include "../loopback.h"
#include "net/http/client.h"

namespace galen::net {
namespace {

namespace fs = std::filesystem;

/// A key with a certificate of its own for 127.0.0.1.
struct Certificate {
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{EVP_EC_gen("P-256"), &EVP_PKEY_free};
  std::unique_ptr<X509, decltype(&X509_free)> x509{X509_new(), &X509_free};

  Certificate() {
    X509_set_version(x509.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(x509.get()), 3600);
    X509_set_pubkey(x509.get(), key.get());
    X509_NAME* name = X509_get_subject_name(x509.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("loopback"), -1, -1, 0);
    X509_set_issuer_name(x509.get(), name);
    add(NID_subject_alt_name, "IP:127.0.0.1");
    add(NID_basic_constraints, "critical,CA:TRUE");
    X509_sign(x509.get(), key.get(), EVP_sha256());
  }

  void add(int field, const char* value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, field, value);
    X509_add_ext(x509.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }

  void save(const fs::path& path) const {
    FILE* file = std::fopen(path.c_str(), "w");
    PEM_write_X509(file, x509.get());
    (void)std::fclose(file);
  }
};

TEST(TlsTest, trusts_the_named_authority_and_no_stranger) {
  const Certificate certificate;
  const fs::path pem = fs::path(testing::TempDir()) / "galen_tls_test.pem";
  certificate.save(pem);
  Loopback<httplib::SSLServer> server(certificate.x509.get(), certificate.key.get());
  server->Get("/", [](const auto&, auto& response) { response.set_content("safe", "text/plain"); });
  server.start();
  HttpRequest request;
  request.url = server.address("/", "https");

  HttpOptions options;
  HttpClient stranger(options);
  EXPECT_THROW((void)stranger.send(request), Error);
  options.ca_file = pem;
  HttpClient client(options);
  EXPECT_EQ(client.send(request).body, "safe");
  request.url.replace(request.url.find("127.0.0.1"), 9, "localhost");  // not in the certificate
  EXPECT_THROW((void)client.send(request), Error);
}

}  // namespace
}  // namespace galen::net
