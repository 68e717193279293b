#include "cli/describe.h"

#include <algorithm>
#include <fmt/core.h>
#include <map>

namespace galen::cli {
namespace {

OrderedJson known(double value) {
  return value > 0 ? OrderedJson(value) : OrderedJson(nullptr);
}

OrderedJson describe_value(const Image& image) {
  return {{"kind", "image"},
          {"shape", {image.width, image.height}},
          {"channels", image.channels},
          {"bits", image.bits}};
}

OrderedJson describe_value(const DicomImage& image) {
  OrderedJson json{{"kind", "dicom"},
                   {"modality", image.modality},
                   {"shape", {image.width, image.height}},
                   {"frames", image.frames.size()},
                   {"spacing", {known(image.spacing[0]), known(image.spacing[1])}},
                   {"bits", image.bits_stored},
                   {"signed", image.is_signed},
                   {"photometric", image.photometric},
                   {"window", nullptr},
                   {"rescaled", image.has_rescale},
                   {"sop_class", image.sop_class_uid},
                   {"transfer_syntax", image.transfer_syntax_uid}};
  if (image.window) json["window"] = {image.window->low, image.window->high};
  return json;
}

OrderedJson describe_value(const Volume& volume) {
  const std::vector<float> values = voxels(volume);
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return {{"kind", "volume"},
          {"modality", volume.modality},
          {"shape", volume.shape},
          {"spacing", volume.spacing},
          {"unit", volume.unit == VoxelUnit::hounsfield ? "HU" : "arbitrary"},
          {"range", {*low, *high}},
          {"affine", volume.affine},
          {"notes", volume.notes}};
}

OrderedJson describe_value(const std::shared_ptr<Slide>& slide) {
  const auto& levels = slide->levels();
  OrderedJson rows = OrderedJson::array();
  for (const SlideLevel& level : levels) {
    rows.push_back(
        {{"width", level.width}, {"height", level.height}, {"downsample", level.downsample}});
  }
  OrderedJson json{{"kind", "slide"},
                   {"vendor", slide->vendor()},
                   {"shape", {levels.front().width, levels.front().height}},
                   {"mpp", nullptr},
                   {"levels", rows},
                   {"associated", slide->associated_names()}};
  if (const auto mpp = slide->mpp()) json["mpp"] = {mpp->x, mpp->y};
  return json;
}

OrderedJson describe_value(const Record& record) {
  std::map<std::string, std::size_t> counts;
  for (const RecordEvent& event : record.events) ++counts[event.category];
  const auto first = std::find_if(record.events.begin(), record.events.end(),
                                  [](const RecordEvent& event) { return !event.date.empty(); });
  OrderedJson dates = nullptr;
  if (first != record.events.end()) {
    dates = {first->date.substr(0, 10), record.events.back().date.substr(0, 10)};
  }
  return {{"kind", "record"},
          {"resources", record.resources},
          {"events", record.events.size()},
          {"skipped", record.skipped},
          {"dates", dates},
          {"categories", counts}};
}

OrderedJson describe_value(const TextDocument& document) {
  return {{"kind", "text"},
          {"bytes", document.text.size()},
          {"lines", std::count(document.text.begin(), document.text.end(), '\n')}};
}

/// What stands between the elements of a list: sizes multiply, ranges run, names follow each other.
std::string_view separator_of(const std::string& key) {
  if (key == "shape" || key == "spacing" || key == "mpp") return " x ";
  if (key == "range" || key == "window" || key == "dates") return " to ";
  return "; ";
}

std::string inline_text(const OrderedJson& value, std::string_view separator) {
  if (value.is_null()) return "unknown";
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_string()) return value.empty() ? "unknown" : value.get<std::string>();
  if (value.is_number_float()) return fmt::format("{:.6g}", value.get<double>());
  if (value.is_number()) return value.dump();
  std::string text;
  for (const auto& [key, item] : value.items()) {
    if (!text.empty()) text += value.is_object() ? ", " : separator;
    if (value.is_object()) text += key + " ";
    text += inline_text(item, separator);
  }
  return text.empty() ? "none" : text;
}

}  // namespace

OrderedJson describe(const Input& input) {
  OrderedJson json{{"path", input.path.string()}};
  json.update(std::visit([](const auto& value) { return describe_value(value); }, input.value));
  return json;
}

std::string description_text(const OrderedJson& description) {
  std::string text = description["path"].get<std::string>() + "\n";
  for (const auto& [key, value] : description.items()) {
    // The affine is for programs.
    if (key == "path" || key == "affine") continue;
    text += fmt::format("  {:<16} {}\n", key, inline_text(value, separator_of(key)));
  }
  return text;
}

}  // namespace galen::cli
