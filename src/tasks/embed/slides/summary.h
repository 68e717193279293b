#pragma once

#include <string>

#include "base/json.h"
#include "tasks/embed/slides/embed_slides.h"
#include "tasks/embed/slides/job_folder.h"

namespace galen::tasks {

/// What a run did, as `galen embed --json` prints it.
[[nodiscard]] OrderedJson describe_run(const EmbedSlidesReport& report, const std::string& shard);

/// Keeps a run in runs/, and writes summary.json and summary.md over all runs and slides of the
/// folder: how many slides and patches, which failed and why, patches a second of each run.
void write_summary(const JobFolder& folder, const OrderedJson& run);

}  // namespace galen::tasks
