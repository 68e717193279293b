#include "tasks/embed/slides/job_folder.h"

#include "base/file.h"
#include "base/raise.h"
#include "io/store/patches.h"

namespace galen::tasks {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxNoteBytes = 65536;

bool is_h5(const fs::path& path) {
  return path.extension() == ".h5" || path.extension() == ".hdf5";
}

/// Unchanged files are left alone: many processes look at them.
void write_if_new(const fs::path& path, const std::string& text) {
  if (fs::exists(path) && read_prefix(path, kMaxNoteBytes) == text) return;
  write_file(path, text);
}

}  // namespace

JobFolder::JobFolder(const fs::path& output, const std::string& grid, const std::string& encoder)
    : is_single_(is_h5(output)) {
  root_ = is_single_ ? fs::path(output.string() + ".job") : output;
  own_ = is_single_ ? root_ : root_ / ".galen";
  features_ = is_single_ ? output : root_ / grid / ("features_" + encoder);
  std::error_code error;
  for (const char* folder : {"work", "locks", "done", "digests", "states"}) {
    if (!error) fs::create_directories(own_ / folder, error);
  }
  if (!is_single_ && !error) fs::create_directories(features_, error);
  if (!is_single_ && !error) fs::create_directories(runs(), error);
  if (error) raise_system_error(error.value(), root_, "create folders in");
}

fs::path JobFolder::features(const std::string& slide) const {
  return is_single_ ? features_ : features_ / (slide + ".h5");
}
fs::path JobFolder::work(const std::string& key) const {
  return own_ / "work" / key;
}
fs::path JobFolder::lock(const std::string& key) const {
  return own_ / "locks" / (key + ".lock");
}
fs::path JobFolder::digest(const std::string& slide) const {
  return own_ / "digests" / (slide + ".json");
}

void JobFolder::note_done(const std::string& key, const fs::path& features) const {
  const OrderedJson note{{"features", features.lexically_relative(root_).string()}};
  write_if_new(own_ / "done" / (key + ".json"), note.dump() + "\n");
}

std::optional<fs::path> JobFolder::done(const std::string& key) const {
  const fs::path path = own_ / "done" / (key + ".json");
  if (!fs::exists(path)) return std::nullopt;
  const Json note = Json::parse(read_prefix(path, kMaxNoteBytes), nullptr, false);
  if (!note.is_object()) return std::nullopt;
  fs::path features = root_ / note.value("features", "");
  if (!holds_key(features, key)) return std::nullopt;
  return features;
}

void JobFolder::note_state(const std::string& slide, const OrderedJson& state) const {
  write_if_new(states() / (slide + ".json"),
               state.dump(1, ' ', false, OrderedJson::error_handler_t::replace) + "\n");
}

void JobFolder::clean() const {
  std::error_code ignored;  // another process may do the same
  fs::remove_all(root_, ignored);
}

bool holds_key(const fs::path& features, const std::string& key) {
  if (!fs::is_regular_file(features)) return false;
  try {
    const auto attributes = store::read_coords(features).attributes;
    const auto found = attributes.find(kKeyAttribute);
    const auto* text =
        found == attributes.end() ? nullptr : std::get_if<std::string>(&found->second);
    return text != nullptr && *text == key;
  } catch (const Error&) {
    return false;  // another program's file, or a damaged one: it is made anew
  }
}

}  // namespace galen::tasks
