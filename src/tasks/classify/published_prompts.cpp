#include "tasks/classify/published_prompts.h"

namespace galen::tasks {
namespace {

LabelGroup finding(const std::string& name, std::vector<std::string> absent,
                   std::vector<std::string> present) {
  return {name, {{"no " + name, std::move(absent)}, {name, std::move(present)}}};
}

std::vector<LabelGroup> chest_radiograph() {
  const std::string no_acute = "no acute cardiopulmonary process";
  const std::string normal = "normal study";
  return {
      finding("atelectasis", {"no atelectasis", no_acute},
              {"adjacent atelectasis", "bibasilar atelectasis", "there is atelectasis"}),
      finding("cardiomegaly",
              {"heart size is normal", "cardiac size is within normal limits",
               "cardiothoracic ratio within normal limits", no_acute, normal,
               "no evidence of cardiomegaly"},
              {"mild cardiomegaly", "moderate cardiomegaly", "severe cardiomegaly",
               "enlarged cardiac silhouette"}),
      finding(
          "consolidation", {"no focal consolidation", no_acute, normal},
          {"alveolar consolidation", "densely consolidated", "lobe consolidation",
           "airspace consolidation", "bibasilar consolidations", "suggestive of consolidation"}),
      finding("edema", {"no pulmonary edema", no_acute, normal},
              {"mild pulmonary edema", "moderate pulmonary edema", "severe pulmonary edema"}),
      finding("enlarged cardiomediastinum", {no_acute, "cardiomediastinal silhouette is normal"},
              {"widened cardiomediastinum"}),
      finding("fracture", {no_acute, normal}, {"rib fractures", "rib fracture"}),
      finding("lung lesion", {no_acute}, {"lytic lesion", "cavitary lesion", "parenchymal lesion"}),
      finding("lung opacity",
              {"no focal opacity", "lung volumes are normal", normal, "normal lung volumes",
               "lungs are clear", "no focal consolidation", "no evidence of airspace consolidation",
               "no infiltrate", "no airspace opacity", "pulmonary parenchyma is clear"},
              {"bilateral opacities", "basal opacity", "opacification is present",
               "bibasilar opacities", "increased opacification", "consolidative opacity",
               "parenchymal opacities", "airspace opacification cannot be excluded",
               "there is airspace opacification"}),
      finding("pleural effusion", {"no evidence of pleural effusion", no_acute, normal},
              {"left pleural effusion", "right pleural effusion", "bilateral pleural effusions"}),
      finding("pleural other", {no_acute},
              {"blunting of costophrenic angle", "pleural thickening"}),
      finding("pneumonia", {"lungs are clear", no_acute}, {"suggestive of pneumonia"}),
      finding("pneumothorax", {"no pneumothorax", no_acute, normal}, {"apical pneumothorax"}),
      finding("support devices", {no_acute},
              {"monitoring and support devices", "NG tube", "ET tube", "catheter", "PIC line"}),
  };
}

std::vector<LabelGroup> diabetic_retinopathy() {
  LabelGroup severity{"diabetic retinopathy", {}};
  for (const std::string grade : {"none", "mild", "moderate", "severe", "proliferative"}) {
    severity.labels.push_back({grade, {"diabetic retinopathy severity: " + grade + "."}});
  }
  return {severity};
}

}  // namespace

const std::vector<PublishedPrompts>& published_prompts() {
  static const std::vector<PublishedPrompts> sets = {
      {"cxr", chest_radiograph()},
      {"fundus-dr", diabetic_retinopathy()},
  };
  return sets;
}

}  // namespace galen::tasks
