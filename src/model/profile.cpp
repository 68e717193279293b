#include "model/profile.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "base/file.h"
#include "base/json.h"
#include "base/raise.h"

namespace galen::model {
namespace {

constexpr int kFormat = 1;
constexpr std::size_t kMaxProfileBytes = std::size_t{1} << 20;

/// Reads typed, bounded fields of one JSON object and remembers which were known.
class Fields {
 public:
  Fields(const Json& object, std::string file) : object_(object), file_(std::move(file)) {
    if (!object.is_object()) raise(ErrorKind::malformed, "{}: not a JSON object", file_);
  }

  const Json* find(const std::string& field) {
    known_.insert(field);
    const auto found = object_.find(field);
    return found == object_.end() ? nullptr : &*found;
  }

  const Json& required(const std::string& field) {
    const Json* found = find(field);
    if (found == nullptr)
      raise(ErrorKind::malformed, "{}: the field '{}' is missing", file_, field);
    return *found;
  }

  std::string text(const std::string& field, const Json& value) const {
    if (!value.is_string())
      raise(ErrorKind::malformed, "{}: the field '{}' is not text", file_, field);
    return value.get<std::string>();
  }

  /// A file inside the profile's folder: no absolute path, no step upwards.
  std::string file_name(const std::string& field, const Json& value) const {
    const std::filesystem::path path(text(field, value));
    const bool climbs =
        std::any_of(path.begin(), path.end(), [](const auto& part) { return part == ".."; });
    if (path.is_absolute() || climbs) {
      raise(ErrorKind::malformed, "{}: the field '{}' names a file outside the model's folder",
            file_, field);
    }
    return path.string();
  }

  void read(const std::string& field, std::string& into) {
    if (const Json* value = find(field)) into = text(field, *value);
  }

  void read_file_name(const std::string& field, std::string& into) {
    if (const Json* value = find(field)) into = file_name(field, *value);
  }

  void read(const std::string& field, bool& into) {
    const Json* value = find(field);
    if (value == nullptr) return;
    if (!value->is_boolean())
      raise(ErrorKind::malformed, "{}: the field '{}' is not true or false", file_, field);
    into = value->get<bool>();
  }

  void read(const std::string& field, int& into, int low, int high) {
    const Json* value = find(field);
    if (value == nullptr) return;
    if (!value->is_number_integer() || *value < low || *value > high) {
      raise(ErrorKind::malformed, "{}: the field '{}' is not a whole number from {} to {}", file_,
            field, low, high);
    }
    into = value->get<int>();
  }

  double number(const std::string& field, const Json& value) const {
    if (!value.is_number())
      raise(ErrorKind::malformed, "{}: the field '{}' is not a number", file_, field);
    return value.get<double>();
  }

  void read(const std::string& field, std::map<std::string, std::string>& into) {
    const Json* value = find(field);
    if (value == nullptr) return;
    if (!value->is_object())
      raise(ErrorKind::malformed, "{}: the field '{}' is not an object", file_, field);
    for (const auto& [key, item] : value->items()) into[key] = text(field + "." + key, item);
  }

  void refuse_unknown() const {
    for (const auto& [key, value] : object_.items()) {
      if (!known_.contains(key)) raise(ErrorKind::malformed, "{}: unknown field '{}'", file_, key);
    }
  }

  [[nodiscard]] const std::string& file() const { return file_; }

