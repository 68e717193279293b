#pragma once

#include <memory>
#include <string>

#include "io/fhir/source.h"
#include "net/fhir/smart_token.h"
#include "net/http/client.h"

namespace galen::net {

struct FhirServerOptions {
  HttpOptions http;                   ///< bearer token, or user and password, or none with `smart`
  SmartOptions smart;                 ///< used when it has a client id
  std::size_t page = 200;             ///< resources asked for at a time (_count)
  std::size_t max_resources = 50000;  ///< of one type and patient; more is limit_exceeded
};

/// A FHIR R4 server (hl7.org/fhir/R4/http.html) as a source of records: searches with paging and
/// _include, references looked up by read. A server's "next" links are followed on its own host
/// only. Not thread-safe.
class FhirServer : public fhir::RecordSource {
 public:
  /// Reads the CapabilityStatement. Throws unsupported for a server that is not R4, and as
  /// read_resource, HttpClient::send, SmartToken.
  FhirServer(std::string base, FhirServerOptions options);
  ~FhirServer() override;

  [[nodiscard]] std::string name() const override;
  [[nodiscard]] Json patient(const std::string& id) override;
  [[nodiscard]] std::vector<fhir::TypeUse> manifest(const std::string& patient) override;
  [[nodiscard]] fhir::ResourceList search(const fhir::ResourceQuery& query) override;
  [[nodiscard]] std::optional<Json> read(const std::string& reference,
                                         const std::string& patient) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace galen::net
