#include "engine/engine.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <span>
#include <utility>

#include "base/raise.h"
#include "engine/answer_stream.h"
#include "engine/conversation.h"
#include "engine/grammar.h"
#include "engine/image_encoder.h"
#include "engine/json_schema.h"
#include "engine/kv_cache.h"
#include "engine/mosaic_stream.h"
#include "engine/sampler.h"
#include "engine/token_source.h"
#include "model/chat/thinking.h"

namespace galen::engine {
namespace {

using Clock = std::chrono::steady_clock;

// Gemma's own tokens; <image_soft_token> and padding rows lie behind them (spec A4).
constexpr int kTextVocabulary = 262144;
// A context grows in such steps, so that a chat does not copy its cache at every turn.
constexpr int kContextStep = 2048;
constexpr int kBatch = 512;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Lets the decoder see a cancel token for the length of one answer.
class CancelScope {
 public:
  CancelScope(model::Decoder& decoder, const CancelToken* token) : decoder_(decoder) {
    decoder_.set_cancel(token);
  }
  ~CancelScope() { decoder_.set_cancel(nullptr); }
  CancelScope(const CancelScope&) = delete;
  CancelScope& operator=(const CancelScope&) = delete;

 private:
  model::Decoder& decoder_;
};

/// Where another question about the same images branches off: behind the last image, unless much
/// text follows it; a chat goes on from the end.
std::size_t branch_of(const std::vector<CacheItem>& items) {
  const auto last = std::ranges::find_if(items.rbegin(), items.rend(),
                                         [](const CacheItem& item) { return !item.image.empty(); });
  const auto behind = static_cast<std::size_t>(items.rend() - last);
  return last == items.rend() || items.size() - behind > kBatch ? items.size() : behind;
}

std::unique_ptr<ImageEncoder> load_encoder(const model::Profile& profile,
                                           const EngineOptions& options) {
  if (!profile.has_vision()) return nullptr;
  const std::filesystem::path file = profile.folder / profile.vision;
  model::TowerOptions tower_options;
  tower_options.threads = options.threads;
  auto tower = model::VisionTower::load(file, tower_options);
  std::optional<ImageCache> cache;
  if (!options.image_cache.empty()) cache.emplace(options.image_cache, options.image_cache_bytes);
  return std::make_unique<ImageEncoder>(std::move(tower), file_identity(file), std::move(cache));
}

class LlamaEngine final : public Engine {
 public:
  LlamaEngine(const model::Profile& profile, const EngineOptions& options)
      : profile_(profile),
        options_(options),
        encoder_(load_encoder(profile, options)),
        decoder_(load_decoder()),
        cache_(*decoder_) {
    if (encoder_ && encoder_->shape().projection != decoder_->width()) {
      raise(ErrorKind::invalid_argument,
            "{}: the vision tower makes tokens of {} values, the decoder takes {}", profile.name,
            encoder_->shape().projection, decoder_->width());
    }
  }

  const model::Profile& profile() const override { return profile_; }
  int count_tokens(const std::vector<Message>& messages) const override {
    return KvCache::length_of(read(messages, false).items);
  }
  int context_limit() const override;
  MemoryPlan memory_plan(int tokens) const override;
  Answer generate(const std::vector<Message>& messages, const GenerateOptions& options) override;
  std::vector<double> answer_log_likelihoods(const std::vector<Message>& messages,
                                             const std::vector<std::string>& answers,
                                             const CancelToken* cancel) override;

 private:
  model::DecoderOptions decoder_options(int context) const;
  std::unique_ptr<model::Decoder> load_decoder() const;
  int image_tokens() const { return encoder_ ? encoder_->shape().tokens_per_image : 0; }
  Conversation read(const std::vector<Message>& messages, bool think) const;
  CacheItem item_of(const Part& part) const;
  void make_room(int prompt_tokens, int max_tokens);
  void prefill(const Conversation& conversation, const GenerateOptions& options, Answer& answer);
  void append_image(const Conversation& conversation, std::size_t item, MosaicStream& mosaics,
                    Answer& answer);
  FinishReason decode(Sampler& sampler, const GenerateOptions& options, AnswerStream& stream,
                      Answer& answer);
  std::string piece(model::Token token) const;

