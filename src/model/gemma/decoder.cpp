#include "model/gemma/decoder.h"

#include <algorithm>
#include <limits>
#include <llama.h>
#include <mutex>
#include <stdexcept>

#include "base/log.h"
#include "base/parallel.h"
#include "base/raise.h"
#include "model/gemma/header.h"
#include "model/gemma/memory_check.h"
#include "model/weights/gguf_check.h"

namespace galen::model {
namespace {

struct FreeModel {
  void operator()(llama_model* model) const { llama_model_free(model); }
};
struct FreeContext {
  void operator()(llama_context* context) const { llama_free(context); }
};
using ModelPtr = std::unique_ptr<llama_model, FreeModel>;
using ContextPtr = std::unique_ptr<llama_context, FreeContext>;

void start_llama() {
  static std::once_flag once;
  std::call_once(once, [] {
    llama_log_set(
        [](ggml_log_level, const char* text, void*) {
          std::string line(text);
          while (!line.empty() && line.back() == '\n') line.pop_back();
          if (!line.empty()) log_debug(line);
        },
        nullptr);
    llama_backend_init();
  });
}

ggml_type ggml_type_of(KvType type) {
  switch (type) {
    case KvType::f16: return GGML_TYPE_F16;
    case KvType::f32: return GGML_TYPE_F32;
    case KvType::q8_0: return GGML_TYPE_Q8_0;
    case KvType::q4_0: return GGML_TYPE_Q4_0;
  }
  raise(ErrorKind::internal, "KV type {} is not known", static_cast<int>(type));
}

bool is_quantised(KvType type) {
  return type == KvType::q8_0 || type == KvType::q4_0;
}

ModelPtr load_model(const std::filesystem::path& gguf, const DecoderOptions& options) {
  llama_model_params params = llama_model_default_params();
  params.n_gpu_layers = options.gpu_layers;
  ModelPtr model(llama_model_load_from_file(gguf.c_str(), params));
  if (!model) {
    raise(ErrorKind::malformed,
          "{}: llama.cpp cannot load this file; run with --verbose for its reason", gguf.string());
  }
  return model;
}

ContextPtr make_context(llama_model* model, const DecoderOptions& options) {
  llama_context_params params = llama_context_default_params();
  params.n_ctx = static_cast<std::uint32_t>(options.context);
  params.n_batch = static_cast<std::uint32_t>(std::min(options.batch, options.context));
  params.n_ubatch = params.n_batch;
  params.n_outputs_max = kMaxLogitRows;
  params.n_threads = thread_count(options.threads);
  params.n_threads_batch = params.n_threads;
  params.type_k = ggml_type_of(options.kv);
  params.type_v = params.type_k;
  if (is_quantised(options.kv)) params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_ENABLED;
  if (options.rope_scale > 1) {
    params.rope_scaling_type = LLAMA_ROPE_SCALING_TYPE_LINEAR;
    params.rope_freq_scale = llama_model_rope_freq_scale_train(model) / options.rope_scale;
  }
  params.swa_full = false;
  params.no_perf = true;
  ContextPtr context(llama_init_from_model(model, params));
  if (!context) {
    raise(ErrorKind::out_of_memory,
          "a KV cache of {} tokens cannot be made; use a smaller --context or --kv q8_0",
          options.context);
  }
  return context;
}

/// The arrays of one llama_batch of sequence 0.
class Batch {
 public:
  explicit Batch(int capacity)
      : positions_(capacity),
        sequence_counts_(capacity, 1),
        sequences_(capacity, &sequence_),
        outputs_(capacity) {}

  /// The last `logit_rows` tokens give logits.
  llama_batch fill(int count, int first_position, int logit_rows) {
    for (int i = 0; i < count; ++i) {
      positions_[i] = first_position + i;
      outputs_[i] = static_cast<std::int8_t>(i >= count - logit_rows);
    }
    return {count,
            nullptr,
            nullptr,
            positions_.data(),
            sequence_counts_.data(),
            sequences_.data(),
            outputs_.data()};
  }

