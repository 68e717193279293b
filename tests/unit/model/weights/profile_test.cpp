#include "model/profile.h"

#include <cstdlib>

#include "../../malformed_cases.h"
#include "model/weights/generation.h"

namespace galen::model {
namespace {

std::filesystem::path scratch(const std::string& name) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "galen_profile_test" / name;
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

Profile sample(const std::filesystem::path& folder) {
  Profile profile;
  profile.folder = folder;
  profile.name = "medgemma-1.5-4b-it";
  profile.decoder = "decoder.gguf";
  profile.vision = "mmproj.gguf";
  profile.head = "head.safetensors";
  profile.chat = true;
  profile.sha256["decoder.gguf"] = "00";
  apply_generation(profile, profile.name);
  return profile;
}

TEST(Profile, refuses_every_malformed_case_with_its_error) {
  expect_malformed_cases("profile", 5, [](const std::filesystem::path& path) {
    (void)load_profile(path.parent_path());
  });
}

TEST(Profile, comes_back_as_it_was_saved) {
  const Profile saved = sample(scratch("saved"));
  save_profile(saved);
  const Profile loaded = load_profile(saved.folder);
  EXPECT_EQ(loaded.name, saved.name);
  EXPECT_EQ(loaded.vision, saved.vision);
  EXPECT_EQ(loaded.head, saved.head);
  EXPECT_TRUE(loaded.thinking);
  ASSERT_EQ(loaded.ct_windows.size(), 3U);
  EXPECT_EQ(loaded.ct_windows[1].low, -135);
  EXPECT_EQ(loaded.prompts, saved.prompts);
  EXPECT_EQ(loaded.sha256, saved.sha256);
}

TEST(Generation, gives_medgemma_1_its_own_ct_windows_and_no_thinking) {
  Profile profile;
  profile.chat = true;
  apply_generation(profile, "medgemma-4b-it");
  EXPECT_EQ(profile.ct_windows[0].low, -1225);
  EXPECT_EQ(profile.ct_windows[0].high, 1025);
  EXPECT_FALSE(profile.thinking);
  apply_generation(profile, "medgemma-27b-text-it");
  EXPECT_TRUE(profile.thinking);
}

TEST(FindModel, lists_what_is_there_when_the_name_is_unknown) {
  const auto models = scratch("models");
  std::filesystem::create_directories(models / "tiny");
  save_profile(sample(models / "tiny"));
  ::setenv("GALEN_MODELS", models.c_str(), 1);
  EXPECT_EQ(find_model("tiny").name, "medgemma-1.5-4b-it");
  EXPECT_EQ(find_model("").folder, models / "tiny");
  EXPECT_EQ(list_models().size(), 1U);
  try {
    (void)find_model("large");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_NE(std::string(error.what()).find("tiny"), std::string::npos) << error.what();
  }
}

TEST(FindModel, the_own_model_is_the_default_before_the_general_one) {
  const auto models = scratch("defaults");
  ::setenv("GALEN_MODELS", models.c_str(), 1);
  for (const std::string name : {"another", "gemma-3-270m"}) {
    std::filesystem::create_directories(models / name);
    save_profile(sample(models / name));
  }
  EXPECT_EQ(find_model("").folder, models / "gemma-3-270m");
  std::filesystem::create_directories(models / "galen-nano");
  save_profile(sample(models / "galen-nano"));
  EXPECT_EQ(find_model("").folder, models / "galen-nano");
}

TEST(FindModel, towers_are_those_of_the_own_model_when_none_is_named) {
  const auto models = scratch("towers");
  ::setenv("GALEN_MODELS", models.c_str(), 1);
  for (const std::string name : {"galen-nano", "another"}) {
    std::filesystem::create_directories(models / name);
    save_profile(sample(models / name));
  }
  EXPECT_EQ(find_towers("").folder, models / "galen-nano");
  std::filesystem::create_directories(models / "galen-nano-towers");
  save_profile(sample(models / "galen-nano-towers"));
  EXPECT_EQ(find_towers("").folder, models / "galen-nano-towers");
  EXPECT_EQ(find_towers("another").folder, models / "another");
}

TEST(FindModel, does_not_leave_the_models_folder) {
  const auto models = scratch("inside");
  std::filesystem::create_directories(models.parent_path() / "outside");
  ::setenv("GALEN_MODELS", models.c_str(), 1);
  EXPECT_THROW((void)find_model("nothing/../there"), Error);
}

}  // namespace
}  // namespace galen::model
