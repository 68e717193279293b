#include "eval/ehrqa/disease_group.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace galen::eval {
namespace {

constexpr std::array kGroups{
    DiseaseGroup{
        "infection of the airways",
        "sinusitis|pharyngitis|bronchitis|pneumonia|covid-19|influenza|streptococcal sore"},
    DiseaseGroup{"disease of teeth or gums",
                 "gingivitis|gingival|dental caries|tooth|teeth|dental filling|infection of tooth"},
    DiseaseGroup{"fracture", "fracture"},
    DiseaseGroup{"wound, sprain or burn",
                 "laceration|sprain|burn|concussion|wound|injury|contusion|whiplash"},
    DiseaseGroup{"heart disease",
                 "coronary|ischemic heart|heart failure|atrial fibrillation|cardiac arrest|"
                 "myocardial infarction|valve"},
    DiseaseGroup{"diabetes or prediabetes", "diabetes|prediabetes|diabetic"},
    DiseaseGroup{"kidney disease", "kidney disease|renal|nephropathy"},
    DiseaseGroup{"cancer", "malignant|carcinoma|leukemia|lymphoma|neoplasm"},
    DiseaseGroup{"anemia", "anemia"},
    DiseaseGroup{"mental disorder",
                 "depress|anxiety|stress disorder|attention deficit|psychosis|dependence|"
                 "dependent drug abuse|overdose"},
    DiseaseGroup{"chronic lung disease", "asthma|emphysema|chronic obstructive"},
    DiseaseGroup{"disease of joints or bones", "arthritis|osteoporosis|gout|arthropathy"},
    DiseaseGroup{"ear infection", "otitis"},
    DiseaseGroup{"allergic or skin disease", "allerg|dermatitis|eczema|urticaria"},
};

}  // namespace

std::span<const DiseaseGroup> disease_groups() {
  return kGroups;
}

bool belongs(const std::string& condition, const DiseaseGroup& group) {
  std::string name = condition;
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::string_view words = group.words;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find('|'), words.size());
    if (name.find(words.substr(0, end)) != std::string::npos) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

}  // namespace galen::eval
