// An OpenAI-compatible endpoint on this machine.

#include "net/chat/chat_client.h"

#include <gtest/gtest.h>

#include <galen/error.h>

#include "../loopback.h"
#include "base/json.h"

namespace galen::net {
namespace {

class ChatClientTest : public testing::Test {
 protected:
  void SetUp() override {
    server_->Post("/v1/chat/completions", [this](const auto& request, auto& response) {
      bodies_.push_back(Json::parse(request.body));
      key_ = request.get_header_value("Authorization");
      const bool is_refused = refuses_schema_ && bodies_.back().contains("response_format");
      response.status = is_refused ? 400 : status_;
      response.set_content(is_refused ? R"({"error": {"message": "response_format"}})" : answer_,
                           "application/json");
    });
    server_.start();
  }
  ChatClient client(const std::string& path = "/v1") {
    HttpOptions options;
    options.bearer = "secret";
    options.retries = 0;
    return {server_.address(path), "medgemma", options};
  }
  ErrorKind failure() {
    try {
      ChatClient one = client();
      (void)one.complete(call_);
    } catch (const Error& error) {
      message_ = error.what();
      return error.kind();
    }
    return ErrorKind::internal;
  }

  Loopback<> server_;
  ChatCall call_{{{"system", "Be brief."}, {"user", "Hello?"}}, 0.5, 20, 7, ""};
  std::vector<Json> bodies_;
  std::string key_;
  std::string answer_ =
      R"({"choices": [{"message": {"content": "<think>hm</think> Hi. "}, "finish_reason": "stop"}],
          "usage": {"prompt_tokens": 11, "completion_tokens": 3}})";
  std::string message_;
  int status_ = 200;
  bool refuses_schema_ = false;
};

TEST_F(ChatClientTest, asks_and_reads_the_answer_without_its_thinking) {
  ChatClient one = client();
  const ChatResult result = one.complete(call_);
  EXPECT_EQ(result.text, "Hi.");
  EXPECT_TRUE(result.is_complete);
  EXPECT_EQ(result.prompt_tokens, 11);
  EXPECT_EQ(result.answer_tokens, 3);
  EXPECT_EQ(key_, "Bearer secret");
  EXPECT_EQ(bodies_[0].at("model"), "medgemma");
  EXPECT_EQ(bodies_[0].at("messages").at(1).at("content"), "Hello?");
  EXPECT_EQ(bodies_[0].at("max_tokens"), 20);
  EXPECT_EQ(bodies_[0].at("seed"), 7);
  EXPECT_FALSE(bodies_[0].contains("response_format"));
}

TEST_F(ChatClientTest, takes_a_host_a_base_or_the_full_address) {
  for (const char* path : {"", "/", "/v1", "/v1/", "/v1/chat/completions"}) {
    ChatClient one = client(path);
    EXPECT_EQ(one.complete(call_).text, "Hi.") << path;
  }
  EXPECT_THROW(ChatClient("host:8000", "m", {}), Error);
}

TEST_F(ChatClientTest, asks_for_a_schema_and_does_without_where_it_is_refused) {
  call_.json_schema = R"({"type": "object", "properties": {}})";
  ChatClient one = client();
  (void)one.complete(call_);
  EXPECT_EQ(bodies_[0].at("response_format").at("type"), "json_schema");
  refuses_schema_ = true;
  (void)one.complete(call_);
  (void)one.complete(call_);
  EXPECT_EQ(bodies_.size(), 4U);  // refused once, then never sent again
  EXPECT_FALSE(bodies_[3].contains("response_format"));
}

TEST_F(ChatClientTest, says_that_an_answer_was_cut) {
  answer_ = R"({"choices": [{"message": {"content": "Hi"}, "finish_reason": "length"}]})";
  ChatClient one = client();
  EXPECT_FALSE(one.complete(call_).is_complete);
  answer_ = R"({"choices": [{"message": {"content": null}, "finish_reason": "length"}]})";
  const ChatResult thinking = one.complete(call_);
  EXPECT_FALSE(thinking.is_complete);
  EXPECT_EQ(thinking.text, "");
}

TEST_F(ChatClientTest, tells_errors_without_the_endpoints_words) {
  status_ = 400;
  answer_ = R"({"error": {"message": "maximum context length is 8192, prompt: Jane Roe ..."}})";
  EXPECT_EQ(failure(), ErrorKind::limit_exceeded);
  EXPECT_EQ(message_.find("Jane"), std::string::npos);
  status_ = 401;
  EXPECT_EQ(failure(), ErrorKind::permission);
  status_ = 200;
  answer_ = "<html>no</html>";
  EXPECT_EQ(failure(), ErrorKind::malformed);
  answer_ = R"({"choices": []})";
  EXPECT_EQ(failure(), ErrorKind::malformed);
}

TEST(ThinkingTest, is_taken_out) {
  EXPECT_EQ(without_thinking("<unused94>thought\nhm<unused95>Yes"), "Yes");
  EXPECT_EQ(without_thinking("<think>never ends"), "");
  EXPECT_EQ(without_thinking("begun by the template</think>\nYes"), "Yes");
  EXPECT_EQ(without_thinking(" plain \n"), "plain");
}

}  // namespace
}  // namespace galen::net