 private:
  llama_seq_id sequence_ = 0;
  std::vector<llama_pos> positions_;
  std::vector<std::int32_t> sequence_counts_;
  std::vector<llama_seq_id*> sequences_;
  std::vector<std::int8_t> outputs_;
};

class LlamaDecoder final : public Decoder {
 public:
  LlamaDecoder(const std::filesystem::path& gguf, const DecoderHeader& header,
               const DecoderOptions& options)
      : name_(gguf.string()),
        header_(header),
        options_(options),
        model_(load_model(gguf, options)),
        vocab_(llama_model_get_vocab(model_.get())) {
    load_adapters();
    context_ = new_context(options_);
  }

  int vocabulary() const override { return llama_vocab_n_tokens(vocab_); }
  int width() const override { return llama_model_n_embd(model_.get()); }
  int trained_context() const override { return llama_model_n_ctx_train(model_.get()); }
  int context() const override { return options_.context; }
  Token bos() const override { return llama_vocab_bos(vocab_); }
  bool is_end(Token token) const override { return llama_vocab_is_eog(vocab_, token); }
  const llama_vocab* vocab() const override { return vocab_; }
  int position() const override { return position_; }
  std::span<const float> logits() const override { return logits_; }
  void set_cancel(const CancelToken* token) override { cancel_ = token; }

  std::vector<Token> tokenize(std::string_view text, bool parse_special) const override;
  std::string piece(Token token, bool special) const override;
  void append(std::span<const Token> tokens) override;
  void append_image(std::span<const float> soft_tokens) override;
  std::vector<float> append_with_logits(std::span<const Token> tokens) override;
  int rewind(int position) override;
  void save_point() override;
  void clear() override;
  void resize(int context) override;

 private:
  void load_adapters();
  ContextPtr new_context(const DecoderOptions& options);
  void check_room(std::size_t count) const;
  void check_tokens(std::span<const Token> tokens) const;
  void decode_tokens(std::span<const Token> tokens, int logit_rows);
  void decode(const llama_batch& batch);
  bool holds_window_before(int position) const;

