#include "tasks/report/model_digests.h"

#include <vector>

#include "base/sha256.h"

namespace galen::tasks {

std::map<std::string, std::string> model_digests(const model::Profile& profile) {
  std::vector<std::string> files = profile.adapters;
  files.push_back(profile.decoder);
  if (profile.has_vision()) files.push_back(profile.vision);
  std::map<std::string, std::string> digests;
  for (const std::string& file : files) {
    const auto stated = profile.sha256.find(file);
    digests[file] =
        stated != profile.sha256.end() ? stated->second : sha256_of_file(profile.folder / file);
  }
  return digests;
}

}  // namespace galen::tasks
