// Prefill and decode of a Gemma 3 GGUF, and lookup speculation on a text that repeats itself.
//
//   GALEN_BENCH_MODEL=model.gguf GALEN_BENCH_THREADS=2 bench_decoder
//
// The model defaults to the installed Gemma 3 270M. Peer, with the same figures:
// llama-bench -m model.gguf -p 512 -n 64 -t 2.
#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstdlib>
#include <memory>
#include <vector>

#include "engine/engine.h"
#include "model/gemma/decoder.h"
#include "model/profile.h"

namespace {

using galen::model::Decoder;
using galen::model::Token;

int threads() {
  const char* value = std::getenv("GALEN_BENCH_THREADS");
  return value != nullptr ? std::atoi(value) : 0;
}

galen::model::Profile profile() {
  const char* path = std::getenv("GALEN_BENCH_MODEL");
  return galen::model::find_model(path != nullptr ? path : "gemma-3-270m");
}

std::unique_ptr<Decoder> load() {
  galen::model::DecoderOptions options;
  options.context = 2048;
  options.threads = threads();
  const galen::model::Profile model = profile();
  return Decoder::load(model.folder / model.decoder, options);
}

std::vector<Token> some_tokens(const Decoder& decoder, int count) {
  std::vector<Token> tokens(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    tokens[i] =
        static_cast<Token>(i * 7919 % static_cast<std::size_t>(decoder.vocabulary() - 300)) + 200;
  }
  return tokens;
}

void prefill(benchmark::State& state) {
  const auto decoder = load();
  const auto tokens = some_tokens(*decoder, static_cast<int>(state.range(0)));
  for (auto _ : state) {
    decoder->clear();
    decoder->append(tokens);
  }
  state.counters["tokens/s"] = benchmark::Counter(static_cast<double>(tokens.size()),
                                                  benchmark::Counter::kIsIterationInvariantRate);
}

void decode(benchmark::State& state) {
  const auto decoder = load();
  const auto tokens = some_tokens(*decoder, static_cast<int>(state.range(0)));
  for (auto _ : state) {
    decoder->clear();
    for (std::size_t i = 0; i < tokens.size(); ++i)
      decoder->append(std::span(tokens).subspan(i, 1));
  }
  state.counters["tokens/s"] = benchmark::Counter(static_cast<double>(tokens.size()),
                                                  benchmark::Counter::kIsIterationInvariantRate);
}

/// A structured report in the prompt, and the beginning of its copy: the answer repeats the input.
void answer(benchmark::State& state) {
  galen::engine::EngineOptions options;
  options.threads = threads();
  const auto engine = galen::engine::Engine::load(profile(), options);
  const std::string report =
      "LUNGS: Clear. No focal consolidation, no interstitial edema, no suspicious nodule or mass.\n"
      "PLEURA: No pleural effusion and no pneumothorax on either side.\n"
      "HEART AND MEDIASTINUM: Normal cardiac size. The mediastinal contours are within normal "
      "limits.\n"
      "BONES: No acute fracture. Mild degenerative changes of the thoracic spine.\n";
  const std::string prompt = "Report of 3 May:\n" + report + "\nReport of 4 May, unchanged:\n" +
                             report + "\nReport of 5 May, unchanged:\nLUNGS: Clear. No focal";
  galen::engine::GenerateOptions generate;
  generate.max_tokens = 80;
  generate.lookup_speculation = state.range(0) != 0;
  const std::vector<galen::engine::Message> messages{
      {galen::engine::Role::user, {galen::engine::TextPart{prompt}}}};
  double seconds = 0;
  double tokens = 0;
  for (auto _ : state) {
    const galen::engine::Answer answer = engine->generate(messages, generate);
    seconds += answer.decode_seconds;
    tokens += answer.answer_tokens;
  }
  state.counters["tokens/s"] = tokens / seconds;
}

BENCHMARK(prefill)->Arg(512)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(decode)->Arg(64)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(answer)
    ->ArgName("speculation")
    ->Arg(0)
    ->Arg(1)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
