#include "tasks/ehr/manifest_json.h"

namespace galen::tasks {

Json manifest_json(const std::vector<fhir::TypeUse>& manifest) {
  Json types = Json::array();
  for (const fhir::TypeUse& use : manifest) {
    Json codes = Json::array();
    for (const fhir::CodeUse& code : use.codes) {
      codes.push_back({{"system", code.coding.system},
                       {"code", code.coding.code},
                       {"display", code.coding.display},
                       {"count", code.count},
                       {"first", code.first},
                       {"last", code.last}});
    }
    types.push_back({{"type", use.type},
                     {"count", use.count},
                     {"first", use.first},
                     {"last", use.last},
                     {"codes", std::move(codes)}});
  }
  return types;
}

std::vector<fhir::TypeUse> read_manifest_json(const Json& types) {
  std::vector<fhir::TypeUse> manifest;
  for (const Json& type : types) {
    fhir::TypeUse use{type.value("type", ""),
                      type.value("count", std::size_t{0}),
                      type.value("first", ""),
                      type.value("last", ""),
                      {}};
    for (const Json& code : type.value("codes", Json::array())) {
      use.codes.push_back(
          {{code.value("system", ""), code.value("code", ""), code.value("display", "")},
           code.value("count", std::size_t{0}),
           code.value("first", ""),
           code.value("last", "")});
    }
    manifest.push_back(std::move(use));
  }
  return manifest;
}

}  // namespace galen::tasks