  model::Profile profile_;
  EngineOptions options_;
  std::unique_ptr<ImageEncoder> encoder_;
  std::unique_ptr<model::Decoder> decoder_;
  KvCache cache_;
};

model::DecoderOptions LlamaEngine::decoder_options(int context) const {
  model::DecoderOptions made;
  made.context = context;
  made.threads = options_.threads;
  made.batch = std::max(kBatch, image_tokens());
  made.kv = options_.kv;
  made.gpu_layers = options_.gpu_layers;
  made.rope_scale = options_.rope_scale;
  for (const std::string& adapter : profile_.adapters)
    made.adapters.push_back(profile_.folder / adapter);
  return made;
}

std::unique_ptr<model::Decoder> LlamaEngine::load_decoder() const {
  return model::Decoder::load(
      profile_.folder / profile_.decoder,
      decoder_options(options_.context > 0 ? options_.context : kContextStep));
}

MemoryPlan LlamaEngine::memory_plan(int tokens) const {
  const model::DecoderMemory decoder =
      model::decoder_memory(profile_.folder / profile_.decoder, decoder_options(tokens));
  MemoryPlan plan{decoder.weights, decoder.kv_cache, decoder.compute};
  if (encoder_) {
    plan.weights += std::filesystem::file_size(profile_.folder / profile_.vision);
    plan.working += encoder_->working_bytes(MosaicStream::kAhead);
  }
  return plan;
}

CacheItem LlamaEngine::item_of(const Part& part) const {
  if (!encoder_) {
    raise(ErrorKind::invalid_argument,
          "the model {} cannot see images; choose one with a vision tower", profile_.name);
  }
  if (const auto* image = std::get_if<ImagePart>(&part))
    return {-1, encoder_->key(image->pixels), image_tokens()};
  const auto& mosaic = std::get<MosaicPart>(part);
  return {-1, encoder_->key(mosaic),
          static_cast<int>(mosaic.cells.size()) * mosaic.tokens_per_cell};
}

Conversation LlamaEngine::read(const std::vector<Message>& messages, bool think) const {
  return read_conversation(messages, profile_, think, *decoder_,
                           [this](const Part& part) { return item_of(part); });
}

int LlamaEngine::context_limit() const {
  const auto most = static_cast<int>(
      std::min(static_cast<double>(decoder_->trained_context()) * double{options_.rope_scale},
               double{1 << 30}));
  return options_.context > 0 ? std::min(options_.context, most) : most;
}

void LlamaEngine::make_room(int prompt_tokens, int max_tokens) {
  if (prompt_tokens >= context_limit()) {
    raise(
        ErrorKind::limit_exceeded,
        "the conversation takes {} tokens, but the context holds {}; raise --context or send less",
        prompt_tokens, context_limit());
  }
  const int needed = std::min(prompt_tokens + max_tokens, context_limit());
  if (needed <= decoder_->context()) return;
  const int steps = (needed + kContextStep - 1) / kContextStep;
  decoder_->resize(std::min(steps * kContextStep, context_limit()));
}

void LlamaEngine::append_image(const Conversation& conversation, std::size_t item,
                               MosaicStream& mosaics, Answer& answer) {
  const std::string& key = conversation.items[item].image;
  const Part& part = *conversation.part_of_item[item];
  const auto start = Clock::now();
  const ImageEncoder::Result image =
      std::holds_alternative<MosaicPart>(part)
          ? mosaics.soft_tokens(item)
          : encoder_->soft_tokens(std::get<ImagePart>(part).pixels, key);
  answer.encode_seconds += seconds_since(start);
  (image.source == ImageEncoder::Source::encoded ? answer.images_encoded : answer.images_cached) +=
      conversation.images_in(item);
  cache_.append_image(key, *image.tokens);
}

void LlamaEngine::prefill(const Conversation& conversation, const GenerateOptions& options,
                          Answer& answer) {
  const auto start = Clock::now();
  const std::vector<CacheItem>& items = conversation.items;
  std::size_t next = cache_.reuse(items);
  answer.prompt_tokens = KvCache::length_of(items);
  answer.cached_tokens = decoder_->position();
  make_room(answer.prompt_tokens, options.max_tokens);
  for (std::size_t i = 0; i < next; ++i) answer.images_cached += conversation.images_in(i);
  std::optional<MosaicStream> mosaics;
  if (encoder_) {
    mosaics.emplace(*encoder_, conversation, next,
                    MosaicStream::Settings{options_.threads, options.on_images, options.cancel});
  }
  const std::size_t branch = branch_of(items);
  std::vector<model::Token> run;
  while (next < items.size()) {
    if (next == branch) decoder_->save_point();
    if (options.on_prefill) options.on_prefill(decoder_->position(), answer.prompt_tokens);
    if (options.cancel != nullptr) options.cancel->check();
    if (!items[next].image.empty()) {
      append_image(conversation, next++, *mosaics, answer);
      continue;
    }
    run.clear();
    while (next < items.size() && items[next].image.empty() && run.size() < kBatch)
      run.push_back(items[next++].token);
    cache_.append_tokens(run);
  }
  if (options.on_prefill) options.on_prefill(answer.prompt_tokens, answer.prompt_tokens);
  if (branch == items.size()) decoder_->save_point();
  answer.prefill_seconds = seconds_since(start) - answer.encode_seconds;
}

std::string LlamaEngine::piece(model::Token token) const {
  const std::string text = decoder_->piece(token, true);
  // Control tokens have no text, but these two divide the thinking from the answer.
  return text == model::kThinkingStart || text == model::kThinkingEnd
             ? text
             : decoder_->piece(token, false);
}

FinishReason LlamaEngine::decode(Sampler& sampler, const GenerateOptions& options,
                                 AnswerStream& stream, Answer& answer) {
  TokenSource source(cache_, *decoder_, options.lookup_speculation);
  FinishReason finish = FinishReason::length;
  while (answer.answer_tokens < options.max_tokens) {
    if (options.cancel != nullptr && options.cancel->is_cancelled()) return FinishReason::cancelled;
    const model::Token token = sampler.pick(source.logits());
    if (decoder_->is_end(token)) {
      finish = FinishReason::stop;
      break;
    }
    ++answer.answer_tokens;
    if (!stream.push(piece(token))) {
      finish = FinishReason::stop;
      break;
    }
    if (answer.answer_tokens == options.max_tokens ||
        answer.prompt_tokens + answer.answer_tokens >= context_limit())
      break;
    source.advance(token);
  }
  source.finish();
  return finish;
}

Answer LlamaEngine::generate(const std::vector<Message>& messages, const GenerateOptions& options) {
  if (options.max_tokens < 1)
    raise(ErrorKind::invalid_argument, "max tokens {} must be at least 1", options.max_tokens);
  if (!options.grammar.empty() && !options.json_schema.empty()) {
    raise(ErrorKind::invalid_argument, "give a grammar or a JSON schema, not both");
  }
  if (options.think && !(options.grammar.empty() && options.json_schema.empty())) {
    raise(ErrorKind::invalid_argument,
          "a grammar holds from the first token on: it leaves no room to think");
  }
  const std::string gbnf =
      options.json_schema.empty() ? options.grammar : grammar_of_schema(options.json_schema);
  std::optional<Grammar> grammar;
  if (!gbnf.empty()) grammar.emplace(gbnf, decoder_->vocab());
  Sampler sampler(options.sampling, std::min(decoder_->vocabulary(), kTextVocabulary),
                  grammar ? &*grammar : nullptr);
  const Conversation conversation = read(messages, options.think);
  std::vector<std::string> stops = options.stop;
  stops.insert(stops.end(), conversation.stops.begin(), conversation.stops.end());
  AnswerStream stream(std::move(stops), options.on_text, options.on_thinking);

  Answer answer;
  const CancelScope scope(*decoder_, options.cancel);
  try {
    prefill(conversation, options, answer);
    const auto start = Clock::now();
    answer.finish = decode(sampler, options, stream, answer);
    answer.decode_seconds = seconds_since(start);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::cancelled) throw;
    answer.finish = FinishReason::cancelled;
  }
  stream.finish();
  answer.text = stream.text();
  answer.thinking = stream.thinking();
  return answer;
}

/// The logarithm of a token's share of the softmax.
double log_probability(std::span<const float> logits, model::Token token) {
  const float largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit - largest));
  return logits[static_cast<std::size_t>(token)] - largest - std::log(sum);
}

