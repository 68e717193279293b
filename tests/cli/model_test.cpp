// The verbs that run a model, on the tiny random checkpoints of tests/golden: their answers mean
// nothing, but they take the same path as MedGemma's and MedSigLIP's.
#include <algorithm>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "io/raster/raster.h"
#include "program.h"

namespace galen {
namespace {

using testing::HasSubstr;

/// A models folder with one two-tower model and one multimodal chat model, imported once.
class Models : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    scratch_ = std::make_unique<Scratch>();
    const std::filesystem::path golden = GALEN_SOURCE_DIR "/tests/golden";
    const auto two_tower = *scratch_ / "two_tower";
    std::filesystem::copy(golden / "siglip/a/checkpoint", two_tower);
    std::filesystem::copy_file(golden / "siglip/spiece.model", two_tower / "spiece.model",
                               std::filesystem::copy_options::overwrite_existing);
    ASSERT_EQ(run({"models", "import", two_tower.string(), "--name", "siglip"}).status, 0);
    ASSERT_EQ(run({"models", "import", (golden / "gemma3/sharded/checkpoint").string(), "--name",
                   "gemma"})
                  .status,
              0);
    for (int i = 0; i < 3; ++i) {
      Image image = make_image(60, 40, 3);
      for (std::size_t k = 0; k < image.data.size(); ++k) {
        image.data[k] = static_cast<std::uint8_t>(k * static_cast<std::size_t>(17 + 40 * i));
      }
      raster::write_png(path_of(i), image);
    }
  }
  static void TearDownTestSuite() { scratch_.reset(); }

  static std::string path_of(int i) {
    return (*scratch_ / ("image" + std::to_string(i) + ".png")).string();
  }
  static std::string file(const std::string& name) { return (*scratch_ / name).string(); }
  static Outcome run(const std::vector<std::string>& arguments) {
    return run_galen(arguments, environment());
  }
  static std::map<std::string, std::string> environment() {
    return {{"GALEN_MODELS", (*scratch_ / "models").string()},
            {"XDG_CACHE_HOME", (*scratch_ / "cache").string()}};
  }

  static std::unique_ptr<Scratch> scratch_;
};
std::unique_ptr<Scratch> Models::scratch_;

TEST_F(Models, AskAnswersAboutAnImageAndEncodesItOnce) {
  const std::vector<std::string> words = {"ask",   path_of(0),     "What is it?", "--model",
                                          "gemma", "--max-tokens", "6",           "--json"};
  const Outcome first = run(words);
  ASSERT_EQ(first.status, 0) << first.err;
  const Json once = parse_json(first.out, "ask");
  EXPECT_EQ(once["usage"]["images"], 1);
  EXPECT_EQ(once["usage"]["images_cached"], 0);
  const Json again = parse_json(run(words).out, "ask");
  EXPECT_EQ(again["usage"]["images_cached"], 1);
  EXPECT_EQ(again["answer"], once["answer"]);
}

