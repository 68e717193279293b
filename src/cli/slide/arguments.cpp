#include "cli/slide/arguments.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "base/progress.h"
#include "base/raise.h"
#include "cli/describe.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "io/store/table.h"

namespace galen::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::array kExtensions = {".svs", ".tif", ".tiff", ".ndpi",    ".mrxs", ".scn",
                                    ".bif", ".vms", ".vmu",  ".svslide", ".dcm"};

bool is_slide_name(const fs::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

/// The slides of a folder by name; a folder of DICOM files is one slide.
std::vector<fs::path> slides_in(const fs::path& folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_regular_file() && is_slide_name(entry.path())) paths.push_back(entry.path());
  }
  if (paths.empty()) {
    raise(ErrorKind::invalid_argument, "{}: the folder holds no slides", folder.string());
  }
  const auto is_dicom = [](const fs::path& path) { return path.extension() == ".dcm"; };
  if (std::all_of(paths.begin(), paths.end(), is_dicom)) return {folder};
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::optional<double> number_in(const store::Table& table, std::size_t row, const char* column) {
  const auto at = table.find(column);
  if (!at || table.rows[row][*at].empty()) return std::nullopt;
  const std::string& text = table.rows[row][*at];
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    raise(ErrorKind::invalid_argument, "{}: row {}: {} \"{}\" is no number", table.name, row + 1,
          column, text);
  }
  return value;
}

/// TRIDENT's list: wsi and, where a slide does not say, mpp (or mpp_x and mpp_y).
std::vector<SlideItem> listed_items(const fs::path& list, const SlideOptions& options) {
  const store::Table table = store::read_table(list);
  const std::size_t column = table.column("wsi");
  std::vector<SlideItem> items;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    SlideItem item{list.parent_path() / table.rows[row][column], {}, options};
    const auto mpp = number_in(table, row, "mpp");
    const auto x = number_in(table, row, "mpp_x");
    const auto y = number_in(table, row, "mpp_y");
    if (x && y) {
      item.options.mpp = Mpp{*x, *y};
    } else if (mpp) {
      item.options.mpp = Mpp{*mpp, *mpp};
    }
    items.push_back(std::move(item));
  }
  return items;
}

std::string name_of(const fs::path& path) {
  const fs::path name = path.has_filename() ? path.filename() : path.parent_path().filename();
  return name.stem().string();
}

void refuse_equal_names(const std::vector<SlideItem>& items) {
  std::set<std::string> names;
  for (const SlideItem& item : items) {
    if (!names.insert(item.name).second) {
      raise(ErrorKind::invalid_argument,
            "two slides are called \"{}\": their results would overwrite each other; name them in "
            "separate runs",
            item.name);
    }
  }
}

}  // namespace

void add_slide_options(CLI::App& verb, SlideArguments& arguments, bool single) {
  auto* names = verb.add_option("SLIDE", arguments.names,
                                single ? "Slide: a file, or a folder of DICOM files"
                                       : "Slides, or folders of slides")
                    ->type_name("FILE");
  if (single) {
    names->required()->expected(1);
  } else {
    add_slide_list_option(verb, arguments);
  }
  add_slide_reading_options(verb, arguments);
}

void add_slide_list_option(CLI::App& verb, SlideArguments& arguments) {
  verb.add_option("--slides", arguments.list,
                  "CSV or JSONL of slides: column wsi, and mpp for those that do not say theirs")
      ->type_name("FILE")
      ->configurable(false);
}

void add_slide_reading_options(CLI::App& verb, SlideArguments& arguments) {
  verb.add_option("--mpp", arguments.mpp,
                  "Micrometres per level-0 pixel, in place of what the slide says")
      ->type_name("UM")
      ->check(CLI::PositiveNumber);
  verb.add_option("--cache", arguments.cache_mib, "Memory for decoded tiles")
      ->type_name("MIB")
      ->check(CLI::Range(16, 1 << 20));
}

