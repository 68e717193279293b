#pragma once
// Runs a reader over the malformed inputs of tests/cases/<area> and compares each error with the
// one that the case's case.json expects.

#include <filesystem>
#include <functional>
#include <gtest/gtest.h>
#include <regex>
#include <string>

#include <galen/error.h>

#include "base/file.h"
#include "base/json.h"

namespace galen {

inline void expect_malformed_cases(const std::string& area, int at_least,
                                   const std::function<void(const std::filesystem::path&)>& open) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(
           std::filesystem::path(GALEN_SOURCE_DIR) / "tests" / "cases" / area)) {
    if (!entry.is_directory()) continue;
    SCOPED_TRACE(entry.path().filename().string());
    ++count;
    const Json expected = parse_json(read_file(entry.path() / "case.json", 1 << 20), "case.json");
    try {
      open(entry.path() / expected.at("input").get<std::string>());
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error_kind_name(error.kind()), expected.at("kind").get<std::string>())
          << error.what();
      EXPECT_TRUE(
          std::regex_search(error.what(), std::regex(expected.at("message").get<std::string>())))
          << error.what();
    }
  }
  EXPECT_GE(count, at_least);
}

}  // namespace galen