  std::string name_;
  DecoderHeader header_;
  DecoderOptions options_;
  ModelPtr model_;
  const llama_vocab* vocab_;
  std::vector<llama_adapter_lora*> adapters_;  // owned by the model
  ContextPtr context_;
  Batch batch_{options_.batch};
  int position_ = 0;
  std::vector<std::uint8_t> saved_;  // the sliding windows at saved_position_
  int saved_position_ = 0;           // 0 = none
  std::span<const float> logits_;
  const CancelToken* cancel_ = nullptr;
};

void LlamaDecoder::load_adapters() {
  for (const auto& path : options_.adapters) {
    (void)Gguf::open(path);  // libllama aborts on some broken files
    llama_adapter_lora* adapter = llama_adapter_lora_init(model_.get(), path.c_str());
    if (adapter == nullptr) {
      raise(ErrorKind::malformed,
            "{}: not a LoRA adapter of this model; make it anew with `galen models import`",
            path.string());
    }
    adapters_.push_back(adapter);
  }
}

ContextPtr LlamaDecoder::new_context(const DecoderOptions& options) {
  ContextPtr context = make_context(model_.get(), options);
  std::vector<float> scales(adapters_.size(), 1.0F);
  if (llama_set_adapters_lora(context.get(), adapters_.data(), adapters_.size(), scales.data()) !=
      0) {
    raise(ErrorKind::unsupported, "the LoRA adapters cannot be used together; load one at a time");
  }
  llama_set_abort_callback(
      context.get(),
      [](void* data) {
        const auto* decoder = static_cast<const LlamaDecoder*>(data);
        return decoder->cancel_ != nullptr && decoder->cancel_->is_cancelled();
      },
      this);
  return context;
}

std::vector<Token> LlamaDecoder::tokenize(std::string_view text, bool parse_special) const {
  if (text.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max() / 4)) {
    raise(ErrorKind::limit_exceeded, "text of {} bytes is more than {} allows at once", text.size(),
          "512 MiB");
  }
  const auto length = static_cast<std::int32_t>(text.size());
  // A space is looked up as the three bytes of U+2581: at most a token for each.
  std::vector<Token> tokens(3 * text.size() + 1);
  std::int32_t count = 0;
  try {
    count = llama_tokenize(vocab_, text.data(), length, tokens.data(),
                           static_cast<std::int32_t>(tokens.size()), false, parse_special);
  } catch (const std::out_of_range&) {  // libllama looks for a byte's token
    raise(ErrorKind::malformed, "{}: the vocabulary lacks the tokens of single bytes", name_);
  }
  if (count < 0)
    raise(ErrorKind::internal, "text of {} bytes became more than {} tokens", length,
          tokens.size());
  tokens.resize(static_cast<std::size_t>(count));
  return tokens;
}

std::string LlamaDecoder::piece(Token token, bool special) const {
  if (token < 0 || token >= vocabulary()) return {};
  std::string text(64, '\0');
  std::int32_t length = llama_token_to_piece(vocab_, token, text.data(),
                                             static_cast<std::int32_t>(text.size()), 0, special);
  if (length < 0) {
    text.resize(static_cast<std::size_t>(-length));
    length = llama_token_to_piece(vocab_, token, text.data(), -length, 0, special);
  }
  text.resize(static_cast<std::size_t>(std::max(length, 0)));
  return text;
}

void LlamaDecoder::check_room(std::size_t count) const {
  const std::size_t left = static_cast<std::size_t>(options_.context - position_);
  if (count > left) {
    raise(ErrorKind::limit_exceeded,
          "{} tokens are too many for the context of {}; raise --context or shorten the input",
          position_ + count, options_.context);
  }
}

void LlamaDecoder::check_tokens(std::span<const Token> tokens) const {
  const auto wrong =
      std::ranges::find_if(tokens, [n = vocabulary()](Token t) { return t < 0 || t >= n; });
  if (wrong != tokens.end()) {
    raise(ErrorKind::invalid_argument, "token {} is outside the vocabulary of {}", *wrong,
          vocabulary());
  }
}

void LlamaDecoder::decode(const llama_batch& batch) {
  logits_ = {};
  if (cancel_ != nullptr) cancel_->check();
  const int result = llama_decode(context_.get(), batch);
  if (result == 2) throw Error(ErrorKind::cancelled, "generation was stopped");
  if (result != 0) {
    raise(ErrorKind::internal, "llama.cpp could not decode {} tokens at position {} (code {})",
          batch.n_tokens, position_, result);
  }
  position_ += batch.n_tokens;
}

void LlamaDecoder::decode_tokens(std::span<const Token> tokens, int logit_rows) {
  llama_batch batch = batch_.fill(static_cast<int>(tokens.size()), position_, logit_rows);
  batch.token = const_cast<llama_token*>(tokens.data());  // libllama reads only
  decode(batch);
}

void LlamaDecoder::append(std::span<const Token> tokens) {
  check_room(tokens.size());
  check_tokens(tokens);
  const auto step = static_cast<std::size_t>(llama_n_batch(context_.get()));
  for (std::size_t done = 0; done < tokens.size(); done += step) {
    const auto part = tokens.subspan(done, std::min(step, tokens.size() - done));
    const bool last = done + part.size() == tokens.size();
    decode_tokens(part, last ? 1 : 0);
    if (last)
      logits_ = {llama_get_logits_ith(context_.get(), -1), static_cast<std::size_t>(vocabulary())};
  }
}

std::vector<float> LlamaDecoder::append_with_logits(std::span<const Token> tokens) {
  check_room(tokens.size());
  check_tokens(tokens);
  const auto row = static_cast<std::size_t>(vocabulary());
  const std::size_t step = std::min<std::size_t>(kMaxLogitRows, llama_n_batch(context_.get()));
  std::vector<float> all;
  all.reserve(tokens.size() * row);
  for (std::size_t done = 0; done < tokens.size(); done += step) {
    const auto part = tokens.subspan(done, std::min(step, tokens.size() - done));
    decode_tokens(part, static_cast<int>(part.size()));
    const std::span rows(llama_get_logits(context_.get()), part.size() * row);
    all.insert(all.end(), rows.begin(), rows.end());
    logits_ = rows.last(row);
  }
  return all;
}

void LlamaDecoder::append_image(std::span<const float> soft_tokens) {
  const auto row = static_cast<std::size_t>(width());
  const std::size_t count = soft_tokens.size() / row;
  if (count == 0 || soft_tokens.size() % row != 0) {
    raise(ErrorKind::invalid_argument, "{} image values are not rows of {}, the model's width",
          soft_tokens.size(), row);
  }
  if (count > llama_n_batch(context_.get())) {
    raise(ErrorKind::limit_exceeded,
          "an image of {} tokens does not fit a batch of {}; raise the batch size or the context",
          count, llama_n_batch(context_.get()));
  }
  check_room(count);
  llama_batch batch = batch_.fill(static_cast<int>(count), position_, 0);
  batch.embd = const_cast<float*>(soft_tokens.data());  // libllama reads only
  struct NonCausal {
    llama_context* context;
    explicit NonCausal(llama_context* c) : context(c) { llama_set_causal_attn(context, false); }
    ~NonCausal() { llama_set_causal_attn(context, true); }
  } const non_causal(context_.get());
  decode(batch);
}

bool LlamaDecoder::holds_window_before(int position) const {
  // The next token looks back over window - 1 tokens of the sliding layers.
  const int window = llama_model_n_swa(model_.get());
  const int needed_from = window > 0 ? std::max(0, position - window + 1) : 0;
  return llama_memory_seq_pos_min(llama_get_memory(context_.get()), 0) <= needed_from;
}

int LlamaDecoder::rewind(int position) {
  if (position >= position_) return position_;
  logits_ = {};
  llama_memory_t memory = llama_get_memory(context_.get());
  if (position > 0 && !holds_window_before(position)) {
    const bool saved = saved_position_ > 0 && saved_position_ <= position &&
                       llama_state_seq_set_data_ext(context_.get(), saved_.data(), saved_.size(), 0,
                                                    LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY) > 0;
    position = saved ? saved_position_ : 0;
  }
  if (position <= 0 || !llama_memory_seq_rm(memory, 0, position, -1)) {
    clear();
    return 0;
  }
  if (position < saved_position_) saved_position_ = 0;
  position_ = position;
  return position_;
}

void LlamaDecoder::save_point() {
  if (llama_model_n_swa(model_.get()) == 0) return;
  const auto flags = LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY;
  saved_.resize(llama_state_seq_get_size_ext(context_.get(), 0, flags));
  const std::size_t size =
      llama_state_seq_get_data_ext(context_.get(), saved_.data(), saved_.size(), 0, flags);
  saved_.resize(size);
  saved_position_ = size > 0 ? position_ : 0;
}

void LlamaDecoder::clear() {
  llama_memory_clear(llama_get_memory(context_.get()), false);
  position_ = 0;
  saved_position_ = 0;
  logits_ = {};
}

void LlamaDecoder::resize(int context) {
  if (context < position_) {
    raise(ErrorKind::invalid_argument, "a context of {} cannot hold the {} tokens there are",
          context, position_);
  }
  DecoderOptions options = options_;
  options.context = context;
  // Both caches live until the content is copied.
  const DecoderMemory memory = decoder_memory(header_, options);
  check_memory(memory.kv_cache + memory.compute, memory, name_);
  ContextPtr grown = new_context(options);
  if (position_ > 0) {
    std::vector<std::uint8_t> state(llama_state_seq_get_size(context_.get(), 0));
    const std::size_t size =
        llama_state_seq_get_data(context_.get(), state.data(), state.size(), 0);
    if (size == 0 || llama_state_seq_set_data(grown.get(), state.data(), size, 0) == 0) {
      raise(ErrorKind::internal, "the KV cache of {} tokens could not be copied", position_);
    }
  }
  context_ = std::move(grown);
  options_ = options;
  logits_ = {};
}

}  // namespace

std::unique_ptr<Decoder> Decoder::load(const std::filesystem::path& gguf,
                                       const DecoderOptions& options) {
  if (options.context < 1 || options.batch < 1) {
    raise(ErrorKind::invalid_argument, "context {} and batch {} must be at least 1",
          options.context, options.batch);
  }
  if (!(options.rope_scale >= 1 && options.rope_scale <= 1024)) {
    raise(ErrorKind::invalid_argument, "a RoPE scale of {} must be from 1 to 1024",
          options.rope_scale);
  }
  const DecoderHeader header = read_decoder_header(gguf);
  const DecoderMemory memory = decoder_memory(header, options);
  check_memory(memory.total(), memory, gguf.string());
  start_llama();
  return std::make_unique<LlamaDecoder>(gguf, header, options);
}

}  // namespace galen::model