TEST_F(Models, AskTakesSeveralImagesAndARecord) {
  const Outcome outcome =
      run({"ask", path_of(0), path_of(1), GALEN_SOURCE_DIR "/demo/record.json", "What has changed?",
           "--model", "gemma", "--max-tokens", "4", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(parse_json(outcome.out, "ask")["usage"]["images"], 2);
}

TEST_F(Models, AskReadsAnImageFromStandardInput) {
  const Outcome outcome = run_shell(
      "\"$GALEN\" ask - 'What is it?' --model gemma --max-tokens 2 --json < '" + path_of(0) + "'",
      environment());
  EXPECT_EQ(outcome.status, 0) << outcome.err;
}

TEST_F(Models, AskDrawsBoxesOnTheImageAtItsOwnSize) {
  const Outcome outcome = run({"ask", path_of(0), "Where is it?", "--model", "gemma",
                               "--max-tokens", "2", "--boxes", file("boxes.png")});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Image drawn = raster::read_image(file("boxes.png"));
  EXPECT_EQ(drawn.width, 60);
  EXPECT_EQ(drawn.height, 40);
}

TEST_F(Models, ChatAnswersEachLine) {
  const Outcome outcome = run_shell(
      "printf 'And now?\\n' | \"$GALEN\" ask 'What is it?' --chat --model gemma --max-tokens 3 "
      "--json",
      environment());
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("\"question\": \"And now?\""));
}

TEST_F(Models, AStoppedConversationHasItsOwnExitCode) {
  const Outcome outcome = run_shell(
      "sleep 2 | \"$GALEN\" ask 'What is it?' --chat --model gemma --max-tokens 2 & "
      "sleep 1; kill -TERM $!; wait $!",
      environment());
  EXPECT_EQ(outcome.status, 130) << outcome.err;
}

TEST_F(Models, AskAnswersWithOneOfTheChoices) {
  const Outcome outcome = run({"ask", path_of(0), "Is it?", "--model", "gemma", "--choice",
                               "Certainly", "--choice", "Not at all", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(parse_json(outcome.out, "ask")["answer"], testing::AnyOf("Certainly", "Not at all"));
}

TEST_F(Models, BatchAnswersEveryGoodLineAndPutsThemOnOnePage) {
  write_file(
      file("batch.jsonl"),
      R"({"id": 7, "image": "image0.png", "question": "Is it <one>?", "options": ["yes", "no"]}
{"image": "missing.png", "question": "What?"}
{"images": ["image1.png", "image2.png"], "question": "Which?", "options": ["one", "two"]}
)");
  const Outcome outcome = run({"ask", "--batch", file("batch.jsonl"), "--json", "--model", "gemma",
                               "--html", file("page.html")});
  EXPECT_EQ(outcome.status, 8);
  EXPECT_THAT(outcome.err, HasSubstr("missing.png"));
  ASSERT_EQ(std::count(outcome.out.begin(), outcome.out.end(), '\n'), 2);
  const Json first = parse_json(outcome.out.substr(0, outcome.out.find('\n')), "batch");
  EXPECT_EQ(first["id"], 7);
  EXPECT_THAT(first["reply"], testing::AnyOf("Yes", "No"));
  const std::string page = read_file(file("page.html"), std::size_t{1} << 24);
  EXPECT_THAT(page, HasSubstr("Is it &lt;one&gt;?"));
  EXPECT_THAT(page, HasSubstr("Image, 2 of 2"));
  EXPECT_THAT(page, testing::Not(HasSubstr("image0.png")));
}

TEST_F(Models, BatchNamesTheLineThatIsNoQuestion) {
  write_file(file("bad.jsonl"), "{\"question\": \"What?\"}\n\n{\"image\": \"image0.png\"}\n");
  const Outcome outcome = run({"ask", "--batch", file("bad.jsonl"), "--model", "gemma"});
  EXPECT_EQ(outcome.status, 4);
  EXPECT_THAT(outcome.err, HasSubstr("bad.jsonl: line 3"));
}

TEST_F(Models, AskRefusesImagesForATowerWithoutADecoder) {
  const Outcome outcome = run({"ask", path_of(0), "What?", "--model", "siglip"});
  EXPECT_EQ(outcome.status, 4);
  EXPECT_THAT(outcome.err, HasSubstr("no language model"));
}

TEST_F(Models, AskNamesAnUnknownModel) {
  const Outcome outcome = run({"ask", "What?", "--model", "medgemma-9"});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.err, HasSubstr("medgemma-9"));
}

TEST_F(Models, ThinkingIsRefusedWhereTheModelDoesNotThink) {
  const Outcome outcome = run({"ask", "What?", "--think", "--model", "gemma"});
  EXPECT_EQ(outcome.status, 4);
  EXPECT_THAT(outcome.err, HasSubstr("--think"));
}

TEST_F(Models, ClassifyGoesOnPastABadImage) {
  const Outcome outcome = run({"classify", path_of(0), file("missing.png"), path_of(1), "--labels",
                               "a lung,a brain", "--model", "siglip", "--json"});
  EXPECT_EQ(outcome.status, 8);
  EXPECT_THAT(outcome.err, HasSubstr("missing.png"));
  EXPECT_EQ(std::count(outcome.out.begin(), outcome.out.end(), '\n'), 2);
  const Json first = parse_json(outcome.out.substr(0, outcome.out.find('\n')), "classify");
  const double sum = first["scores"][0]["probability"].get<double>() +
                     first["scores"][1]["probability"].get<double>();
  EXPECT_NEAR(sum, 1, 1e-5);
}

TEST_F(Models, ClassifyNeedsATextTower) {
  const Outcome outcome = run({"classify", path_of(0), "--labels", "a,b", "--model", "gemma"});
  EXPECT_EQ(outcome.status, 4);
  EXPECT_THAT(outcome.err, HasSubstr("text tower"));
}

TEST_F(Models, SearchFindsAnEmbeddedImageFirst) {
  for (const std::string extension : {".npy", ".safetensors", ".jsonl"}) {
    const std::string vectors = file("vectors" + extension);
    ASSERT_EQ(run({"embed", path_of(0), path_of(1), path_of(2), "-o", vectors, "--model", "siglip"})
                  .status,
              0);
    const Outcome outcome =
        run({"search", vectors, path_of(1), "--model", "siglip", "-n", "1", "--json"});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const Json hits = parse_json(outcome.out, "search");
    ASSERT_EQ(hits.size(), 1U);
    EXPECT_EQ(hits[0]["name"], path_of(1));
    EXPECT_NEAR(hits[0]["cosine"].get<double>(), 1, 1e-5);
  }
}

TEST_F(Models, SearchByWordsUsesTheModelThatTheFileNames) {
  const std::string vectors = file("words.safetensors");
  ASSERT_EQ(
      run({"embed", path_of(0), "--text", "a lung", "-o", vectors, "--model", "siglip"}).status, 0);
  const Outcome outcome = run({"search", vectors, "a lung"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, testing::StartsWith("+1.0000  a lung"));
}

TEST_F(Models, EmbedLeavesNoFileWhenAllInputsFail) {
  const Outcome outcome =
      run({"embed", file("missing.png"), "-o", file("none.npy"), "--model", "siglip"});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_FALSE(std::filesystem::exists(file("none.npy")));
}

TEST_F(Models, AFullDiskIsAnInputOutputErrorAndLeavesNothing) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  const Outcome outcome =
      run_shell("\"$GALEN\" classify '" + path_of(0) + "' --labels a,b --model siglip > /dev/full",
                environment());
  EXPECT_EQ(outcome.status, 6);
}

}  // namespace
}  // namespace galen
