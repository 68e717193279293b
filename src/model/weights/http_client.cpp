#include "model/weights/http_client.h"

#include <algorithm>
#include <cerrno>
#include <curl/curl.h>
#include <fcntl.h>
#include <functional>
#include <mutex>
#include <string_view>
#include <unistd.h>
#include <utility>

#include "base/file.h"
#include "base/raise.h"

namespace galen::model {
namespace {

constexpr long kConnectSeconds = 30;
constexpr long kStallSeconds = 60;
constexpr long kMaxRedirects = 8;

/// What the callbacks of one transfer share. A callback must not throw through C code, so failures
/// are kept here and thrown afterwards.
struct Transfer {
  HttpHeaders headers;
  std::function<bool(std::string_view)> take;  ///< false stops the transfer
  const CancelToken* cancel = nullptr;
};

std::size_t on_header(char* text, std::size_t size, std::size_t count, void* user) {
  auto& headers = static_cast<Transfer*>(user)->headers;
  std::string_view line(text, size * count);
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) headers.fields.clear();  // the next answer of a redirect
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos) {
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    std::string_view value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    headers.fields[name] = value;
  }
  return size * count;
}

std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  return transfer.take({bytes, size * count}) ? size * count : 0;
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto* cancel = static_cast<Transfer*>(user)->cancel;
  return cancel != nullptr && cancel->is_cancelled() ? 1 : 0;
}

/// Throws what fits an HTTP status that is not a success.
void check_status(int status, const std::string& url) {
  if (status >= 200 && status < 400) return;
  if (status == 401 || status == 403) {
    raise(ErrorKind::permission,
          "{}: the hub answers {}; accept the model's licence there and set HF_TOKEN", url, status);
  }
  if (status == 404)
    raise(ErrorKind::not_found, "{}: the hub has no such model, revision or file", url);
  raise(ErrorKind::unavailable, "{}: the hub answers {}", url, status);
}

void check_transport(CURLcode code, const std::string& url) {
  if (code == CURLE_OK) return;
  if (code == CURLE_OPERATION_TIMEDOUT)
    raise(ErrorKind::timeout, "{}: no data for {} s", url, kStallSeconds);
  if (code == CURLE_ABORTED_BY_CALLBACK)
    throw Error(ErrorKind::cancelled, "the download was stopped; pull again to go on");
  raise(ErrorKind::unavailable, "{}: {}; pull again to go on", url, curl_easy_strerror(code));
}

/// A file that is appended to.
class Appender {
 public:
  explicit Appender(const std::filesystem::path& path)
      : path_(path), fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) {
    if (fd_ < 0) raise_system_error(errno, path, "open");
  }
  ~Appender() { ::close(fd_); }
  Appender(const Appender&) = delete;
  Appender& operator=(const Appender&) = delete;

  bool write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t put = ::write(fd_, bytes.data(), bytes.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return error_ = errno, false;
      bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
  }
  void clear() {
    if (::ftruncate(fd_, 0) != 0) error_ = errno;
  }
  void check() const {
    if (error_ != 0) raise_system_error(error_, path_, "write");
  }

 private:
  std::filesystem::path path_;
  int fd_;
  int error_ = 0;
};

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

}  // namespace

std::string HttpHeaders::get(const std::string& name) const {
  const auto found = fields.find(name);
  return found == fields.end() ? "" : found->second;
}

struct HttpClient::State {
  CURL* handle = nullptr;
  std::string token;
  const CancelToken* cancel = nullptr;

  State(std::string bearer, const CancelToken* stop) : token(std::move(bearer)), cancel(stop) {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    handle = curl_easy_init();
    if (handle == nullptr) raise(ErrorKind::internal, "libcurl could not be started");
  }
  ~State() { curl_easy_cleanup(handle); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void prepare(const std::string& url, Transfer& transfer) {
    transfer.cancel = cancel;
    curl_easy_reset(handle);
    const bool is_https = url.starts_with("https://");
    curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, is_https ? "https" : "http,https");
    curl_easy_setopt(handle, CURLOPT_MAXREDIRS, kMaxRedirects);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, kStallSeconds);
    curl_easy_setopt(handle, CURLOPT_USERAGENT, "galen");
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, &transfer);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &transfer);
    if (token.empty()) return;
    curl_easy_setopt(handle, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
    curl_easy_setopt(handle, CURLOPT_XOAUTH2_BEARER, token.c_str());
  }

  [[nodiscard]] int status() const {
    long code = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &code);
    return static_cast<int>(code);
  }
};

HttpClient::HttpClient(std::string token, const CancelToken* cancel)
    : state_(std::make_unique<State>(std::move(token), cancel)) {}

HttpClient::~HttpClient() = default;

HttpHeaders HttpClient::head(const std::string& url) {
  Transfer transfer;
  transfer.take = [](std::string_view) { return true; };
  state_->prepare(url, transfer);
  curl_easy_setopt(state_->handle, CURLOPT_NOBODY, 1L);
  check_transport(curl_easy_perform(state_->handle), url);
  transfer.headers.status = state_->status();
  check_status(transfer.headers.status, url);
  return transfer.headers;
}

std::string HttpClient::get(const std::string& url, std::size_t max_bytes) {
  std::string body;
  Transfer transfer;
  transfer.take = [&](std::string_view bytes) {
    if (bytes.size() > max_bytes - body.size()) return false;
    body += bytes;
    return true;
  };
  state_->prepare(url, transfer);
  curl_easy_setopt(state_->handle, CURLOPT_FOLLOWLOCATION, 1L);
  const CURLcode code = curl_easy_perform(state_->handle);
  if (code == CURLE_WRITE_ERROR)
    raise(ErrorKind::limit_exceeded, "{}: the answer has more than {} bytes", url, max_bytes);
  check_transport(code, url);
  check_status(state_->status(), url);
  return body;
}

void HttpClient::download(const std::string& url, const std::filesystem::path& file,
                          const std::string& etag, Progress& progress) {
  Appender appender(file);
  const auto begin = std::filesystem::file_size(file);
  bool first = true;
  Transfer transfer;
  transfer.take = [&](std::string_view bytes) {
    if (state_->status() >= 400) return true;  // the page of an error
    // 200 in answer to a range: the content has changed, or the server knows no ranges.
    if (std::exchange(first, false) && begin > 0 && state_->status() == 200) appender.clear();
    progress.advance(bytes.size());
    return appender.write(bytes);
  };
  state_->prepare(url, transfer);
  curl_easy_setopt(state_->handle, CURLOPT_FOLLOWLOCATION, 1L);
  std::unique_ptr<curl_slist, FreeList> headers;
  if (begin > 0) {
    curl_easy_setopt(state_->handle, CURLOPT_RANGE, fmt::format("{}-", begin).c_str());
    if (!etag.empty())
      headers.reset(curl_slist_append(nullptr, fmt::format("If-Range: \"{}\"", etag).c_str()));
    curl_easy_setopt(state_->handle, CURLOPT_HTTPHEADER, headers.get());
  }
  const CURLcode code = curl_easy_perform(state_->handle);
  appender.check();
  check_transport(code, url);
  check_status(state_->status(), url);
}

}  // namespace galen::model