std::vector<SlideItem> slide_items(const SlideArguments& arguments) {
  SlideOptions options;
  if (arguments.mpp) options.mpp = Mpp{*arguments.mpp, *arguments.mpp};
  options.cache_bytes = arguments.cache_mib << 20;
  std::vector<SlideItem> items;
  for (const std::string& name : arguments.names) {
    const auto paths = fs::is_directory(name) ? slides_in(name) : std::vector<fs::path>{name};
    for (const fs::path& path : paths) items.push_back({path, {}, options});
  }
  if (!arguments.list.empty()) {
    for (SlideItem& item : listed_items(arguments.list, options)) items.push_back(std::move(item));
  }
  if (items.empty()) raise(ErrorKind::invalid_argument, "name slides, or a list with --slides");
  for (SlideItem& item : items) item.name = name_of(item.path);
  refuse_equal_names(items);
  return items;
}

void add_tissue_options(CLI::App& verb, TissueArguments& arguments) {
  const std::string group = "Tissue";
  const auto number = [&](const char* name, std::optional<double>& value, const char* text,
                          const char* unit) {
    verb.add_option(name, value, text)
        ->type_name(unit)
        ->check(CLI::NonNegativeNumber)
        ->group(group);
  };
  verb.add_option("--preset", arguments.preset, "What the options below start from")
      ->type_name("NAME")
      ->check(CLI::IsMember(vision::tissue_preset_names()))
      ->group(group);
  verb.add_option(
          "--mask", arguments.mask,
          "Tissue given: GeoJSON (QuPath), or a picture of the whole slide, bright = tissue")
      ->type_name("FILE")
      ->configurable(false)
      ->group(group);
  verb.add_option("--threshold", arguments.threshold,
                  "HSV saturation, 0 to 254, above which a pixel is tissue; default Otsu's")
      ->type_name("N")
      ->check(CLI::Range(0, 254))
      ->group(group);
  number("--tissue-mpp", arguments.mpp, "Scale of the search; 2 is 5X", "UM");
  number("--closing", arguments.closing, "Bridges gaps narrower than twice this", "UM");
  number("--min-area", arguments.min_area, "Drops pieces of tissue below this", "UM2");
  number("--max-hole", arguments.max_hole, "Fills holes below this", "UM2");
  number("--min-sharpness", arguments.min_sharpness,
         "Drops what is blurred: mean Laplacian, 4 is a start, 0 is off", "N");
  verb.add_flag("--keep-pen", arguments.keep_pen, "Ink of markers may be tissue")->group(group);
  verb.add_flag("--keep-black", arguments.keep_black, "What is black may lie in tissue")
      ->group(group);
}

TissueChoice tissue_choice(const TissueArguments& arguments) {
  vision::TissueOptions options = vision::tissue_preset(arguments.preset);
  if (arguments.threshold) options.threshold = arguments.threshold;
  options.mpp = arguments.mpp.value_or(options.mpp);
  options.closing = arguments.closing.value_or(options.closing);
  options.min_tissue_area = arguments.min_area.value_or(options.min_tissue_area);
  options.max_hole_area = arguments.max_hole.value_or(options.max_hole_area);
  options.min_sharpness = arguments.min_sharpness.value_or(options.min_sharpness);
  options.reject_pen = options.reject_pen && !arguments.keep_pen;
  options.reject_black = options.reject_black && !arguments.keep_black;
  return {options, arguments.mask};
}

int for_each_slide(const Context& context, const SlideArguments& arguments,
                   const std::string& label,
                   const std::function<OrderedJson(const SlideItem&, const Slide&)>& work) {
  const std::vector<SlideItem> items = slide_items(arguments);
  OrderedJson results = OrderedJson::array();
  Progress progress(label, items.size(), "slides");
  int status = 0;
  for (const SlideItem& item : items) {
    context.cancel.check();
    OrderedJson result{{"path", item.path.string()}};
    try {
      result.update(work(item, *open_slide(item.path, item.options)));
      if (!context.json) print(description_text(result));
    } catch (const Error& error) {
      if (items.size() == 1 || error.kind() == ErrorKind::cancelled) throw;
      report_error(error.what());
      result["error"] = error.what();
      status = kPartialFailure;
    }
    results.push_back(std::move(result));
    progress.advance();
  }
  if (context.json) print_json(results);
  return status;
}

}  // namespace galen::cli
