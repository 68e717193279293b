#include "net/http/client.h"

#include <atomic>
#include <filesystem>
#include <gtest/gtest.h>
#include <thread>

#include <galen/error.h>

#include "../loopback.h"
#include "base/file.h"
#include "net/http/retry.h"

namespace galen::net {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

HttpOptions quick() {
  HttpOptions options;
  options.first_wait = 1ms;
  options.longest_wait = 1500ms;
  return options;
}

HttpRequest get(const std::string& url) {
  HttpRequest request;
  request.url = url;
  return request;
}

ErrorKind failure(HttpClient& client, const HttpRequest& request) {
  try {
    (void)client.send(request);
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::internal;
}

class HttpTest : public testing::Test {
 protected:
  void SetUp() override {
    server_->Get("/seen", [this](const auto& request, auto& response) { note(request, response); });
    server_->Post("/seen",
                  [this](const auto& request, auto& response) { note(request, response); });
    server_->Put("/seen", [this](const auto& request, auto& response) { note(request, response); });
    server_->Delete("/seen",
                    [this](const auto& request, auto& response) { note(request, response); });
    server_->Get("/busy", [this](const auto&, auto& response) {
      if (++calls_ > busy_for_) return response.set_content("at last", "text/plain");
      response.status = busy_status_;
      if (!retry_after_.empty()) response.set_header("Retry-After", retry_after_);
    });
    server_->Get("/big", [](const auto&, auto& response) {
      response.set_content(std::string(100'000, 'x'), "text/plain");
    });
    server_->Get("/away", [this](const auto&, auto& response) { response.set_redirect(target_); });
    server_->Post("/away",
                  [this](const auto&, auto& response) { response.set_redirect(target_, 307); });
    server_->Get("/slow", [this](const auto&, auto& response) {
      for (int i = 0; i < 200 && !released_; ++i) std::this_thread::sleep_for(10ms);
      response.set_content("late", "text/plain");
    });
    server_.start();
    other_->Get("/seen", [this](const auto& request, auto& response) { note(request, response); });
    other_.start();
  }
  void TearDown() override { released_ = true; }

  void note(const httplib::Request& request, httplib::Response& response) {
    seen_ = request;
    response.set_header("X-Answer", "yes");
    response.set_content("seen", "text/plain");
  }

  httplib::Request seen_;
  int busy_for_ = 0;
  int busy_status_ = 503;
  std::string retry_after_;
  std::string target_;
  std::atomic<int> calls_{0};
  std::atomic<bool> released_{false};
  Loopback<> server_;
  Loopback<> other_;
};

TEST_F(HttpTest, sends_each_method_with_its_body_and_headers) {
  HttpClient client(quick());
  for (const char* method : {"GET", "POST", "PUT", "DELETE"}) {
    HttpRequest request = get(server_.address("/seen"));
    request.method = method;
    request.headers = {{"Accept", "application/fhir+json"}};
    if (request.method == "POST" || request.method == "PUT") request.body = "{\"a\":1}";
    const HttpResponse response = client.send(request);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "seen");
    EXPECT_EQ(response.header("x-answer"), "yes");
    EXPECT_EQ(seen_.method, method);
    EXPECT_EQ(seen_.body, request.body);
    EXPECT_EQ(seen_.get_header_value("Accept"), "application/fhir+json");
  }
}

TEST_F(HttpTest, signs_in_with_a_token_or_a_password) {
  HttpOptions options = quick();
  options.user = "galen";
  options.password = "pass";
  HttpClient client(options);
  (void)client.send(get(server_.address("/seen")));
  EXPECT_EQ(seen_.get_header_value("Authorization"), "Basic Z2FsZW46cGFzcw==");
  client.set_bearer("secret");
  (void)client.send(get(server_.address("/seen")));
  EXPECT_EQ(seen_.get_header_value("Authorization"), "Bearer secret");
}

TEST_F(HttpTest, hands_back_any_status_and_check_status_names_its_kind) {
  HttpClient client(quick());
  const HttpResponse response = client.send(get(server_.address("/absent")));
  EXPECT_EQ(response.status, 404);
  const std::pair<int, ErrorKind> kinds[] = {{401, ErrorKind::permission},
                                             {404, ErrorKind::not_found},
                                             {400, ErrorKind::invalid_argument},
                                             {504, ErrorKind::timeout},
                                             {500, ErrorKind::unavailable}};
  for (const auto& [status, kind] : kinds) {
    try {
      check_status(
          {.status = status, .url = "http://host/fhir?patient=7", .fields = {}, .body = ""}, "why");
      ADD_FAILURE() << status;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), kind) << status;
      EXPECT_EQ(std::string(error.what()).find("patient"), std::string::npos);
    }
  }
}

TEST_F(HttpTest, waits_out_a_busy_server) {
  busy_for_ = 2;
  HttpClient client(quick());
  EXPECT_EQ(client.send(get(server_.address("/busy"))).body, "at last");
  EXPECT_EQ(calls_, 3);
}

TEST_F(HttpTest, waits_as_long_as_retry_after_says) {
  busy_for_ = 1;
  busy_status_ = 429;
  retry_after_ = "1";
  HttpClient client(quick());
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(client.send(get(server_.address("/busy"))).body, "at last");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 990ms);
}

