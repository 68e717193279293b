#pragma once

#include <filesystem>
#include <gtest/gtest.h>
#include <string>

#include "../small_records.h"
#include "base/file.h"
#include "io/fhir/index/index_folder.h"

namespace galen::fhir {

/// A folder with the bundles of two patients, and a place for an index.
class IndexTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* const test = testing::UnitTest::GetInstance()->current_test_info();
    root_ = std::filesystem::path(testing::TempDir()) / "galen_fhir_index" /
            (std::string(test->test_suite_name()) + "." + test->name());
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(folder());
    put("anna.json", small_bundle("anna").dump(2));
    put("berta.json", small_bundle("berta").dump());
    put("staff.json", practitioner_bundle().dump());
  }

  void put(const std::string& name, const std::string& text) const {
    write_file(folder() / name, text);
  }
  IndexSummary index() const { return index_folder(folder(), database()); }
  [[nodiscard]] std::filesystem::path folder() const { return root_ / "records"; }
  [[nodiscard]] std::filesystem::path database() const { return root_ / "index.db"; }

  std::filesystem::path root_;
};

}  // namespace galen::fhir
