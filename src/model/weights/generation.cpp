#include "model/weights/generation.h"

#include <algorithm>
#include <cctype>

namespace galen::model {
namespace {

// arXiv 2507.05201: window width and level of bone and lung, soft tissue, brain.
const std::vector<HuWindow> kWindowsV1 = {HuWindow::from_width_level(2250, -100),
                                          HuWindow::from_width_level(350, 40),
                                          HuWindow::from_width_level(80, 40)};
// arXiv 2604.05081 and the published 1.5 notebooks.
const std::vector<HuWindow> kWindowsV15 = {{-1024, 1024}, {-135, 215}, {0, 80}};

constexpr const char* kLocalize =
    R"(Instructions:
The following user query will require outputting bounding boxes. The format of bounding boxes coordinates is [y0, x0, y1, x1] where (y0, x0) must be top-left corner and (y1, x1) the bottom-right corner. This implies that x0 < x1 and y0 < y1. Always normalize the x and y coordinates the range [0, 1000], meaning that a bounding box starting at 15% of the image width would be associated with an x coordinate of 150. You MUST output a single parseable json list of objects enclosed into ```json...``` brackets, for instance ```json[{"box_2d": [800, 3, 840, 471], "label": "car"}, {"box_2d": [400, 22, 600, 73], "label": "dog"}]``` is a valid output. Now answer to the user query.

Remember "left" refers to the patient's left side where the heart is and sometimes underneath an L in the upper right corner of the image.

Query:
Where is the {object_name}? Don't give a final answer without reasoning. Output the final answer in the format "Final Answer: X" where X is a JSON list of objects. The object needs a "box_2d" and "label" key. Answer:)";

}  // namespace

std::map<std::string, std::string> published_prompts() {
  return {
      {"localize", kLocalize},
      {"ct.before",
       "You are an instructor teaching medical students. You are analyzing a contiguous block of "
       "CT "
       "slices. Please review the slices provided below carefully."},
      {"mri.before",
       "You are an instructor teaching medical students. You are analyzing a contiguous block of "
       "MRI "
       "slices. Please review the slices provided below carefully."},
      {"ct.slice", "SLICE {n}"},
      {"ct.after", "\n\nBased on the visual evidence in the slices provided above, {question}"},
      {"wsi",
       "Provide a brief diagnostic text for the set of pathology patches extracted from a "
       "pathology "
       "slide. Consider the tissue type and procedure (below) when deciding what to include in the "
       "diagnostic text.\n{type_procedure}"},
      {"longitudinal",
       "Provide a comparison of these two images and include details from the image which students "
       "should take note of when reading longitudinal CXR"},
      {"document",
       "You are a Clinical Data Extraction Specialist. Extract every test of this laboratory "
       "report as "
       "a JSON list of objects with the keys name, result, unit, range, panel, method, specimen "
       "and "
       "sample_collection_time (DD-MM-YYYY HH:MM:SS)."},
      {"report", "{indication} findings:"},
  };
}

void apply_generation(Profile& profile, const std::string& name) {
  std::string lower = name;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto says = [&](const char* word) { return lower.find(word) != std::string::npos; };
  const bool medical = says("medgemma") || says("medsiglip");
  const bool version_15 = says("medgemma-1.5");
  if (medical) {
    profile.licence = "Health AI Developer Foundations terms of use; not a medical device";
  } else {
    profile.licence = profile.family == Family::gemma3 ? "Gemma Terms of Use; not a medical model"
                                                       : "see the licence of the model's publisher";
  }
  if (profile.family != Family::gemma3) {
    // MedSigLIP was trained and is served on squares padded with black; SigLIP squeezes.
    profile.pad_to_square = medical;
    return;
  }
  profile.ct_windows = medical && !version_15 ? kWindowsV1 : kWindowsV15;
  // Cards: 1.5 and both 27B models think; the first 4B does not.
  profile.thinking = profile.chat && (version_15 || (medical && says("27b")));
  profile.prompts = published_prompts();
}

}  // namespace galen::model
