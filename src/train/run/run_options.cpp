#include "train/run/run_options.h"

#include <cstdlib>
#include <string_view>

#include "base/raise.h"

namespace galen::train {

void require_same_options(const Json& begun, const Json& now,
                          const std::filesystem::path& run_folder) {
  for (const auto& [name, value] : now.items()) {
    const Json before = begun.is_object() ? begun.value(name, Json()) : Json();
    if (before != value) {
      raise(ErrorKind::invalid_argument,
            "{} holds a run with {} = {}, not {}; give the same options to go on with it, or "
            "another --out",
            run_folder.string(), name, before.dump(), value.dump());
    }
  }
}

void require_one_process(const std::string& verb) {
  const char* const size = std::getenv("WORLD_SIZE");
  if (size == nullptr || std::string_view(size) == "1") return;
  raise(ErrorKind::unsupported,
        "WORLD_SIZE {}: galen train {} runs as one process; ssl, contrastive and finetune share "
        "their work",
        size, verb);
}

}  // namespace galen::train
