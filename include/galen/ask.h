#pragma once
// Ask a model a question about any number of inputs.
//
//   galen::Asker asker({.model = "medgemma-1.5-4b-it"});
//   const auto inputs = galen::open_inputs("cxr.dcm");
//   std::cout << asker.ask(inputs, "Is there a pneumothorax?", {}).text;

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <galen/cancel.h>
#include <galen/input.h>

namespace galen {

/// Which model, and how it is held in memory.
struct ModelOptions {
  std::string model;        ///< name, folder or GGUF file; empty = the default model
  std::string mmproj;       ///< vision tower GGUF beside a bare decoder GGUF
  int context = 0;          ///< tokens of KV cache; 0 = what the question needs
  int threads = 0;          ///< 0 = all cores
  std::string kv = "f16";   ///< "f32", "f16", "q8_0" or "q4_0"
  int gpu_layers = -1;      ///< decoder layers on the GPU; -1 = all it takes, 0 = CPU only
  bool image_cache = true;  ///< keep image embeddings on disk, by content hash
  float rope_scale = 1;     ///< the context may be this many times the trained one
};

struct AskOptions {
  std::string system;       ///< system instruction; merged into the first turn, as Gemma 3 wants it
  std::string json_schema;  ///< the answer must match this JSON Schema
  std::vector<std::string> choices;  ///< the answer must be one of these; empty = free text
  int max_tokens = 0;                ///< 0 = the model's own limit
  float temperature = 0;             ///< 0 = greedy
  int top_k = 64;
  float top_p = 0.95F;
  std::uint64_t seed = 0;
  bool locate = false;  ///< ask for boxes in the published format and read them from the answer
  bool think = false;   ///< ask a thinking model to think first
  /// Lookup speculation when greedy: sooner where the answer repeats its input, and the same up to
  /// the rounding of batched arithmetic.
  bool speculate = false;
  const CancelToken* cancel = nullptr;
  std::function<void(std::string_view)> on_text;  ///< pieces of the answer, never of the thinking
  std::function<void(std::string_view)> on_thinking;  ///< pieces of the thinking
  std::function<void(int done, int total)> on_prefill;
};

/// A located structure, in pixels of the input image (x to the right, y down).
struct Box {
  double x0 = 0;
  double y0 = 0;
  double x1 = 0;
  double y1 = 0;
  std::string label;
};

struct AskResult {
  std::string text;
  std::string thinking;
  std::vector<Box> boxes;   ///< of the first image, with AskOptions::locate
  bool is_complete = true;  ///< false when max_tokens or a cancel cut the answer
  std::string model;
  int prompt_tokens = 0;
  int cached_tokens = 0;
  int answer_tokens = 0;
  int images = 0;
  int images_cached = 0;
  double encode_seconds = 0;
  double prefill_seconds = 0;
  double decode_seconds = 0;
};

/// A model in memory and one conversation with it. Not thread-safe. All members throw Error:
/// not_found (model), invalid_argument, limit_exceeded (context), out_of_memory, cancelled.
class Asker {
 public:
  explicit Asker(const ModelOptions& options);
  ~Asker();
  Asker(Asker&&) noexcept;
  Asker& operator=(Asker&&) noexcept;

  /// Starts a new conversation: the inputs in order, then the question.
  AskResult ask(const std::vector<Input>& inputs, const std::string& question,
                const AskOptions& options);
  /// A further question in the same conversation; costs only its own tokens.
  AskResult follow_up(const std::string& question, const AskOptions& options);
  [[nodiscard]] const std::string& model_name() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace galen
