#include "net/http/url.h"

#include <algorithm>
#include <cctype>
#include <curl/curl.h>
#include <memory>

#include "base/raise.h"

namespace galen::net {
namespace {

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, FreeUrl>;

/// A part in text, or nothing.
std::string part(CURLU* url, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, flags) != CURLUE_OK) return "";
  const std::string copy(text);
  curl_free(text);
  return copy;
}

}  // namespace

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string_view("-._~").find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", byte);
    }
  }
  return encoded;
}

std::string with_query(std::string url, const Query& parameters) {
  char mark = url.find('?') == std::string::npos ? '?' : '&';
  for (const auto& [name, value] : parameters) {
    url += mark + percent_encoded(name) + "=" + percent_encoded(value);
    mark = '&';
  }
  return url;
}

std::string origin_of(const std::string& url) {
  const Url parsed(curl_url());
  const bool is_url = curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) == CURLUE_OK;
  std::string scheme = is_url ? part(parsed.get(), CURLUPART_SCHEME) : "";
  std::string host = is_url ? part(parsed.get(), CURLUPART_HOST) : "";
  if ((scheme != "http" && scheme != "https") || host.empty()) {
    raise(ErrorKind::invalid_argument, "'{}' is not an http or https address", shown_address(url));
  }
  std::transform(host.begin(), host.end(), host.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return scheme + "://" + host + ":" + part(parsed.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
}

std::string resolved(const std::string& base, const std::string& reference) {
  const Url url(curl_url());
  if (curl_url_set(url.get(), CURLUPART_URL, base.c_str(), 0) != CURLUE_OK ||
      curl_url_set(url.get(), CURLUPART_URL, reference.c_str(), 0) != CURLUE_OK) {
    raise(ErrorKind::malformed, "{}: links to something that is no address", shown_address(base));
  }
  return part(url.get(), CURLUPART_URL);
}

std::string shown_address(const std::string& url) {
  std::string shown = url.substr(0, url.find_first_of("?#"));
  const std::size_t scheme = shown.find("://");
  if (scheme == std::string::npos) return shown;
  const std::size_t host = scheme + 3;
  const std::size_t at = shown.substr(0, shown.find('/', host)).rfind('@');
  if (at != std::string::npos && at >= host) shown.erase(host, at + 1 - host);
  return shown;
}

}  // namespace galen::net
