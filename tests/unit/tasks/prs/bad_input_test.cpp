// The inputs of tests/cases/prs, each with the error it must give.

#include "../../malformed_cases.h"
#include "score_fixture.h"

namespace galen::prs {
namespace {

TEST(PrsBadInput, IsRefusedWithTheErrorOfItsCase) {
  expect_malformed_cases("prs", 20, [](const std::filesystem::path& genotypes) {
    PrsInputs inputs;
    inputs.genotypes = {genotypes};
    inputs.scores = {genotypes.parent_path() / "score.txt"};
    inputs.threads = 1;
    if (genotypes.extension() == ".bgen") inputs.rules.min_overlap = 0;  // one variant is there
    (void)score_people(inputs);
  });
}

}  // namespace
}  // namespace galen::prs
