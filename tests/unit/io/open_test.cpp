#include <cstring>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <galen/error.h>
#include <galen/input.h>

#include "base/file.h"
#include "dicom_file.h"
#include "io/raster/raster.h"
#include "tiff_fixture.h"

namespace galen {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class OpenTest : public testing::Test {
 protected:
  OpenTest() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ =
        fs::path(testing::TempDir()) / fmt::format("galen_open_{}_{}", test->name(), ::getpid());
    fs::create_directories(folder_);
  }
  ~OpenTest() override { fs::remove_all(folder_); }

  /// Writes a file under a name that tells nothing of its kind.
  fs::path write(const std::string& bytes, const std::string& name = "file") const {
    write_file(folder_ / name, bytes);
    return folder_ / name;
  }
  fs::path write_slice(int instance) const {
    dicom::DicomFile file;
    file.text(dicom::kSopClassUid, "1.2.840.10008.5.1.4.1.1.2")
        .text(dicom::kSopInstanceUid, fmt::format("1.2.3.{}", instance));
    file.text(dicom::kModality, "CT")
        .text(dicom::kSeriesInstanceUid, "1.2.3")
        .text(dicom::kInstanceNumber, std::to_string(instance));
    file.text(dicom::kImagePosition, fmt::format("0\\0\\{}", instance))
        .text(dicom::kImageOrientation, "1\\0\\0\\0\\1\\0");
    file.word(dicom::kSamplesPerPixel, 1).text(dicom::kPhotometricInterpretation, "MONOCHROME2");
    file.word(dicom::kRows, 1).word(dicom::kColumns, 2).text(dicom::kPixelSpacing, "0.5\\0.25");
    file.word(dicom::kBitsAllocated, 16)
        .word(dicom::kBitsStored, 16)
        .word(dicom::kHighBit, 15)
        .word(dicom::kPixelRepresentation, 0);
    file.words(dicom::kPixelData, {7, 8});
    const auto bytes = file.file();
    return write(std::string(bytes.begin(), bytes.end()), fmt::format("slice{}", instance));
  }

  fs::path folder_;
};

template <typename Value>
Value only(std::vector<Input> inputs) {
  EXPECT_EQ(inputs.size(), 1U);
  return std::get<Value>(std::move(inputs.at(0).value));
}

Error error_of(const fs::path& path) {
  try {
    (void)open_inputs(path);
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "was opened";
  return {ErrorKind::internal, ""};
}

/// The 348-byte header of NIfTI-1, four bytes of extension flags and one float per voxel.
std::string nifti(std::int16_t side) {
  std::string bytes(352, '\0');
  const auto put = [&](std::size_t at, auto value) {
    std::memcpy(bytes.data() + at, &value, sizeof value);
  };
  put(0, std::int32_t{348});
  for (std::size_t axis = 0; axis <= 7; ++axis)
    put(40 + 2 * axis, std::int16_t{axis == 0   ? std::int16_t{3}
                                    : axis <= 3 ? side
                                                : std::int16_t{1}});
  put(70, std::int16_t{16});
  put(72, std::int16_t{32});
  for (std::size_t axis = 0; axis <= 3; ++axis) put(76 + 4 * axis, 1.0F);
  put(108, 352.0F);
  std::memcpy(bytes.data() + 344, "n+1", 4);
  bytes.append(static_cast<std::size_t>(side) * side * side * 4, '\0');
  return bytes;
}

TEST_F(OpenTest, PictureBecomesAnImage) {
  raster::write_png(folder_ / "file", make_image(5, 4, 3));
  EXPECT_EQ(only<Image>(open_inputs(folder_ / "file")).width, 5);
}

TEST_F(OpenTest, NiftiBecomesAVolume) {
  EXPECT_EQ(only<Volume>(open_inputs(write(nifti(3)))).shape[0], 3);
}

TEST_F(OpenTest, OneDicomSliceBecomesADicomImage) {
  EXPECT_EQ(only<DicomImage>(open_inputs(write_slice(1))).modality, "CT");
}

TEST_F(OpenTest, DicomFolderBecomesAVolume) {
  for (int instance = 1; instance <= 3; ++instance) (void)write_slice(instance);
  (void)write("readme\n", "README");
  const Volume volume = only<Volume>(open_inputs(folder_));
  EXPECT_EQ(volume.shape, (std::array<int, 4>{2, 1, 3, 1}));
}

TEST_F(OpenTest, FhirFileAndFolderBecomeARecord) {
  const std::string patient = R"({"resourceType": "Patient", "gender": "female"})";
  EXPECT_EQ(only<Record>(open_inputs(write(patient))).patient, "female");
  EXPECT_EQ(only<Record>(open_inputs(folder_)).patient, "female");
}

TEST_F(OpenTest, SmallTiffIsAPictureUnlessThePixelSizeIsGiven) {
  const fs::path path = folder_ / "file";
  slide::write_tiff(path, {{.image = slide::colour_field(64, 64)}});
  EXPECT_EQ(only<Image>(open_inputs(path)).width, 64);
  const auto slide = only<std::shared_ptr<Slide>>(open_inputs(path, {Mpp{0.5, 0.5}}));
  EXPECT_EQ(slide->mpp()->x, 0.5);
}

TEST_F(OpenTest, TiffPyramidBecomesASlide) {
  const fs::path path = folder_ / "file";
  slide::write_tiff(path, {{.image = slide::colour_field(128, 128),
                            .sub_levels = {slide::colour_field(64, 64)}}});
  EXPECT_EQ(only<std::shared_ptr<Slide>>(open_inputs(path))->levels().size(), 2U);
}

TEST_F(OpenTest, Utf8BecomesText) {
  EXPECT_EQ(only<TextDocument>(open_inputs(write("caf\xC3\xA9\n"))).text, "caf\xC3\xA9\n");
  EXPECT_EQ(only<TextDocument>(open_inputs(write("{\"a\": 1}"))).text, "{\"a\": 1}");
}

TEST_F(OpenTest, WhatIsNothingOfTheseIsUnsupported) {
  EXPECT_EQ(error_of(write("caf\xE9\n")).kind(), ErrorKind::unsupported);
  EXPECT_EQ(error_of(write(std::string("a\0b", 3))).kind(), ErrorKind::unsupported);
  EXPECT_EQ(error_of(write("")).kind(), ErrorKind::malformed);
  EXPECT_EQ(error_of(folder_ / "missing").kind(), ErrorKind::not_found);
}

TEST_F(OpenTest, FolderOfNothingKnownSaysWhatToDo) {
  (void)write("hello\n", "a.txt");
  EXPECT_THAT(error_of(folder_).what(), HasSubstr("name its files one by one"));
}

}  // namespace
}  // namespace galen
