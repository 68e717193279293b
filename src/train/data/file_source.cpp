#include "train/data/file_source.h"

#include "base/file.h"
#include "io/dicom/image.h"
#include "io/dicom/open.h"
#include "io/raster/raster.h"
#include "vision/dicom_views.h"
#include "vision/preprocess/rgb.h"

namespace galen::train {
namespace {

constexpr std::size_t kSniffBytes = 132;  // as far as DICOM's "DICM"

}  // namespace

Image FileSource::read(std::size_t index, Random& /*random*/, int min_side) const {
  const std::filesystem::path& path = list_.items.at(index).path;
  if (!dicom::is_dicom(read_prefix(path, kSniffBytes))) {
    return vision::to_rgb8(raster::read_image(path, min_side));
  }
  const DicomImage dicom = dicom::read_dicom_image(path);
  vision::ViewRecipe recipe;
  recipe.ct_windows = ct_windows_;
  return vision::to_rgb8(vision::dicom_picture(dicom, recipe));
}

int FileSource::label(std::size_t index) const {
  const std::vector<int>& labels = list_.items.at(index).labels;
  return labels.size() == 1 ? labels.front() : -1;
}

std::vector<int> FileSource::labels(std::size_t index) const {
  return list_.items.at(index).labels;
}

std::string FileSource::group(std::size_t index) const {
  return list_.items.at(index).group;
}

std::string FileSource::name(std::size_t index) const {
  return list_.items.at(index).name;
}

}  // namespace galen::train
