#pragma once
// `galen embed SLIDE... -o FILE.h5|FOLDER`: patch features of whole slides.

#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/slide/arguments.h"
#include "tasks/embed/slides/embed_slides.h"

namespace galen::cli {

struct EmbedSlidesArguments {
  SlideArguments slides;
  TissueArguments tissue;
  PatchGrid grid{.size = 0, .mpp = 0};
  std::size_t save_every = 1024;
  int lock_age = 300;  ///< seconds
  bool no_wait = false;
  std::string shard;
};

void add_embed_slides_options(CLI::App& verb, EmbedSlidesArguments& arguments);

/// Whether an output is one of slides: a name on .h5 or .hdf5, or a folder.
[[nodiscard]] bool is_slide_output(const std::string& output);

/// `names` may hold a list (.csv, .jsonl) beside slides and folders. Gives the exit code.
[[nodiscard]] int embed_slide_job(const Context& context, const std::vector<std::string>& names,
                                  const std::string& output, bool tf_resize,
                                  const EmbedSlidesArguments& arguments);

}  // namespace galen::cli
