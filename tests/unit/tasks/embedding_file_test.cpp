#include <filesystem>
#include <gtest/gtest.h>
#include <limits>

#include <galen/embed.h>
#include <galen/error.h>

#include "base/file.h"

namespace galen {
namespace {

std::filesystem::path scratch(const std::string& name) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "galen_embedding_file";
  std::filesystem::create_directories(folder);
  return folder / name;
}

const Embeddings kTwo = {"medsiglip", 3, {"a.png", "b \"quoted\".png"}, {1, 0, 0, 0.6F, 0.8F, 0}};

std::string load_error(const std::filesystem::path& path) {
  try {
    (void)load_embeddings(path);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

class RoundTrip : public testing::TestWithParam<const char*> {};

TEST_P(RoundTrip, gives_back_names_and_values) {
  const auto path = scratch(GetParam());
  save_embeddings(path, kTwo);
  const Embeddings read = load_embeddings(path);
  EXPECT_EQ(read.width, 3);
  EXPECT_EQ(read.names, kTwo.names);
  EXPECT_EQ(read.values, kTwo.values);
}

INSTANTIATE_TEST_SUITE_P(EmbeddingFile, RoundTrip,
                         testing::Values("e.npy", "e.safetensors", "e.jsonl"));

TEST(EmbeddingFile, refuses_an_unknown_extension) {
  EXPECT_THROW(save_embeddings(scratch("e.csv"), kTwo), Error);
  EXPECT_NE(load_error(scratch("e.csv")).find(".safetensors"), std::string::npos);
}

TEST(EmbeddingFile, refuses_names_that_do_not_match_the_rows) {
  const auto path = scratch("short.npy");
  save_embeddings(path, kTwo);
  write_file(scratch("short.ids.txt"), "only one\n");
  EXPECT_NE(load_error(path).find("2 rows, but 1 names"), std::string::npos);
}

TEST(EmbeddingFile, names_the_line_of_a_fault_in_jsonl) {
  const auto path = scratch("fault.jsonl");
  write_file(path, "{\"name\":\"a\",\"embedding\":[1,2]}\n{\"name\":\"b\",\"embedding\":[1]}\n");
  EXPECT_NE(load_error(path).find("line 2: 1 values"), std::string::npos);
}

TEST(EmbeddingFile, refuses_values_that_are_not_finite) {
  Embeddings bad = kTwo;
  bad.values[4] = std::numeric_limits<float>::quiet_NaN();
  const auto path = scratch("nan.npy");
  save_embeddings(path, bad);
  EXPECT_NE(load_error(path).find("row 1"), std::string::npos);
}

}  // namespace
}  // namespace galen
