#pragma once
// What an agent asked of a model and of tools, kept so that a run can be read and gone through
// again.

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <galen/ehr.h>

#include "base/json.h"
#include "tasks/chat/chat_model.h"

namespace galen::tasks {

using TraceEvents = std::vector<OrderedJson>;

/// Reads a trace. Throws not_found, malformed (naming the line), unsupported (another version).
[[nodiscard]] TraceEvents read_trace(const std::filesystem::path& path);

/// The model and the tools of one run.
class Bench {
 public:
  virtual ~Bench() = default;
  [[nodiscard]] virtual std::string model_name() const = 0;
  [[nodiscard]] virtual int context_limit() const = 0;
  virtual ChatReply ask(const std::string& step, const ChatRequest& request) = 0;
  /// Gives what the tool gives; an Error of kind invalid_argument becomes {"error": "..."}, which
  /// the model sees.
  virtual Json use(const std::string& tool, const Json& arguments,
                   const std::function<Json()>& run) = 0;
};

/// Runs everything and writes it down.
class LiveBench : public Bench {
 public:
  /// The events are also written to `path`, unless it is empty: the start at once, so that a path
  /// that cannot be written throws io before the model is asked, all when the bench goes away.
  LiveBench(ChatModel& model, std::filesystem::path path, const OrderedJson& start);
  ~LiveBench() override;
  LiveBench(const LiveBench&) = delete;
  LiveBench& operator=(const LiveBench&) = delete;

  [[nodiscard]] std::string model_name() const override { return model_.name(); }
  [[nodiscard]] int context_limit() const override { return model_.context_limit(); }
  ChatReply ask(const std::string& step, const ChatRequest& request) override;
  Json use(const std::string& tool, const Json& arguments,
           const std::function<Json()>& run) override;
  void note(OrderedJson event) { events_.push_back(std::move(event)); }
  /// Writes the trace now; throws io.
  void write();

 private:
  ChatModel& model_;
  std::filesystem::path path_;
  TraceEvents events_;
};

/// Gives the recorded replies, and the recorded results of tools unless they are to run.
class ReplayBench : public Bench {
 public:
  ReplayBench(TraceEvents events, bool runs_tools);

  [[nodiscard]] std::string model_name() const override;
  [[nodiscard]] int context_limit() const override;
  ChatReply ask(const std::string& step, const ChatRequest& request) override;
  Json use(const std::string& tool, const Json& arguments,
           const std::function<Json()>& run) override;

 private:
  const OrderedJson& next(const char* event, const std::string& what);

  TraceEvents events_;
  std::size_t at_ = 1;  ///< after the start
  bool runs_tools_;
};

}  // namespace galen::tasks
