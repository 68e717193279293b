#pragma once
// One HTTP client for everything that talks to another program: model hubs, FHIR servers, PACS,
// language models. On libcurl.

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <galen/cancel.h>

namespace galen::net {

/// What a redirect may lead to. Never from https to http.
enum class Redirects {
  none,       ///< the answer is handed back as it is
  same_host,  ///< same scheme, host and port only; elsewhere it is an error
  anywhere,   ///< GET and HEAD may leave the host, credentials do not
};

struct HttpOptions {
  std::string bearer;             ///< token of "Authorization: Bearer"; empty = none
  std::string user;               ///< of basic authentication; empty = none
  std::string password;           ///< of basic authentication
  std::filesystem::path ca_file;  ///< PEM of the authorities to trust; empty = the system's
  std::chrono::milliseconds connect_timeout{30'000};
  std::chrono::milliseconds stall_timeout{60'000};  ///< without a byte, rounded up to seconds
  std::chrono::milliseconds total_timeout{0};       ///< of one try; 0 = none
  int retries = 4;                                  ///< further tries after 429 and 503
  std::chrono::milliseconds first_wait{1'000};      ///< before the first of them; doubles each time
  /// A server that wants a longer wait (Retry-After) is given up at once.
  std::chrono::milliseconds longest_wait{60'000};
  const CancelToken* cancel = nullptr;
};

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method = "GET";  ///< GET, HEAD, POST, PUT, PATCH or DELETE
  std::string url;
  HttpHeaders headers;                            ///< e.g. {"Accept", "application/fhir+json"}
  std::string body;                               ///< of POST, PUT and PATCH
  std::size_t max_bytes = std::size_t{64} << 20;  ///< of the answer's body, after decompression
  Redirects redirects = Redirects::same_host;
};

struct HttpResponse {
  int status = 0;
  std::string url;                            ///< after redirects
  std::map<std::string, std::string> fields;  ///< headers, names in lower case; the last of several
  std::string body;
  /// The header, or "".
  [[nodiscard]] std::string header(const std::string& lower_case_name) const;
  [[nodiscard]] bool is_success() const { return status >= 200 && status < 300; }
};

/// Takes a piece of a body; the response has status and headers.
using BodySink = std::function<void(const HttpResponse& head, std::string_view bytes)>;

/// One connection at a time, reused between calls. Not thread-safe; threads have one each.
class HttpClient {
 public:
  explicit HttpClient(HttpOptions options);
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;

  /// The answer whatever its status is, after redirects and after waiting out 429 and 503. Throws
  /// unavailable (no connection, TLS, 429 or 503 to the end), timeout, cancelled, limit_exceeded
  /// (body), permission (a redirect to another host), invalid_argument (url, method).
  [[nodiscard]] HttpResponse send(const HttpRequest& request);
  /// The same for a body that is not to be held in memory: each piece of a 2xx answer goes to
  /// `sink`, other bodies into the response, at most 64 KiB of them. An exception of `sink` ends
  /// the transfer and is thrown on.
  [[nodiscard]] HttpResponse send(const HttpRequest& request, const BodySink& sink);
  /// A GET into a file that appears when it is complete. Throws also what check_status throws, io.
  HttpResponse download(const HttpRequest& request, const std::filesystem::path& file);

  /// The token of the calls from now on; empty = none.
  void set_bearer(std::string token);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Throws for a status that is not 2xx: permission (401, 403), not_found (404, 410), timeout (408,
/// 504), limit_exceeded (413), unavailable (429, 5xx), else invalid_argument. `detail` is what the
/// server says about it, free of patient data; may be empty.
void check_status(const HttpResponse& response, const std::string& detail = "");

}  // namespace galen::net
