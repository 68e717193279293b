#pragma once
// HTTP GET and HEAD through libcurl, as far as a model hub needs them. Certificates are checked; a
// redirect may not go from https to http.

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include <galen/cancel.h>

#include "base/progress.h"

namespace galen::model {

struct HttpHeaders {
  int status = 0;
  std::map<std::string, std::string> fields;  ///< names in lower case
  [[nodiscard]] std::string get(const std::string& name) const;
};

/// One connection, reused between calls. Not thread-safe.
class HttpClient {
 public:
  /// `token` goes out as a bearer token, never to another host than the one asked.
  explicit HttpClient(std::string token, const CancelToken* cancel = nullptr);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// The headers of the first answer, redirects not followed.
  [[nodiscard]] HttpHeaders head(const std::string& url);
  /// The body. Throws limit_exceeded beyond `max_bytes`.
  [[nodiscard]] std::string get(const std::string& url, std::size_t max_bytes);
  /// Appends the body to `file` from its present size on (Range), as long as the server still has
  /// the content that `etag` names; else starts over.
  void download(const std::string& url, const std::filesystem::path& file, const std::string& etag,
                Progress& progress);

  // All throw not_found (404), permission (401, 403), unavailable (no connection, 5xx), timeout,
  // cancelled, io.

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace galen::model