std::vector<double> LlamaEngine::answer_log_likelihoods(const std::vector<Message>& messages,
                                                        const std::vector<std::string>& answers,
                                                        const CancelToken* cancel) {
  const Conversation conversation = read(messages, false);
  const CancelScope scope(*decoder_, cancel);
  const auto width = static_cast<std::size_t>(decoder_->vocabulary());
  std::vector<double> likelihoods;
  for (const std::string& answer : answers) {
    const std::vector<model::Token> tokens = decoder_->tokenize(answer, false);
    if (tokens.empty()) raise(ErrorKind::invalid_argument, "one of the answers is empty");
    GenerateOptions options;
    options.max_tokens = static_cast<int>(tokens.size());
    options.cancel = cancel;
    Answer unused;
    prefill(conversation, options, unused);  // from the second answer on, the last token alone
    double sum = log_probability(decoder_->logits(), tokens[0]);
    const std::vector<float> rows = cache_.append_with_logits(tokens);
    for (std::size_t i = 1; i < tokens.size(); ++i) {
      sum += log_probability(std::span(rows).subspan((i - 1) * width, width), tokens[i]);
    }
    likelihoods.push_back(sum);
  }
  return likelihoods;
}

}  // namespace

std::unique_ptr<Engine> Engine::load(const model::Profile& profile, const EngineOptions& options) {
  if (profile.decoder.empty()) {
    raise(ErrorKind::unsupported, "the model {} has no decoder; it embeds and classifies only",
          profile.name);
  }
  if (options.context < 0)
    raise(ErrorKind::invalid_argument, "context {} must be 0 or more", options.context);
  return std::make_unique<LlamaEngine>(profile, options);
}

}  // namespace galen::engine
