#include "model/weights/vocabulary.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <unordered_map>

#include "base/file.h"
#include "base/json.h"
#include "base/raise.h"

namespace galen::model {
namespace {

constexpr std::size_t kMaxTokenizerBytes = std::size_t{1} << 28;
constexpr std::string_view kSpaceMark = "\xE2\x96\x81";  // U+2581, SentencePiece's space
constexpr float kAddedScore = -1000;
constexpr float kUnreachable = -1e6F;

std::optional<Json> read_optional(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) return std::nullopt;
  return parse_json(read_file(path, kMaxTokenizerBytes), path.string());
}

bool is_byte_piece(const std::string& text) {
  return text.size() == 6 && text.starts_with("<0x") && text.back() == '>';
}

/// Added tokens that are control tokens although their files do not say so, as llama.cpp's
/// converter treats them: thinking marks such as <unused94> must not be spelled out as text.
bool looks_special(const std::string& text) {
  if (text == "<pad>" || text == "<mask>" || text == "<2mass>" || text == "[@BOS@]") return true;
  if (text.starts_with("<|") && text.ends_with("|>")) return true;
  return text.starts_with("<unused") && text.ends_with(">");
}

/// Pieces by id, with "[PADn]" in the holes.
class Table {
 public:
  Table(std::size_t rows, std::string where) : rows_(rows), where_(std::move(where)) {}

  Piece& at(std::uint64_t id) {
    if (id >= rows_) {
      raise(ErrorKind::malformed, "{}: token {} is beyond the {} rows of the embedding table",
            where_, id, rows_);
    }
    while (pieces_.size() <= id) {
      pieces_.push_back({fmt::format("[PAD{}]", pieces_.size()), -10000, PieceType::unused});
    }
    return pieces_[id];
  }

  void add(std::uint64_t id, std::string text, bool special) {
    Piece& piece = at(id);
    piece.score = kAddedScore;
    piece.type = PieceType::control;
    if (!special && !looks_special(text)) {
      piece.type = PieceType::user_defined;
      for (std::size_t mark = text.find(kSpaceMark); mark != std::string::npos;
           mark = text.find(kSpaceMark)) {
        text.replace(mark, kSpaceMark.size(), " ");
      }
    }
    piece.text = std::move(text);
  }

  [[nodiscard]] std::vector<Piece> take() { return std::move(pieces_); }
  [[nodiscard]] const std::string& where() const { return where_; }

 private:
  std::size_t rows_;
  std::string where_;
  std::vector<Piece> pieces_;
};

/// The text of a merge rule: "a b", or ["a", "b"] in newer files, gives "ab".
std::string merged_text(const Json& merge, const std::string& where) {
  if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
    return merge[0].get<std::string>() + merge[1].get<std::string>();
  }
  if (merge.is_string()) {
    std::string text = merge.get<std::string>();
    const std::size_t space = text.find(' ');
    if (space != std::string::npos) return text.erase(space, 1);
  }
  raise(ErrorKind::malformed, "{}: a merge rule is not a pair", where);
}

/// BPE in tokenizer.json: a piece's score is minus the rank of the first rule that makes it, so
/// that merging by the best score follows the rules in order.
void read_bpe(const Json& tokenizer, Table& table) {
  const Json model = tokenizer.value("model", Json::object());
  const auto vocabulary = model.find("vocab");
  const auto merges = model.find("merges");
  if (vocabulary == model.end() || !vocabulary->is_object() || merges == model.end() ||
      !merges->is_array()) {
    raise(ErrorKind::unsupported, "{}: only BPE with 'vocab' and 'merges' is read", table.where());
  }
  std::unordered_map<std::string, float> score;
  for (const Json& merge : *merges) {
    score.emplace(merged_text(merge, table.where()), -static_cast<float>(score.size()));
  }
  const std::string unknown = model.contains("unk_token") && model["unk_token"].is_string()
                                  ? model["unk_token"].get<std::string>()
                                  : "<unk>";
  for (const auto& [text, id] : vocabulary->items()) {
    if (!id.is_number_unsigned())
      raise(ErrorKind::malformed, "{}: a token has no id", table.where());
    const auto found = score.find(text);
    PieceType type = PieceType::normal;
    if (is_byte_piece(text)) type = PieceType::byte;
    if (text == unknown) type = PieceType::unknown;
    table.at(id.get<std::uint64_t>()) = {text, found == score.end() ? kUnreachable : found->second,
                                         type};
  }
}

void add_from_map(const Json& added, Table& table) {  // added_tokens.json: {"text": id}
  for (const auto& [text, id] : added.items()) {
    if (!id.is_number_unsigned())
      raise(ErrorKind::malformed, "{}: an added token has no id", table.where());
    table.add(id.get<std::uint64_t>(), text, false);
  }
}

void add_token(const Json& token, std::uint64_t id, Table& table) {
  if (!token.is_object() || !token.contains("content") || !token["content"].is_string()) {
    raise(ErrorKind::malformed, "{}: the added token {} has no content", table.where(), id);
  }
  table.add(id, token["content"].get<std::string>(), token.value("special", Json(false)) == true);
}