TEST_F(HttpTest, gives_up_on_a_server_that_stays_busy_or_wants_too_long_a_wait) {
  busy_for_ = 1000;
  HttpOptions options = quick();
  options.retries = 2;
  HttpClient client(options);
  EXPECT_EQ(failure(client, get(server_.address("/busy"))), ErrorKind::unavailable);
  EXPECT_EQ(calls_, 3);
  retry_after_ = "3600";
  EXPECT_EQ(failure(client, get(server_.address("/busy"))), ErrorKind::unavailable);
  EXPECT_EQ(calls_, 4);
}

TEST_F(HttpTest, stops_at_the_size_limit) {
  HttpClient client(quick());
  HttpRequest request = get(server_.address("/big"));
  request.max_bytes = 99'999;
  EXPECT_EQ(failure(client, request), ErrorKind::limit_exceeded);
  request.max_bytes = 100'000;
  EXPECT_EQ(client.send(request).body.size(), 100'000U);
}

TEST_F(HttpTest, follows_redirects_on_the_same_host) {
  target_ = "/seen";
  HttpOptions options = quick();
  options.bearer = "secret";
  HttpClient client(options);
  const HttpResponse response = client.send(get(server_.address("/away")));
  EXPECT_EQ(response.url, server_.address("/seen"));
  EXPECT_EQ(seen_.get_header_value("Authorization"), "Bearer secret");
}

TEST_F(HttpTest, goes_to_another_host_only_when_allowed_and_without_credentials) {
  target_ = other_.address("/seen");
  HttpOptions options = quick();
  options.bearer = "secret";
  HttpClient client(options);
  HttpRequest request = get(server_.address("/away"));
  request.headers = {{"X-Api-Key", "secret"}, {"Accept", "text/plain"}};
  EXPECT_EQ(failure(client, request), ErrorKind::permission);
  EXPECT_EQ(seen_.method, "");
  request.redirects = Redirects::anywhere;
  EXPECT_EQ(client.send(request).body, "seen");
  EXPECT_FALSE(seen_.has_header("Authorization"));
  EXPECT_FALSE(seen_.has_header("X-Api-Key"));
  EXPECT_TRUE(seen_.has_header("Accept"));
}

TEST_F(HttpTest, never_sends_a_body_to_another_host) {
  target_ = other_.address("/seen");
  HttpClient client(quick());
  HttpRequest request = get(server_.address("/away"));
  request.method = "POST";
  request.body = "a record";
  request.redirects = Redirects::anywhere;
  EXPECT_EQ(failure(client, request), ErrorKind::permission);
}

TEST_F(HttpTest, ends_after_its_time_limit) {
  HttpOptions options = quick();
  options.total_timeout = 100ms;
  HttpClient client(options);
  EXPECT_EQ(failure(client, get(server_.address("/slow"))), ErrorKind::timeout);
}

TEST_F(HttpTest, stops_when_cancelled) {
  CancelToken cancel;
  HttpOptions options = quick();
  options.cancel = &cancel;
  HttpClient client(options);
  std::thread stopper([&] {
    std::this_thread::sleep_for(50ms);
    cancel.cancel();
  });
  EXPECT_EQ(failure(client, get(server_.address("/slow"))), ErrorKind::cancelled);
  stopper.join();
}

TEST_F(HttpTest, downloads_into_a_file_or_leaves_none) {
  const fs::path folder = fs::path(testing::TempDir()) / "galen_http_download";
  fs::remove_all(folder);
  fs::create_directories(folder);
  HttpClient client(quick());
  (void)client.download(get(server_.address("/big")), folder / "big");
  EXPECT_EQ(fs::file_size(folder / "big"), 100'000U);
  EXPECT_THROW((void)client.download(get(server_.address("/absent")), folder / "absent"), Error);
  HttpRequest limited = get(server_.address("/big"));
  limited.max_bytes = 10;
  EXPECT_THROW((void)client.download(limited, folder / "cut"), Error);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder), fs::directory_iterator()), 1);
}

TEST_F(HttpTest, says_unavailable_where_nobody_listens) {
  HttpClient client(quick());
  EXPECT_EQ(failure(client, get("http://127.0.0.1:1/")), ErrorKind::unavailable);
  EXPECT_EQ(failure(client, get("file:///etc/passwd")), ErrorKind::invalid_argument);
}

TEST(RetryAfterTest, reads_seconds_and_dates) {
  EXPECT_EQ(retry_after("120"), 120s);
  EXPECT_LT(retry_after("soon"), 0ms);
  EXPECT_LT(retry_after(""), 0ms);
  EXPECT_EQ(retry_after("Wed, 21 Oct 2015 07:28:00 GMT"), 0ms);
  EXPECT_GT(retry_after("Fri, 21 Oct 2095 07:28:00 GMT"), 1000s);
}

}  // namespace
}  // namespace galen::net
