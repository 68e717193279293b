#include "io/raster/colour.h"

#include <lcms2.h>
#include <memory>

#include "base/log.h"

namespace galen::raster {
namespace {

struct CloseContext {
  void operator()(cmsContext context) const { cmsDeleteContext(context); }
};
struct CloseProfile {
  void operator()(cmsHPROFILE profile) const { cmsCloseProfile(profile); }
};
struct CloseTransform {
  void operator()(cmsHTRANSFORM transform) const { cmsDeleteTransform(transform); }
};
struct FreeCurve {
  void operator()(cmsToneCurve* curve) const { cmsFreeToneCurve(curve); }
};
using Context = std::unique_ptr<std::remove_pointer_t<cmsContext>, CloseContext>;
using Profile = std::unique_ptr<std::remove_pointer_t<cmsHPROFILE>, CloseProfile>;
using Transform = std::unique_ptr<std::remove_pointer_t<cmsHTRANSFORM>, CloseTransform>;

bool is_srgb(cmsHPROFILE profile) {
  char description[64] = {};
  cmsGetProfileInfoASCII(profile, cmsInfoDescription, "en", "US", description, sizeof(description));
  return std::string_view(description).starts_with("sRGB");
}

/// Grey on sRGB's tone curve (IEC 61966-2-1).
Profile make_grey_srgb(cmsContext context) {
  const cmsFloat64Number curve[5] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
  const std::unique_ptr<cmsToneCurve, FreeCurve> tone(
      cmsBuildParametricToneCurve(context, 4, curve));
  return Profile(cmsCreateGrayProfileTHR(context, cmsD50_xyY(), tone.get()));
}

cmsColorSpaceSignature space_of(const Decoded& decoded) {
  if (decoded.model == ColourModel::cmyk) return cmsSigCmykData;
  return decoded.image.channels == 1 ? cmsSigGrayData : cmsSigRgbData;
}

/// lcms's description of interleaved samples: `extra` channels of alpha are passed by.
cmsUInt32Number pixel_format(cmsUInt32Number space, int channels, int extra, int bits) {
  return COLORSPACE_SH(space) | EXTRA_SH(static_cast<cmsUInt32Number>(extra)) |
         CHANNELS_SH(static_cast<cmsUInt32Number>(channels)) |
         BYTES_SH(static_cast<cmsUInt32Number>(bits / 8));
}

/// Converts into `out`, or says why not.
const char* convert(const Decoded& decoded, Image& out) {
  const Context context(cmsCreateContext(nullptr, nullptr));
  const Profile from(cmsOpenProfileFromMemTHR(context.get(), decoded.icc.data(),
                                              static_cast<cmsUInt32Number>(decoded.icc.size())));
  if (!from) return "is damaged";
  const cmsColorSpaceSignature space = space_of(decoded);
  if (cmsGetColorSpace(from.get()) != space) return "is for other channels";
  const Image& in = decoded.image;
  if (space == cmsSigRgbData && is_srgb(from.get())) {
    out = in;
    return nullptr;
  }
  const bool grey = space == cmsSigGrayData;
  const bool cmyk = space == cmsSigCmykData;
  const int alpha = !cmyk && in.channels == 4 ? 1 : 0;
  const Profile to =
      grey ? make_grey_srgb(context.get()) : Profile(cmsCreate_sRGBProfileTHR(context.get()));
  const cmsUInt32Number in_type = pixel_format(grey   ? PT_GRAY
                                               : cmyk ? PT_CMYK
                                                      : PT_RGB,
                                               in.channels - alpha, alpha, in.bits);
  const cmsUInt32Number out_type =
      pixel_format(grey ? PT_GRAY : PT_RGB, grey ? 1 : 3, alpha, in.bits);
  cmsUInt32Number flags = alpha != 0 ? cmsFLAGS_COPY_ALPHA : 0;
  if (grey) flags |= cmsFLAGS_NOOPTIMIZE;  // its table of 33 grey levels is coarse in the dark
  const Transform transform(cmsCreateTransformTHR(context.get(), from.get(), in_type, to.get(),
                                                  out_type, INTENT_PERCEPTUAL, flags));
  if (!transform) return "cannot be converted to sRGB";
  out = make_image(in.width, in.height, cmyk ? 3 : in.channels, in.bits);
  const auto pixels =
      static_cast<cmsUInt32Number>(in.width) * static_cast<cmsUInt32Number>(in.height);
  cmsDoTransform(transform.get(), in.data.data(), out.data.data(), pixels);
  return nullptr;
}

/// 8-bit CMYK without a profile, as Pillow converts it.
Image plain_rgb(const Image& cmyk) {
  Image rgb = make_image(cmyk.width, cmyk.height, 3);
  const std::uint8_t* from = cmyk.data.data();
  for (std::size_t i = 0; i < rgb.data.size(); i += 3, from += 4) {
    for (std::size_t c = 0; c < 3; ++c) {
      rgb.data[i + c] = static_cast<std::uint8_t>(((255 - from[c]) * (255 - from[3]) + 127) / 255);
    }
  }
  return rgb;
}

}  // namespace

Image to_srgb(Decoded decoded, const std::string& name) {
  if (!decoded.icc.empty()) {
    Image converted;
    const char* fault = convert(decoded, converted);
    if (fault == nullptr) return converted;
    log_warning(name + ": its ICC profile " + fault + ", colours are taken as sRGB");
  }
  if (decoded.model == ColourModel::cmyk) return plain_rgb(decoded.image);
  return std::move(decoded.image);
}

}  // namespace galen::raster
