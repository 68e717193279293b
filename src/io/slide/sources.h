#pragma once
// The kinds of slide files. A new one is a file here and a line in open_slide.cpp.

#include <filesystem>
#include <memory>
#include <string_view>

#include <galen/slide.h>

namespace galen::slide {

/// Opens `path`, or returns null when it is not of this kind. Throws malformed, unsupported,
/// limit_exceeded when it is, but cannot be read.
using OpenSource = std::shared_ptr<Slide> (*)(const std::filesystem::path& path,
                                              const SlideOptions& options);

/// DICOM VL Whole Slide Microscopy: a folder of one series, or a file, together with the files of
/// its series beside it. TILED_FULL and TILED_SPARSE, every transfer syntax of io/dicom.
[[nodiscard]] std::shared_ptr<Slide> open_dicom(const std::filesystem::path& path,
                                                const SlideOptions& options);

/// The vendor formats of OpenSlide; null for its "generic-tiff", which knows no pixel size, and for
/// the Aperio slides that open_tiff reads.
[[nodiscard]] std::shared_ptr<Slide> open_with_openslide(const std::filesystem::path& path,
                                                         const SlideOptions& options);

/// Plain TIFF, OME-TIFF and most of Aperio's slides, tiled or in strips, classic or BigTIFF: 8-bit
/// grey or RGB; uncompressed, LZW, Deflate or JPEG. The pyramid is the SubIFDs of the first
/// directory and the smaller directories of the same shape that follow it (TIFF 6.0; OME-TIFF 6.0
/// for SubIFDs and PhysicalSize).
[[nodiscard]] std::shared_ptr<Slide> open_tiff(const std::filesystem::path& path,
                                               const SlideOptions& options);

}  // namespace galen::slide
