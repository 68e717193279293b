#include "train/data/csv.h"

#include <utility>

#include "base/raise.h"

namespace galen::train {
namespace {

class Parser {
 public:
  Parser(std::string_view text, const std::string& name) : text_(text), name_(name) {
    if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
  }

  std::vector<std::vector<std::string>> rows() {
    std::vector<std::vector<std::string>> rows;
    while (at_ < text_.size()) {
      std::vector<std::string> row = next_row();
      if (row.size() > 1 || !row.front().empty()) rows.push_back(std::move(row));
    }
    return rows;
  }

 private:
  std::vector<std::string> next_row() {
    std::vector<std::string> row;
    for (;;) {
      row.push_back(at_ < text_.size() && text_[at_] == '"' ? quoted_field() : plain_field());
      if (at_ == text_.size()) return row;
      if (text_[at_++] == '\n') return row;
    }
  }

  /// Up to, not including, a comma or line end.
  std::string plain_field() {
    const std::size_t end = std::min(text_.find_first_of(",\n", at_), text_.size());
    std::string_view field = text_.substr(at_, end - at_);
    if (field.ends_with('\r')) field.remove_suffix(1);
    at_ = end;
    return std::string(field);
  }

  std::string quoted_field() {
    std::string field;
    for (++at_;; ++at_) {
      const std::size_t quote = text_.find('"', at_);
      if (quote == std::string_view::npos) {
        raise(ErrorKind::malformed, "{}: a quoted field has no closing quote", name_);
      }
      field += text_.substr(at_, quote - at_);
      at_ = quote + 1;
      if (at_ == text_.size() || text_[at_] != '"') break;
      field += '"';
    }
    return field + plain_field();
  }

  std::string_view text_;
  const std::string& name_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<std::vector<std::string>> parse_csv(std::string_view text, const std::string& name) {
  return Parser(text, name).rows();
}

}  // namespace galen::train
