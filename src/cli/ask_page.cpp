#include "cli/ask_page.h"

#include <chrono>
#include <ctime>
#include <fmt/chrono.h>

#include "base/file.h"
#include "model/profile.h"
#include "vision/preview.h"
#include "vision/view.h"

namespace galen::cli {
namespace {

// Enough to recognise a finding, small enough for a page of many pictures.
constexpr int kPictureSide = 512;
constexpr int kMostSlices = 9;
constexpr int kMostPatches = 6;

struct KindName {
  std::string operator()(const Image&) const { return "Image"; }
  std::string operator()(const DicomImage& image) const {
    return image.modality.empty() ? "DICOM image" : image.modality + " image (DICOM)";
  }
  std::string operator()(const Volume& volume) const {
    return volume.modality.empty() ? "Volume" : volume.modality + " volume";
  }
  std::string operator()(const std::shared_ptr<Slide>&) const { return "Whole-slide image"; }
  std::string operator()(const Record& record) const {
    return fmt::format("Patient record of {} events", record.events.size());
  }
  std::string operator()(const TextDocument&) const { return "Text"; }
};

vision::ViewRecipe page_recipe(bool pads) {
  vision::ViewRecipe recipe;
  recipe.image_size = kPictureSide;
  recipe.pad_to_square = pads;
  recipe.max_slices = kMostSlices;
  recipe.max_patches = kMostPatches;
  recipe.patch_size = kPictureSide;
  return recipe;
}

}  // namespace

AskPage::AskPage(const std::string& model, const std::string& mmproj) {
  const model::Profile profile = model::find_model(model, mmproj);
  page_.title = "Galen: questions and answers";
  page_.model = profile.name;
  page_.licence = profile.licence;
  page_.date = fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::time(nullptr)));
  pads_ = profile.pad_to_square;
}

void AskPage::show(const std::vector<Input>& inputs) {
  report::Section section;
  for (const Input& input : inputs) {
    const std::string kind = std::visit(KindName{}, input.value);
    section.title += (section.title.empty() ? "" : ", ") + kind;
    const auto views = vision::make_views(input, page_recipe(pads_));
    if (views.empty()) continue;
    const std::string caption =
        inputs.size() > 1
            ? fmt::format("{}, {} of {}", kind, section.figures.size() + 1, inputs.size())
            : kind;
    section.figures.push_back({vision::preview(views), caption});
  }
  if (section.title.empty()) section.title = "Without an input";
  page_.sections.push_back(std::move(section));
}

void AskPage::add(const std::string& question, const AskResult& result) {
  page_.sections.back().exchanges.push_back({question, result.text, result.is_complete});
}

void AskPage::write(const std::string& path) const {
  write_file(path, report::html_page(page_));
}

}  // namespace galen::cli
