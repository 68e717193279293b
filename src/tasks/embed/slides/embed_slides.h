#pragma once
// Patch features of many slides, as one job that may be stopped, killed and shared.

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include <galen/cancel.h>
#include <galen/slide.h>

#include "tasks/slide/patches.h"
#include "tasks/slide/tissue.h"

namespace galen::tasks {

struct SlideToEmbed {
  std::filesystem::path path;
  std::string name;  ///< of its file of features, without folder and extension
  SlideOptions options;
};

struct EmbedSlidesOptions {
  std::string model;  ///< any with a vision tower
  int threads = 0;    ///< 0 = all cores
  bool tf_resize = false;
  std::filesystem::path output;         ///< FILE.h5 for one slide, or the job's folder
  PatchGrid grid{.size = 0, .mpp = 0};  ///< size or mpp 0: the model's own
  TissueChoice tissue;
  std::size_t save_every = 1024;       ///< patches between two savings inside a slide
  std::chrono::seconds lock_age{300};  ///< a lock that nobody refreshed for so long is taken over
  bool wait = true;   ///< for slides that others work at; otherwise they are left to them
  std::string shard;  ///< "1/4", for the record
};

enum class SlideState {
  embedded,   ///< computed, all or what was left
  present,    ///< was there already
  copied,     ///< another slide with the same content was there
  failed,     ///< cannot be read
  elsewhere,  ///< another process works at it
};
[[nodiscard]] const char* state_name(SlideState state);

struct SlideOutcome {
  std::string name;
  SlideState state = SlideState::failed;
  std::size_t patches = 0;
  std::filesystem::path features = {};
  std::string error = {};
};

struct EmbedSlidesReport {
  std::string encoder;
  std::string encoder_sha256;
  int width = 0;
  PatchGrid grid;                    ///< with the model's own sizes filled in
  std::vector<SlideOutcome> slides;  ///< in the order given
  std::size_t patches_computed = 0;  ///< in this run
  double seconds = 0;
};

/// Encodes the patches of every slide: read ahead by several threads, encoded in batches of one
/// size that run on over the slides. The features of a slide appear under their name when complete
/// (HDF5, TRIDENT's layout); progress inside a slide is saved every `save_every` patches, and the
/// same call goes on from there. What was computed from the same bytes with the same encoder, grid
/// and tissue settings is not computed again. On one kind of CPU the files are equal to the byte
/// however often a run was stopped. A slide that cannot be read is an outcome, not an error.
/// Throws not_found or unsupported for the model; io, permission when results cannot be written;
/// cancelled.
[[nodiscard]] EmbedSlidesReport embed_slides(const std::vector<SlideToEmbed>& slides,
                                             const EmbedSlidesOptions& options,
                                             const CancelToken& cancel);

}  // namespace galen::tasks
