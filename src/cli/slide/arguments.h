#pragma once
// What the verbs of `galen slide` share: which slides, and how their tissue is found.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <galen/slide.h>

#include "base/json.h"
#include "cli/cli11_fwd.h"
#include "cli/context.h"
#include "tasks/slide/tissue.h"

namespace galen::cli {

struct SlideArguments {
  std::vector<std::string> names;  ///< files, or folders of slides
  std::string list;                ///< CSV or JSONL with columns wsi and mpp
  std::optional<double> mpp;
  std::size_t cache_mib = 512;
};

/// `single` takes one slide and no list.
void add_slide_options(CLI::App& verb, SlideArguments& arguments, bool single = false);
/// The options of these alone, without the names: --slides, --mpp, --cache.
void add_slide_list_option(CLI::App& verb, SlideArguments& arguments);
void add_slide_reading_options(CLI::App& verb, SlideArguments& arguments);

/// One slide of a run.
struct SlideItem {
  std::filesystem::path path;
  std::string name;  ///< file name without its extension
  SlideOptions options;
};

/// The slides named by the arguments and the list, in order; folders are searched for slides, not
/// deeply. Throws not_found, invalid_argument for a folder without any, an mpp that is no number,
/// and two slides of one name.
[[nodiscard]] std::vector<SlideItem> slide_items(const SlideArguments& arguments);

struct TissueArguments {
  std::string preset = "default";
  std::string mask;
  std::optional<int> threshold;
  std::optional<double> mpp;
  std::optional<double> closing;
  std::optional<double> min_area;
  std::optional<double> max_hole;
  std::optional<double> min_sharpness;
  bool keep_pen = false;
  bool keep_black = false;
};

void add_tissue_options(CLI::App& verb, TissueArguments& arguments);
[[nodiscard]] TissueChoice tissue_choice(const TissueArguments& arguments);

/// Opens the slides one after the other and hands them to `work`, which gives what is printed of
/// each. Goes on past a bad slide; gives the exit code.
[[nodiscard]] int for_each_slide(
    const Context& context, const SlideArguments& arguments, const std::string& label,
    const std::function<OrderedJson(const SlideItem&, const Slide&)>& work);

}  // namespace galen::cli
