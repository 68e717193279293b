#include "train/sft/examples.h"

#include <unordered_map>
#include <variant>

#include "base/raise.h"

namespace galen::train {
namespace {

class ExampleMaker {
 public:
  ExampleMaker(const model::Decoder& tokenizer, const ExampleOptions& options)
      : tokenizer_(tokenizer), options_(options) {}

  void add(const Conversation& conversation) {
    const bool train = conversation.split == "train";
    if (!train && conversation.split != "val" && conversation.split != "validation") return;
    Example example = make(conversation);
    if (example.size() > options_.longest) {
      ++set_.too_long;
      return;
    }
    for (Example::Image& image : example.images)
      image.index = index_of(conversation.images[static_cast<std::size_t>(image.index)]);
    (train ? set_.train : set_.validation).push_back(std::move(example));
  }

  ExampleSet finish() { return std::move(set_); }

 private:
  /// Images by their place in the conversation.
  Example make(const Conversation& conversation) const {
    const auto spans = options_.chat ? model::chat_example(conversation.messages, tokenizer_)
                                     : model::plain_example(conversation.messages, tokenizer_);
    Example example;
    for (const model::ExampleSpan& span : spans) {
      const std::int64_t begin = example.size();
      if (const auto* mark = std::get_if<model::ImageMark>(&span.content)) {
        if (options_.tokens_per_image == 0) {
          raise(ErrorKind::invalid_argument,
                "the data set has images, but the model no vision tower; give one with --vision");
        }
        example.images.push_back({begin, mark->index});
        example.tokens.resize(static_cast<std::size_t>(begin + options_.tokens_per_image), 0);
        continue;
      }
      const auto& tokens = std::get<std::vector<model::Token>>(span.content);
      example.tokens.insert(example.tokens.end(), tokens.begin(), tokens.end());
      if (span.learned) example.answers.push_back({begin, example.size()});
    }
    return example;
  }

  std::int64_t index_of(const std::filesystem::path& image) {
    const auto [place, is_new] =
        places_.try_emplace(image.string(), static_cast<std::int64_t>(set_.images.size()));
    if (is_new) set_.images.push_back(image);
    return place->second;
  }

  const model::Decoder& tokenizer_;
  ExampleOptions options_;
  ExampleSet set_;
  std::unordered_map<std::string, std::int64_t> places_;
};

}  // namespace

ExampleSet make_examples(const std::vector<Conversation>& conversations,
                         const model::Decoder& tokenizer, const ExampleOptions& options) {
  ExampleMaker maker(tokenizer, options);
  for (const Conversation& conversation : conversations) maker.add(conversation);
  ExampleSet set = maker.finish();
  if (set.train.empty()) {
    raise(ErrorKind::invalid_argument,
          "no conversation of the split train has at most {} tokens; raise --longest",
          options.longest);
  }
  return set;
}

}  // namespace galen::train
