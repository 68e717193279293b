#include "model/tokenizer/train_tokenizer.h"

#include <sentencepiece_trainer.h>

#include "base/file.h"
#include "base/raise.h"
#include "model/tokenizer/canonical_text.h"

namespace galen::model {
namespace {

class Lines final : public sentencepiece::SentenceIterator {
 public:
  explicit Lines(const std::vector<std::string>& lines) : lines_(lines) {}
  [[nodiscard]] bool done() const override { return next_ == lines_.size(); }
  void Next() override { ++next_; }
  [[nodiscard]] const std::string& value() const override { return lines_[next_]; }
  [[nodiscard]] sentencepiece::util::Status status() const override { return {}; }

 private:
  const std::vector<std::string>& lines_;
  std::size_t next_ = 0;
};

}  // namespace

void train_siglip_tokenizer(const std::vector<std::string>& texts, int size,
                            const std::filesystem::path& file) {
  std::vector<std::string> canonical;
  canonical.reserve(texts.size());
  // SiglipTokenizer too puts a space before the text itself.
  for (const std::string& text : texts) canonical.push_back(" " + canonical_text(text));
  Lines lines(canonical);
  std::string model;
  const auto status =
      sentencepiece::SentencePieceTrainer::Train({{"model_type", "unigram"},
                                                  {"vocab_size", std::to_string(size)},
                                                  {"hard_vocab_limit", "false"},
                                                  {"pad_id", "0"},
                                                  {"eos_id", "1"},
                                                  {"unk_id", "2"},
                                                  {"bos_id", "-1"},
                                                  {"normalization_rule_name", "nmt_nfkc"},
                                                  {"add_dummy_prefix", "false"},
                                                  {"remove_extra_whitespaces", "false"},
                                                  {"num_threads", "1"},
                                                  {"minloglevel", "2"}},
                                                 &lines, &model);
  if (!status.ok()) {
    raise(ErrorKind::invalid_argument,
          "a tokenizer cannot be trained on {} texts: {}; give more text or a tokenizer file",
          texts.size(), status.ToString());
  }
  write_file(file, model);
}

}  // namespace galen::model