void add_from_config(const Json& config, Table& table) {  // {"added_tokens_decoder": {"id": {...}}}
  const auto added = config.find("added_tokens_decoder");
  if (added == config.end() || !added->is_object()) return;
  for (const auto& [key, token] : added->items()) {
    std::uint64_t id = 0;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), id);
    if (error != std::errc() || end != key.data() + key.size()) {
      raise(ErrorKind::malformed, "{}: an added token has no id", table.where());
    }
    add_token(token, id, table);
  }
}

void add_from_tokenizer(const Json& tokenizer,
                        Table& table) {  // {"added_tokens": [{"id": 0, ...}]}
  const auto added = tokenizer.find("added_tokens");
  if (added == tokenizer.end() || !added->is_array()) return;
  for (const Json& token : *added) {
    if (!token.is_object() || !token.contains("id") || !token["id"].is_number_unsigned()) {
      raise(ErrorKind::malformed, "{}: an added token has no id", table.where());
    }
    add_token(token, token["id"].get<std::uint64_t>(), table);
  }
}

std::string read_chat_template(const std::filesystem::path& folder,
                               const std::optional<Json>& config) {
  const auto jinja = folder / "chat_template.jinja";
  if (std::filesystem::exists(jinja)) return read_file(jinja, 1 << 20);
  const auto json = read_optional(folder / "chat_template.json");
  for (const auto* source : {&json, &config}) {
    if (!source->has_value() || !(*source)->is_object()) continue;
    const auto found = (*source)->find("chat_template");
    if (found != (*source)->end() && found->is_string()) return found->get<std::string>();
  }
  return "";
}

/// libllama stops the process when two tokens have one text.
void refuse_duplicates(const std::vector<Piece>& pieces, const std::string& where) {
  std::unordered_map<std::string_view, std::size_t> seen;
  for (std::size_t id = 0; id < pieces.size(); ++id) {
    const auto [other, is_new] = seen.emplace(pieces[id].text, id);
    if (!is_new)
      raise(ErrorKind::malformed, "{}: tokens {} and {} have the same text", where, other->second,
            id);
  }
}

std::optional<std::size_t> find_piece(const Vocabulary& vocabulary, std::string_view text) {
  const auto found = std::find_if(vocabulary.pieces.begin(), vocabulary.pieces.end(),
                                  [&](const Piece& piece) { return piece.text == text; });
  if (found == vocabulary.pieces.end()) return std::nullopt;
  return static_cast<std::size_t>(found - vocabulary.pieces.begin());
}

}  // namespace

Vocabulary read_vocabulary(const std::filesystem::path& folder, std::size_t rows) {
  Table table(rows, folder.string());
  const auto tokenizer = read_optional(folder / "tokenizer.json");
  const auto config = read_optional(folder / "tokenizer_config.json");
  const auto model = folder / "tokenizer.model";
  if (std::filesystem::exists(model)) {
    const MappedFile map(model);
    std::uint64_t id = 0;
    for (Piece& piece : read_pieces(map.bytes(), model.string())) table.at(id++) = std::move(piece);
  } else if (tokenizer) {
    read_bpe(*tokenizer, table);
  } else {
    raise(ErrorKind::not_found, "{}: neither tokenizer.model nor tokenizer.json is there",
          folder.string());
  }
  if (const auto added = read_optional(folder / "added_tokens.json")) add_from_map(*added, table);
  if (config) add_from_config(*config, table);
  if (tokenizer) add_from_tokenizer(*tokenizer, table);
  Vocabulary vocabulary{table.take(), read_chat_template(folder, config)};
  refuse_duplicates(vocabulary.pieces, folder.string());
  return vocabulary;
}

void write_vocabulary(GgufWriter& gguf, const Vocabulary& vocabulary) {
  std::vector<std::string> texts;
  std::vector<float> scores;
  std::vector<std::int32_t> types;
  for (const Piece& piece : vocabulary.pieces) {
    texts.push_back(piece.text);
    scores.push_back(piece.score);
    types.push_back(static_cast<std::int32_t>(piece.type));
  }
  gguf.text("tokenizer.ggml.model", "llama");
  gguf.text("tokenizer.ggml.pre", "default");
  gguf.texts("tokenizer.ggml.tokens", texts);
  gguf.f32s("tokenizer.ggml.scores", scores);
  gguf.i32s("tokenizer.ggml.token_type", types);
  constexpr std::pair<const char*, const char*> kSpecial[] = {{"bos", "<bos>"},
                                                              {"eos", "<eos>"},
                                                              {"unknown", "<unk>"},
                                                              {"padding", "<pad>"},
                                                              {"eot", "<end_of_turn>"}};
  for (const auto& [key, text] : kSpecial) {
    if (const auto id = find_piece(vocabulary, text))
      gguf.u32(fmt::format("tokenizer.ggml.{}_token_id", key), *id);
  }
  gguf.flag("tokenizer.ggml.add_bos_token", true);
  gguf.flag("tokenizer.ggml.add_eos_token", false);
  gguf.flag("tokenizer.ggml.add_space_prefix", false);
  if (!vocabulary.chat_template.empty())
    gguf.text("tokenizer.chat_template", vocabulary.chat_template);
}

}  // namespace galen::model
