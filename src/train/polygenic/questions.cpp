#include "train/polygenic/questions.h"

#include <algorithm>
#include <utility>

#include "base/file.h"
#include "base/json.h"
#include "base/raise.h"
#include "io/raster/raster.h"
#include "train/views/random.h"

namespace galen::train {
namespace {

namespace fs = std::filesystem;

/// A wider picture than MedGemma's and galen-nano's towers take would be shrunk, squares with it.
constexpr PrsImageOptions kPicture{.square = 8, .size = 224};

std::vector<std::string> training_people(const Cohort& cohort) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < cohort.people.size(); ++i) {
    if (cohort.splits[i] == "train") names.push_back(cohort.people[i]);
  }
  return names;
}

void shuffle(std::vector<std::size_t>& rows, Random& random) {
  for (std::size_t i = rows.size(); i > 1; --i) std::swap(rows[i - 1], rows[random.below(i)]);
}

std::string line_of(const Cohort& cohort, std::size_t person, const std::string& outcome,
                    bool has_it, const std::string& split, const fs::path& picture) {
  const PrsCase shown{cohort.people[person], picture, cohort.demographics[person]};
  PrsQuestion question;
  question.outcome = words_of(outcome);
  const OrderedJson line{{"image", (fs::path("pictures") / picture.filename()).string()},
                         {"messages",
                          {{{"role", "user"}, {"content", prs_prompt(shown, question)}},
                           {{"role", "assistant"}, {"content", has_it ? "Yes" : "No"}}}},
                         {"group", cohort.people[person]},
                         {"split", split}};
  return line.dump() + "\n";
}

}  // namespace

std::vector<std::size_t> balanced_rows(const Cohort& cohort, const std::string& split,
                                       std::size_t outcome, std::size_t each, std::uint64_t seed) {
  std::vector<std::size_t> cases;
  std::vector<std::size_t> controls;
  for (const std::size_t row : cohort.rows(split, outcome))
    (cohort.outcomes[outcome][row] == 1 ? cases : controls).push_back(row);
  Random random(mix(seed, outcome));
  shuffle(cases, random);
  shuffle(controls, random);
  const std::size_t count = std::min({each, cases.size(), controls.size()});
  cases.resize(count);
  cases.insert(cases.end(), controls.begin(),
               controls.begin() + static_cast<std::ptrdiff_t>(count));
  return cases;
}

PictureFolder::PictureFolder(const Cohort& cohort, const fs::path& folder)
    : cohort_(cohort),
      folder_(folder / "pictures"),
      scale_(fit_prs_image(cohort.scores, training_people(cohort), kPicture)) {
  fs::create_directories(folder_);
}

fs::path PictureFolder::picture(std::size_t person) const {
  const std::string& name = cohort_.people[person];
  if (name.empty() || name.find('/') != std::string::npos || name[0] == '.') {
    raise(ErrorKind::unsupported,
          "a person's identifier is no file name (it is empty, holds / or begins with .)");
  }
  fs::path file = folder_ / (name + ".png");
  if (!fs::exists(file)) raster::write_png(file, prs_image(scale_, cohort_.scores, person));
  return file;
}

std::string words_of(std::string outcome) {
  std::ranges::replace(outcome, '_', ' ');
  return outcome;
}

void write_questions(const Cohort& cohort, std::span<const std::string> outcomes, int count,
                     std::uint64_t seed, const fs::path& folder, const PictureFolder& pictures) {
  AtomicFile file(folder / "questions.jsonl");
  for (const auto& [split, share] : {std::pair{"train", 1}, std::pair{"val", 10}}) {
    const auto each = static_cast<std::size_t>(count / share / 2);
    for (std::size_t o = 0; o < outcomes.size(); ++o) {
      for (const std::size_t row : balanced_rows(cohort, split, o, each, mix(seed, 1)))
        file.write(line_of(cohort, row, outcomes[o], cohort.outcomes[o][row] == 1, split,
                           pictures.picture(row)));
    }
  }
  file.commit();
}

}  // namespace galen::train
