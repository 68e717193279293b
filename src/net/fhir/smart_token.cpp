#include "net/fhir/smart_token.h"

#include <algorithm>
#include <utility>

#include "base/json.h"
#include "base/raise.h"
#include "net/http/url.h"

namespace galen::net {
namespace {

constexpr auto kAssertionLife = std::chrono::minutes(4);  // at most five are allowed
constexpr auto kMargin = std::chrono::seconds(30);  // a token this close to its end is renewed
constexpr long kDefaultLife = 300;
constexpr const char* kAssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

std::string text_of(const Json& object, const char* field) {
  const auto found = object.is_object() ? object.find(field) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

SmartToken::SmartToken(std::string base, SmartOptions options, const HttpOptions& http)
    : base_(std::move(base)), options_(std::move(options)), key_(options_.key), client_(http) {
  if (options_.client_id.empty())
    raise(ErrorKind::invalid_argument, "SMART Backend Services need the client id");
}

std::string SmartToken::token_url() {
  if (options_.token_url.empty()) {
    HttpRequest request;
    request.url = base_ + "/.well-known/smart-configuration";
    request.headers = {{"Accept", "application/json"}};
    const HttpResponse response = client_.send(request);
    check_status(response, "no SMART configuration; give the address of the token endpoint");
    options_.token_url =
        text_of(parse_json(response.body, shown_address(request.url)), "token_endpoint");
    if (options_.token_url.empty())
      raise(ErrorKind::malformed, "{}: names no token_endpoint", shown_address(request.url));
  }
  if (base_.starts_with("https:") && !options_.token_url.starts_with("https:")) {
    raise(ErrorKind::invalid_argument, "{}: the token endpoint of a server with TLS has none",
          shown_address(options_.token_url));
  }
  return options_.token_url;
}

std::string SmartToken::assertion(const std::string& audience) const {
  Json header{{"alg", key_.algorithm()}, {"typ", "JWT"}};
  if (!options_.key_id.empty()) header["kid"] = options_.key_id;
  const auto end = std::chrono::system_clock::now() + kAssertionLife;
  const Json claims{
      {"iss", options_.client_id},
      {"sub", options_.client_id},
      {"aud", audience},
      {"exp", std::chrono::duration_cast<std::chrono::seconds>(end.time_since_epoch()).count()},
      {"jti", random_hex(16)}};
  const std::string text = encode_base64url(header.dump()) + "." + encode_base64url(claims.dump());
  return text + "." + encode_base64url(key_.sign(text));
}

const std::string& SmartToken::get() {
  if (!token_.empty() && std::chrono::steady_clock::now() < end_) return token_;
  HttpRequest request;
  request.method = "POST";
  request.url = token_url();
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                     {"Accept", "application/json"}};
  request.body = with_query("", {{"grant_type", "client_credentials"},
                                 {"scope", options_.scope},
                                 {"client_assertion_type", kAssertionType},
                                 {"client_assertion", assertion(request.url)}})
                     .substr(1);
  const HttpResponse response = client_.send(request);
  const std::string shown = shown_address(request.url);
  if (response.status == 400 || response.status == 401) {
    // The fault is one of a short list of words (RFC 6749 section 5.2).
    const Json answer = Json::parse(response.body, nullptr, false);
    raise(ErrorKind::permission, "{}: refuses the client: {}", shown,
          text_of(answer, "error").substr(0, 60));
  }
  check_status(response);
  const Json answer = parse_json(response.body, shown);
  token_ = text_of(answer, "access_token");
  if (token_.empty()) raise(ErrorKind::malformed, "{}: the answer has no access_token", shown);
  const auto life = answer.find("expires_in");
  const long seconds = life != answer.end() && life->is_number() ? life->get<long>() : kDefaultLife;
  end_ = std::chrono::steady_clock::now() + std::chrono::seconds(std::clamp(seconds, 1L, 86'400L)) -
         std::min<std::chrono::seconds>(kMargin, std::chrono::seconds(seconds / 2));
  return token_;
}

}  // namespace galen::net
