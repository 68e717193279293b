#include "net/http/client.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <curl/curl.h>
#include <exception>
#include <mutex>

#include "base/file.h"
#include "base/raise.h"
#include "net/http/retry.h"
#include "net/http/url.h"

namespace galen::net {
namespace {

constexpr int kMaxRedirects = 8;
constexpr std::size_t kMaxHeaderBytes = std::size_t{256} << 10;
constexpr std::size_t kMaxErrorBody = std::size_t{64} << 10;
constexpr std::array<std::string_view, 6> kMethods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0)
    text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0)
    text.remove_suffix(1);
  return text;
}

bool is_credential(const std::string& name) {
  const std::string lower = lower_case(name);
  return lower == "authorization" || lower == "cookie" || lower == "x-api-key" ||
         lower == "proxy-authorization";
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

/// What the callbacks of one exchange share. They may not throw through C code, so an exception is
/// kept here and thrown on afterwards.
struct Exchange {
  CURL* handle = nullptr;
  HttpResponse response;
  const BodySink* sink = nullptr;  ///< null: the body is collected
  std::size_t max_bytes = 0;
  std::size_t taken = 0;
  std::size_t header_bytes = 0;
  const CancelToken* cancel = nullptr;
  std::exception_ptr failure;

  void take(std::string_view bytes) {
    if (response.status == 0) {
      long status = 0;
      curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
      response.status = static_cast<int>(status);
    }
    if (sink != nullptr && !response.is_success()) {
      response.body +=
          bytes.substr(0, kMaxErrorBody - std::min(kMaxErrorBody, response.body.size()));
      return;
    }
    if (bytes.size() > max_bytes - taken) {
      raise(ErrorKind::limit_exceeded, "{}: the answer has more than {} bytes",
            shown_address(response.url), max_bytes);
    }
    taken += bytes.size();
    if (sink != nullptr) {
      (*sink)(response, bytes);
    } else {
      response.body += bytes;
    }
  }
};

std::size_t on_header(char* text, std::size_t size, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  const std::string_view line(text, size * count);
  if (line.starts_with("HTTP/")) exchange.response.fields.clear();  // after a 100 or a proxy's
  exchange.header_bytes += line.size();
  if (exchange.header_bytes > kMaxHeaderBytes) return 0;
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos) {
    exchange.response.fields[lower_case(trimmed(line.substr(0, colon)))] =
        trimmed(line.substr(colon + 1));
  }
  return line.size();
}

std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  try {
    exchange.take({bytes, size * count});
  } catch (...) {
    exchange.failure = std::current_exception();
    return 0;
  }
  return size * count;
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto* cancel = static_cast<Exchange*>(user)->cancel;
  return cancel != nullptr && cancel->is_cancelled() ? 1 : 0;
}

void check_transport(CURLcode code, const std::string& url) {
  if (code == CURLE_OK) return;
  const std::string shown = shown_address(url);
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      raise(ErrorKind::timeout, "{}: the server did not answer in time", shown);
    case CURLE_ABORTED_BY_CALLBACK:
      raise(ErrorKind::cancelled, "{}: stopped before the answer was complete", shown);
    case CURLE_WRITE_ERROR:
      raise(ErrorKind::limit_exceeded, "{}: the answer has more than {} bytes of headers", shown,
            kMaxHeaderBytes);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      raise(ErrorKind::unavailable,
            "{}: the server's certificate is not trusted ({}); name the authority's PEM file",
            shown, curl_easy_strerror(code));
    default: raise(ErrorKind::unavailable, "{}: {}", shown, curl_easy_strerror(code));
  }
}

/// The next request of a redirect, or an error where it may not be followed.
HttpRequest redirected(const HttpRequest& request, const HttpResponse& response,
                       bool& with_credentials) {
  HttpRequest next = request;
  next.url = resolved(request.url, response.header("location"));
  const bool is_read = request.method == "GET" || request.method == "HEAD";
  if (request.url.starts_with("https:") && !next.url.starts_with("https:")) {
    raise(ErrorKind::permission, "{}: redirects from https to {}; not followed",
          shown_address(request.url), shown_address(next.url));
  }
  if (origin_of(next.url) != origin_of(request.url)) {
    if (request.redirects != Redirects::anywhere || !is_read) {
      raise(ErrorKind::permission,
            "{}: redirects to another host, {}; not followed, name that address yourself",
            shown_address(request.url), shown_address(next.url));
    }
    with_credentials = false;
    std::erase_if(next.headers, [](const auto& header) { return is_credential(header.first); });
  }
  const bool becomes_get = response.status == 303 || (response.status <= 302 && !is_read);
  if (becomes_get && request.method != "HEAD") {
    next.method = "GET";
    next.body.clear();
  }
  return next;
}

void check_request(const HttpRequest& request) {
  (void)origin_of(request.url);
  if (std::find(kMethods.begin(), kMethods.end(), request.method) == kMethods.end())
    raise(ErrorKind::invalid_argument, "'{}' is not an HTTP method", request.method);
  for (const auto& [name, value] : request.headers) {
    if ((name + value).find_first_of("\r\n") != std::string::npos)
      raise(ErrorKind::invalid_argument, "a header of the request has a line break");
  }
}

}  // namespace

