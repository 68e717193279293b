#include "base/raise.h"
#include "net/http/client.h"
#include "net/http/url.h"

namespace galen::net {
namespace {

ErrorKind kind_of(int status) {
  if (status == 401 || status == 403) return ErrorKind::permission;
  if (status == 404 || status == 410) return ErrorKind::not_found;
  if (status == 408 || status == 504) return ErrorKind::timeout;
  if (status == 413) return ErrorKind::limit_exceeded;
  if (status == 429 || status >= 500) return ErrorKind::unavailable;
  return ErrorKind::invalid_argument;
}

const char* next_step(int status) {
  if (status == 401) return "; check the token, user or password";
  if (status == 403) return "; the account may not do this";
  if (status == 429 || status == 503) return "; try again later";
  return "";
}

}  // namespace

void check_status(const HttpResponse& response, const std::string& detail) {
  if (response.is_success()) return;
  raise(kind_of(response.status), "{}: the server answers {}{}{}{}", shown_address(response.url),
        response.status, detail.empty() ? "" : ": ", detail, next_step(response.status));
}

}  // namespace galen::net
