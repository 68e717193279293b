#include <algorithm>
#include <array>
#include <cstdlib>
#include <fmt/ranges.h>
#include <unistd.h>

#include "base/raise.h"
#include "model/profile.h"
#include "model/weights/bare_gguf.h"

namespace galen::model {
namespace {

/// Taken in this order where no model is named: what scripts/setup installs.
constexpr std::array kDefaultModels{"galen-nano", "gemma-3-270m"};
constexpr const char* kDefaultTowers = "galen-nano-towers";

std::filesystem::path environment_path(const char* variable) {
  const char* value = std::getenv(variable);
  return value == nullptr ? std::filesystem::path() : std::filesystem::path(value);
}

bool is_profile_folder(const std::filesystem::path& folder) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(folder / "profile.json", ignored);
}

/// Sub-folders of the models folder that hold a profile, by name.
std::vector<std::filesystem::path> profile_folders() {
  std::vector<std::filesystem::path> folders;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(models_folder(), ignored)) {
    // An import in progress, or one that was killed.
    if (entry.path().extension() == ".tmp") continue;
    if (is_profile_folder(entry.path())) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

[[noreturn]] void raise_unknown(const std::string& wanted) {
  std::vector<std::string> names;
  for (const auto& folder : profile_folders()) names.push_back(folder.filename().string());
  if (names.empty()) {
    raise(ErrorKind::not_found,
          "{}: there is no model in {}; bring one with `galen models import FOLDER`", wanted,
          models_folder().string());
  }
  raise(ErrorKind::not_found, "{}: not among the models of {}: {}", wanted,
        models_folder().string(), fmt::join(names, ", "));
}

Profile default_model() {
  const auto folders = profile_folders();
  if (folders.size() == 1) return load_profile(folders.front());
  for (const char* name : kDefaultModels) {
    const auto preferred = models_folder() / name;
    if (is_profile_folder(preferred)) return load_profile(preferred);
  }
  raise_unknown("no --model given");
}

}  // namespace

std::filesystem::path models_folder() {
  if (auto folder = environment_path("GALEN_MODELS"); !folder.empty()) return folder;
  if (auto data = environment_path("XDG_DATA_HOME"); !data.empty())
    return data / "galen" / "models";
  return environment_path("HOME") / ".local" / "share" / "galen" / "models";
}

Profile find_model(const std::string& name_or_path, const std::string& mmproj) {
  if (name_or_path.empty()) return default_model();
  const std::filesystem::path path(name_or_path);
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path, ignored)) return profile_of_gguf(path, mmproj);
  if (is_profile_folder(path)) return load_profile(path);
  // A plain name only: "../x" must not leave the models folder.
  if (path == path.filename() && is_profile_folder(models_folder() / path)) {
    return load_profile(models_folder() / path);
  }
  raise_unknown(name_or_path);
}

Profile find_towers(const std::string& name_or_path) {
  const auto preferred = models_folder() / kDefaultTowers;
  if (name_or_path.empty() && is_profile_folder(preferred)) return load_profile(preferred);
  return find_model(name_or_path);
}

std::vector<Profile> list_models() {
  std::vector<Profile> profiles;
  for (const auto& folder : profile_folders()) profiles.push_back(load_profile(folder));
  return profiles;
}

}  // namespace galen::model
