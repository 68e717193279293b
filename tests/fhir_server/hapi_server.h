#pragma once

#include <filesystem>
#include <string>
#include <sys/types.h>

namespace galen {

/// HAPI's FHIR server with the Bundles of a folder, on this machine. Its libraries come by Maven
/// into the user's cache, once. Ends with the object, and with the test's process in any case.
class HapiServer {
 public:
  /// Without a server, `why_not` says the reason.
  HapiServer(const std::filesystem::path& bundles, const std::string& token = "");
  ~HapiServer();
  HapiServer(const HapiServer&) = delete;
  HapiServer& operator=(const HapiServer&) = delete;

  [[nodiscard]] const std::string& why_not() const { return why_not_; }
  [[nodiscard]] std::string address() const;

 private:
  void start(const std::filesystem::path& libraries, const std::filesystem::path& bundles,
             const std::string& token);

  pid_t pid_ = -1;
  int input_ = -1;
  int port_ = 0;
  std::string why_not_;
};

}  // namespace galen