std::string HttpResponse::header(const std::string& lower_case_name) const {
  const auto found = fields.find(lower_case_name);
  return found == fields.end() ? "" : found->second;
}

struct HttpClient::State {
  HttpOptions options;
  CURL* handle = nullptr;

  explicit State(HttpOptions wanted) : options(std::move(wanted)) {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    handle = curl_easy_init();
    if (handle == nullptr) raise(ErrorKind::internal, "libcurl could not be started");
  }
  ~State() { curl_easy_cleanup(handle); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  template <typename Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(handle, option, value);
  }

  void set_limits() {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(options.stall_timeout).count();
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(options.total_timeout.count()));
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(seconds));
    if (!options.ca_file.empty()) set(CURLOPT_CAINFO, options.ca_file.c_str());
  }

  void set_credentials() {
    if (!options.bearer.empty()) {
      set(CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
      set(CURLOPT_XOAUTH2_BEARER, options.bearer.c_str());
    } else if (!options.user.empty()) {
      set(CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
      set(CURLOPT_USERNAME, options.user.c_str());
      set(CURLOPT_PASSWORD, options.password.c_str());
    }
  }

  void set_request(const HttpRequest& request) {
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_USERAGENT, "galen");
    set(CURLOPT_ACCEPT_ENCODING, "");
    if (request.method == "HEAD") {
      set(CURLOPT_NOBODY, 1L);
    } else if (request.method != "GET") {
      if (request.method != "DELETE") {
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        set(CURLOPT_POSTFIELDS, request.body.c_str());
      }
      set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
  }

  List header_list(const HttpRequest& request) {
    List list;
    const auto add = [&](const std::string& line) {
      curl_slist* longer = curl_slist_append(list.get(), line.c_str());
      if (longer == nullptr) throw std::bad_alloc();
      (void)list.release();
      list.reset(longer);
    };
    for (const auto& [name, value] : request.headers) add(name + ": " + value);
    add("Expect:");  // no wait for a 100 that many servers never send
    return list;
  }

  HttpResponse exchange(const HttpRequest& request, const BodySink* sink, bool with_credentials) {
    Exchange one;
    one.handle = handle;
    one.response.url = request.url;
    one.sink = sink;
    one.max_bytes = request.max_bytes;
    one.cancel = options.cancel;
    curl_easy_reset(handle);
    set_limits();
    set_request(request);
    if (with_credentials) set_credentials();
    const List headers = header_list(request);
    set(CURLOPT_HTTPHEADER, headers.get());
    set(CURLOPT_HEADERFUNCTION, on_header);
    set(CURLOPT_HEADERDATA, &one);
    set(CURLOPT_WRITEFUNCTION, on_body);
    set(CURLOPT_WRITEDATA, &one);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, on_progress);
    set(CURLOPT_XFERINFODATA, &one);
    const CURLcode code = curl_easy_perform(handle);
    if (one.failure) std::rethrow_exception(one.failure);
    check_transport(code, request.url);
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    one.response.status = static_cast<int>(status);
    return std::move(one.response);
  }

  HttpResponse follow(HttpRequest request, const BodySink* sink) {
    bool with_credentials = true;
    for (int step = 0; step <= kMaxRedirects; ++step) {
      HttpResponse response = exchange(request, sink, with_credentials);
      if (request.redirects == Redirects::none || !is_redirect(response.status) ||
          response.header("location").empty())
        return response;
      request = redirected(request, response, with_credentials);
    }
    raise(ErrorKind::unavailable, "{}: more than {} redirects", shown_address(request.url),
          kMaxRedirects);
  }

  HttpResponse send(const HttpRequest& request, const BodySink* sink) {
    check_request(request);
    auto back_off = options.first_wait;
    for (int tries = 0;; ++tries) {
      if (options.cancel != nullptr) options.cancel->check();
      HttpResponse response = follow(request, sink);
      if (response.status != 429 && response.status != 503) return response;
      const auto asked = retry_after(response.header("retry-after"));
      const auto wait = asked.count() >= 0 ? asked : back_off;
      if (tries >= options.retries || wait > options.longest_wait) check_status(response);
      wait_for(wait, options.cancel);
      back_off *= 2;
    }
  }
};

HttpClient::HttpClient(HttpOptions options) : state_(std::make_unique<State>(std::move(options))) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

HttpResponse HttpClient::send(const HttpRequest& request) {
  return state_->send(request, nullptr);
}

HttpResponse HttpClient::send(const HttpRequest& request, const BodySink& sink) {
  return state_->send(request, &sink);
}

HttpResponse HttpClient::download(const HttpRequest& request, const std::filesystem::path& file) {
  AtomicFile target(file);
  HttpResponse response =
      send(request, [&](const HttpResponse&, std::string_view bytes) { target.write(bytes); });
  check_status(response);
  target.commit();
  return response;
}

void HttpClient::set_bearer(std::string token) {
  state_->options.bearer = std::move(token);
}

}  // namespace galen::net
