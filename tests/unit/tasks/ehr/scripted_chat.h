#pragma once

#include <deque>
#include <functional>
#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

#include "tasks/chat/chat_model.h"

namespace galen::tasks {

/// Gives replies written beforehand, one after another, and keeps what it was asked.
class ScriptedChat : public ChatModel {
 public:
  explicit ScriptedChat(std::deque<std::string> replies) : replies_(std::move(replies)) {}

  [[nodiscard]] std::string name() const override { return "scripted"; }
  [[nodiscard]] int context_limit() const override { return context; }
  ChatReply reply(const ChatRequest& request) override {
    asked.push_back(request);
    if (replies_.empty()) {
      ADD_FAILURE() << "no reply left for: " << request.turns.back().text;
      return {};
    }
    std::string text = std::move(replies_.front());
    replies_.pop_front();
    return {std::move(text), true, 100, 10};
  }
  [[nodiscard]] std::size_t left() const { return replies_.size(); }

  std::vector<ChatRequest> asked;
  int context = 8192;

 private:
  std::deque<std::string> replies_;
};

}  // namespace galen::tasks
