// A hub on this machine: what it serves and how it fails is set by each test.

#include "model/weights/hub.h"

#include <atomic>
#include <cstdlib>
#include <functional>
#include <gtest/gtest.h>
#include <httplib.h>
#include <map>
#include <thread>

#include <galen/error.h>

#include "base/file.h"
#include "base/json.h"
#include "base/sha256.h"

namespace galen::model {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCommit = "0123456789abcdef0123456789abcdef01234567";
constexpr const char* kRepository = "owner/tiny";

std::string sha256(const std::string& text) {
  return sha256_hex({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

class HubTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name :
         {"HF_ENDPOINT", "HF_TOKEN", "HF_HUB_OFFLINE", "HF_HUB_CACHE", "HF_HOME"})
      ::unsetenv(name);
    cache_ = fs::path(testing::TempDir()) / "galen_hub_test" /
             testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(cache_);
    files_ = {{"config.json", "{}"},
              {"model.safetensors", std::string(100'000, 'w')},
              {"flax_model.msgpack", "no"}};
    server_.Get(R"(/api/models/owner/tiny/revision/main)",
                [this](const auto& request, auto& response) { list(request, response); });
    server_.Get(R"(/owner/tiny/resolve/[0-9a-f]+/(.+))",
                [this](const auto& request, auto& response) { serve(request, response); });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
  }
  void TearDown() override {
    server_.stop();
    thread_.join();
  }

  void list(const httplib::Request& request, httplib::Response& response) {
    authorization_ = request.get_header_value("Authorization");
    if (is_gated_ && authorization_ != "Bearer secret") {
      response.status = 401;
      return;
    }
    Json siblings = Json::array();
    for (const auto& [name, content] : files_) siblings.push_back({{"rfilename", name}});
    response.set_content(Json{{"sha", kCommit}, {"siblings", siblings}}.dump(), "application/json");
  }

  void serve(const httplib::Request& request, httplib::Response& response) {
    const std::string name = request.matches[1];
    const std::string& content = files_.at(name);
    const std::string stated = digests_.contains(name) ? digests_.at(name) : sha256(content);
    response.set_header("X-Linked-Etag", "\"" + stated + "\"");
    response.set_header("X-Linked-Size", std::to_string(content.size()));
    if (request.method == "HEAD") return;
    requests_.push_back(name + " " + request.get_header_value("Range"));
    if (cut_ > 0) {  // a connection that breaks
      const std::size_t length = content.size();
      const std::size_t sent = std::exchange(cut_, 0);
      response.set_content_provider(
          length, "application/octet-stream",
          [&content, sent](std::size_t offset, std::size_t, httplib::DataSink& sink) {
            if (offset >= sent) return false;
            return sink.write(content.data() + offset, sent - offset);
          });
      return;
    }
    response.set_content(content, "application/octet-stream");
  }

  [[nodiscard]] HubOptions options() const {
    return {.endpoint = "http://127.0.0.1:" + std::to_string(port_), .token = "", .cache = cache_};
  }
  ErrorKind failure(const HubOptions& options, const std::string& repository = kRepository) const {
    try {
      (void)pull(repository, options);
    } catch (const Error& error) {
      return error.kind();
    }
    return ErrorKind::internal;
  }

  std::map<std::string, std::string> files_;
  std::map<std::string, std::string> digests_;  ///< stated in place of the true ones
  bool is_gated_ = false;
  std::size_t cut_ = 0;
  std::string authorization_;
  std::vector<std::string> requests_;
  fs::path cache_;
  httplib::Server server_;
  int port_ = 0;
  std::thread thread_;
};

TEST_F(HubTest, downloads_the_files_of_a_model_and_no_others) {
  const fs::path folder = pull(kRepository, options());
  EXPECT_EQ(folder, cache_ / "models--owner--tiny" / "snapshots" / kCommit);
  EXPECT_EQ(read_file(folder / "model.safetensors", 1 << 20), files_["model.safetensors"]);
  EXPECT_FALSE(fs::exists(folder / "flax_model.msgpack"));
  EXPECT_EQ(authorization_, "");
}

TEST_F(HubTest, downloads_nothing_twice) {
  (void)pull(kRepository, options());
  requests_.clear();
  (void)pull(kRepository, options());
  EXPECT_TRUE(requests_.empty());
}

TEST_F(HubTest, goes_on_where_a_broken_transfer_stopped) {
  files_.erase("config.json");
  cut_ = 40'000;
  EXPECT_EQ(failure(options()), ErrorKind::unavailable);
  EXPECT_FALSE(fs::exists(cache_ / "models--owner--tiny" / "snapshots"));
  const fs::path folder = pull(kRepository, options());
  EXPECT_EQ(requests_.back(), "model.safetensors bytes=40000-");
  EXPECT_EQ(read_file(folder / "model.safetensors", 1 << 20), files_["model.safetensors"]);
}

TEST_F(HubTest, refuses_content_with_another_digest) {
  digests_["model.safetensors"] = sha256("something else");
  EXPECT_EQ(failure(options()), ErrorKind::malformed);
  digests_.clear();
  EXPECT_NO_THROW((void)pull(kRepository, options()));
}

TEST_F(HubTest, sends_the_token_of_a_gated_model) {
  is_gated_ = true;
  EXPECT_EQ(failure(options()), ErrorKind::permission);
  ::setenv("HF_TOKEN", "secret", 1);
  EXPECT_NO_THROW((void)pull(kRepository, options()));
}

TEST_F(HubTest, works_offline_from_the_cache_only) {
  HubOptions offline = options();
  offline.offline = true;
  EXPECT_EQ(failure(offline), ErrorKind::unavailable);
  const fs::path folder = pull(kRepository, options());
  requests_.clear();
  ::setenv("HF_HUB_OFFLINE", "1", 1);
  EXPECT_EQ(pull(kRepository, options()), folder);
  EXPECT_TRUE(requests_.empty());
}

TEST_F(HubTest, asks_no_host_that_was_not_named) {
  HubOptions unnamed = options();
  unnamed.endpoint.clear();
  EXPECT_EQ(failure(unnamed), ErrorKind::invalid_argument);
  ::setenv("HF_ENDPOINT", options().endpoint.c_str(), 1);
  EXPECT_NO_THROW((void)pull(kRepository, unnamed));
}

TEST_F(HubTest, refuses_names_and_listings_that_leave_the_folder) {
  EXPECT_EQ(failure(options(), "../etc"), ErrorKind::invalid_argument);
  EXPECT_EQ(failure(options(), "owner/../tiny"), ErrorKind::invalid_argument);
  files_["../../evil.json"] = "{}";
  EXPECT_EQ(failure(options()), ErrorKind::malformed);
}

TEST_F(HubTest, says_not_found_and_unavailable) {
  EXPECT_EQ(failure(options(), "owner/other"), ErrorKind::not_found);
  HubOptions nowhere = options();
  nowhere.endpoint = "http://127.0.0.1:1";
  EXPECT_EQ(failure(nowhere), ErrorKind::unavailable);
}

}  // namespace
}  // namespace galen::model
