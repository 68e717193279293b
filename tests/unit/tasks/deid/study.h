#pragma once
// DICOM files with an identity, made in a test, and what becomes of them.

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <string>

#include <galen/deid.h>

#include "base/file.h"
#include "io/dicom/edit.h"

namespace galen::deid {

namespace fs = std::filesystem;

/// A fresh folder for one test.
inline fs::path test_folder() {
  const auto* info = testing::UnitTest::GetInstance()->current_test_info();
  std::string name = std::string(info->test_suite_name()) + "." + info->name();
  for (char& c : name) {
    if (c == '/') c = '_';
  }
  const fs::path folder = fs::path(testing::TempDir()) / ("deid." + name);
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

/// The elements that every instance has, of one patient.
inline dicom::EditItem patient_study(const std::string& sop_class = "1.2.840.10008.5.1.4.1.1.2") {
  dicom::EditItem root;
  root.set(0x00080016, "UI", sop_class);
  root.set(0x00080018, "UI", "1.2.3.4.5.100");
  root.set(0x00080020, "DA", "20040119");
  root.set(0x00080060, "CS", "CT");
  root.set(0x00100010, "PN", "Mustermann^Erika");
  root.set(0x00100020, "LO", "MRN-4711-0815");
  root.set(0x00100030, "DA", "19401231");
  root.set(0x0020000D, "UI", "1.2.3.4.5.1");
  root.set(0x0020000E, "UI", "1.2.3.4.5.2");
  return root;
}

/// 4 x 4 grey pixels of 16 bits, all 1000.
inline void add_pixels(dicom::EditItem& root) {
  const auto word = [&](std::uint32_t tag, int value) {
    root.set(tag, "US", "")
        .set_bytes({static_cast<std::uint8_t>(value), static_cast<std::uint8_t>(value >> 8)});
  };
  word(0x00280002, 1);
  root.set(0x00280004, "CS", "MONOCHROME2");
  word(0x00280010, 4);
  word(0x00280011, 4);
  word(0x00280100, 16);
  word(0x00280101, 12);
  word(0x00280102, 11);
  word(0x00280103, 0);
  std::vector<std::uint8_t> pixels;
  for (int i = 0; i < 16; ++i) pixels.insert(pixels.end(), {0xE8, 0x03});
  root.set(0x7FE00010, "OW", "").set_bytes(pixels);
}

inline void write_study(const fs::path& file, const dicom::EditItem& root) {
  std::ofstream out(file, std::ios::binary);
  dicom::encode({root.text(0x00080016), root.text(0x00080018), "1.2.840.10008.1.2.1"}, root,
                {true, false}, [&](std::span<const std::uint8_t> piece) {
                  out.write(reinterpret_cast<const char*>(piece.data()),
                            static_cast<std::streamsize>(piece.size()));
                });
}

/// The files below a folder that end in .dcm, by name.
inline std::vector<fs::path> dicom_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".dcm") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// A written file, read again.
struct Copy {
  explicit Copy(const fs::path& file)
      : dataset(dicom::Dataset::open(file)), root(dicom::edit(dataset)) {}
  dicom::Dataset dataset;
  dicom::EditItem root;
};

}  // namespace galen::deid
