#include "train/run/run_options.h"

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

}  // namespace galen::train
