#include "model/weights/resumed_download.h"

#include <cerrno>
#include <fcntl.h>
#include <limits>
#include <string_view>
#include <unistd.h>
#include <utility>

#include "base/file.h"
#include "base/raise.h"

namespace galen::model {
namespace {

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

  void write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t put = ::write(fd_, bytes.data(), bytes.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) raise_system_error(errno, path_, "write");
      bytes.remove_prefix(static_cast<std::size_t>(put));
    }
  }
  void clear() const {
    if (::ftruncate(fd_, 0) != 0) raise_system_error(errno, path_, "write");
  }

 private:
  std::filesystem::path path_;
  int fd_;
};

}  // namespace

net::HttpResponse resume_download(net::HttpClient& client, const std::string& url,
                                  const std::filesystem::path& file, const std::string& etag,
                                  Progress& progress) {
  const Appender appender(file);
  const auto begin = std::filesystem::file_size(file);
  net::HttpRequest request;
  request.url = url;
  request.redirects = net::Redirects::anywhere;
  request.max_bytes = std::numeric_limits<std::size_t>::max();
  request.headers.emplace_back("Accept-Encoding", "identity");
  if (begin > 0) request.headers.emplace_back("Range", fmt::format("bytes={}-", begin));
  if (begin > 0 && !etag.empty()) request.headers.emplace_back("If-Range", "\"" + etag + "\"");
  bool is_first = true;
  return client.send(request, [&](const net::HttpResponse& head, std::string_view bytes) {
    // 200 in answer to a range: the content has changed, or the server knows no ranges.
    if (std::exchange(is_first, false) && begin > 0 && head.status == 200) appender.clear();
    progress.advance(bytes.size());
    appender.write(bytes);
  });
}

}  // namespace galen::model