 private:
  const Json& object_;
  std::string file_;
  std::set<std::string> known_;
};

Family read_family(Fields& fields) {
  const std::string family = fields.text("family", fields.required("family"));
  for (const Family known : {Family::gemma3, Family::siglip, Family::vit}) {
    if (family == family_name(known)) return known;
  }
  raise(ErrorKind::malformed, "{}: the field 'family' is none of gemma3, siglip and vit",
        fields.file());
}

std::vector<HuWindow> read_windows(Fields& fields) {
  std::vector<HuWindow> windows;
  const Json* value = fields.find("ct_windows");
  if (value == nullptr) return windows;
  if (!value->is_array() || value->size() != 3) {
    raise(ErrorKind::malformed, "{}: the field 'ct_windows' is not three [low, high] pairs",
          fields.file());
  }
  for (const Json& pair : *value) {
    if (!pair.is_array() || pair.size() != 2) {
      raise(ErrorKind::malformed, "{}: the field 'ct_windows' is not three [low, high] pairs",
            fields.file());
    }
    const HuWindow window{fields.number("ct_windows", pair[0]),
                          fields.number("ct_windows", pair[1])};
    if (!(window.low < window.high)) {
      raise(ErrorKind::malformed, "{}: in the field 'ct_windows' {} is not below {}", fields.file(),
            window.low, window.high);
    }
    windows.push_back(window);
  }
  return windows;
}

std::vector<std::string> read_adapters(Fields& fields) {
  std::vector<std::string> adapters;
  const Json* value = fields.find("adapters");
  if (value == nullptr) return adapters;
  if (!value->is_array())
    raise(ErrorKind::malformed, "{}: the field 'adapters' is not a list", fields.file());
  for (const Json& item : *value) adapters.push_back(fields.file_name("adapters", item));
  return adapters;
}

void read_limits(Fields& fields, Profile& profile) {
  fields.read("image_size", profile.image_size, 1, 1 << 14);
  fields.read("tokens_per_image", profile.tokens_per_image, 1, 1 << 16);
  fields.read("pad_to_square", profile.pad_to_square);
  fields.read("chat", profile.chat);
  fields.read("thinking", profile.thinking);
  profile.ct_windows = read_windows(fields);
  fields.read("max_slices", profile.max_slices, 1, 1 << 16);
  fields.read("max_patches", profile.max_patches, 1, 1 << 20);
  fields.read("patch_size", profile.patch_size, 1, 1 << 14);
  if (const Json* value = fields.find("patch_mpp")) {
    profile.patch_mpp = fields.number("patch_mpp", *value);
    if (!(profile.patch_mpp > 0 && profile.patch_mpp < 1000)) {
      raise(ErrorKind::malformed, "{}: the field 'patch_mpp' is not between 0 and 1000",
            fields.file());
    }
  }
  fields.read("context_length", profile.context_length, 1, std::numeric_limits<int>::max());
  fields.read("max_answer_tokens", profile.max_answer_tokens, 1, 1 << 20);
}

void require_weights(const Profile& profile, const std::string& file) {
  const std::string& needed = profile.family == Family::gemma3 ? profile.decoder : profile.vision;
  if (needed.empty()) {
    raise(ErrorKind::malformed, "{}: the field '{}' is missing", file,
          profile.family == Family::gemma3 ? "decoder" : "vision");
  }
}

}  // namespace

std::string_view family_name(Family family) {
  switch (family) {
    case Family::gemma3: return "gemma3";
    case Family::siglip: return "siglip";
    case Family::vit: return "vit";
  }
  return "";
}

Profile load_profile(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "profile.json";
  const Json json = parse_json(read_file(path, kMaxProfileBytes), path.string());
  Fields fields(json, path.string());
  int format = 0;
  (void)fields.required("format");
  fields.read("format", format, 1, kFormat);

  Profile profile;
  profile.folder = folder;
  profile.name = fields.text("name", fields.required("name"));
  profile.family = read_family(fields);
  fields.read("licence", profile.licence);
  fields.read_file_name("decoder", profile.decoder);
  fields.read_file_name("vision", profile.vision);
  fields.read_file_name("tokenizer", profile.tokenizer);
  fields.read_file_name("head", profile.head);
  profile.adapters = read_adapters(fields);
  read_limits(fields, profile);
  fields.read("prompts", profile.prompts);
  fields.read("sha256", profile.sha256);
  fields.refuse_unknown();
  require_weights(profile, path.string());
  return profile;
}

void save_profile(const Profile& profile) {
  OrderedJson json;
  json["format"] = kFormat;
  json["name"] = profile.name;
  json["family"] = family_name(profile.family);
  json["licence"] = profile.licence;
  if (!profile.decoder.empty()) json["decoder"] = profile.decoder;
  if (!profile.vision.empty()) json["vision"] = profile.vision;
  if (!profile.tokenizer.empty()) json["tokenizer"] = profile.tokenizer;
  if (!profile.head.empty()) json["head"] = profile.head;
  if (!profile.adapters.empty()) json["adapters"] = profile.adapters;
  json["image_size"] = profile.image_size;
  json["tokens_per_image"] = profile.tokens_per_image;
  json["pad_to_square"] = profile.pad_to_square;
  json["chat"] = profile.chat;
  json["thinking"] = profile.thinking;
  if (!profile.ct_windows.empty()) {
    for (const HuWindow& window : profile.ct_windows)
      json["ct_windows"].push_back({window.low, window.high});
  }
  json["max_slices"] = profile.max_slices;
  json["max_patches"] = profile.max_patches;
  json["patch_size"] = profile.patch_size;
  json["patch_mpp"] = profile.patch_mpp;
  json["context_length"] = profile.context_length;
  json["max_answer_tokens"] = profile.max_answer_tokens;
  json["prompts"] = profile.prompts;
  json["sha256"] = profile.sha256;
  write_file(profile.folder / "profile.json", json.dump(2) + "\n");
}

}  // namespace galen::model
