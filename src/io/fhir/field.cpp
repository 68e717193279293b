#include "io/fhir/field.h"

#include <algorithm>

#include "base/raise.h"

namespace galen::fhir {
namespace {

constexpr std::string_view kPattern = "dddd-dd-dd";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// True for a prefix of "dddd-dd-ddT..." that ends at a date part's border.
bool is_date(std::string_view text) {
  const std::string_view day = text.substr(0, kPattern.size());
  for (std::size_t i = 0; i < day.size(); ++i) {
    if (kPattern[i] == 'd' ? !is_digit(day[i]) : day[i] != '-') return false;
  }
  if (text.size() <= kPattern.size()) {
    return text.size() == 4 || text.size() == 7 || text.size() == 10;
  }
  return text[10] == 'T' && text.size() >= 16 && text.size() <= 40;
}

}  // namespace

Field::Field(const Json& value, std::string path) : path_(std::move(path)) {
  if (!value.is_null()) json_ = &value;
}

Field Field::operator[](std::string_view key) const {
  std::string path = path_;
  path += path.empty() || path.back() == ' ' ? "" : ".";
  path += key;
  if (!is_present()) return Field(std::move(path));
  if (!json_->is_object()) raise(ErrorKind::malformed, "{}: must be an object", path_);
  const auto found = json_->find(key);
  return found == json_->end() ? Field(std::move(path)) : Field(*found, std::move(path));
}

std::vector<Field> Field::items() const {
  std::vector<Field> all;
  if (!is_present()) return all;
  if (!json_->is_array()) raise(ErrorKind::malformed, "{}: must be an array", path_);
  all.reserve(json_->size());
  for (const Json& item : *json_) all.emplace_back(item, fmt::format("{}[{}]", path_, all.size()));
  return all;
}

Field Field::first() const {
  if (!is_present()) return *this;
  if (!json_->is_array()) raise(ErrorKind::malformed, "{}: must be an array", path_);
  std::string path = path_ + "[0]";
  return json_->empty() ? Field(std::move(path)) : Field(json_->front(), std::move(path));
}

std::string Field::text() const {
  if (!is_present()) return {};
  if (!json_->is_string()) raise(ErrorKind::malformed, "{}: must be a string", path_);
  std::string value = json_->get<std::string>();
  const auto is_control = [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F;
  };
  std::replace_if(value.begin(), value.end(), is_control, ' ');
  return value;
}

std::string Field::number() const {
  if (!is_present()) return {};
  if (!json_->is_number()) raise(ErrorKind::malformed, "{}: must be a number", path_);
  return json_->dump();
}

std::optional<bool> Field::boolean() const {
  if (!is_present()) return std::nullopt;
  if (!json_->is_boolean()) raise(ErrorKind::malformed, "{}: must be true or false", path_);
  return json_->get<bool>();
}

std::string Field::date() const {
  std::string value = text();
  if (!value.empty() && !is_date(value)) {
    raise(ErrorKind::malformed, "{}: must be a date such as 2024, 2024-05 or 2024-05-31", path_);
  }
  return value;
}

}  // namespace galen::fhir
