#pragma once

#include <string_view>
#include <vector>

#include <galen/report.h>

namespace galen::tasks {

/// The tests in a model's answer to the data extraction prompt: a JSON list of objects, perhaps in
/// a ```json fence. Of an answer that was cut, the objects before the cut. Entries without a name
/// are left out.
[[nodiscard]] std::vector<LabResult> parse_lab_results(std::string_view answer);

}  // namespace galen::tasks
