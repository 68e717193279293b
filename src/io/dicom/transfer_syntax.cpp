#include "io/dicom/transfer_syntax.h"

#include <algorithm>
#include <array>

namespace galen::dicom {
namespace {

struct Row {
  std::string_view uid;
  Encoding encoding;
  Codec codec;
  bool deflated = false;
};

constexpr Encoding kImplicitLittle{false, false};
constexpr Encoding kExplicitLittle{true, false};
constexpr Encoding kExplicitBig{true, true};

constexpr std::array<Row, 15> kSyntaxes = {{
    {"1.2.840.10008.1.2", kImplicitLittle, Codec::none},
    {"1.2.840.10008.1.2.1", kExplicitLittle, Codec::none},
    {"1.2.840.10008.1.2.1.99", kExplicitLittle, Codec::none, true},
    {"1.2.840.10008.1.2.2", kExplicitBig, Codec::none},
    {"1.2.840.10008.1.2.5", kExplicitLittle, Codec::rle},
    {"1.2.840.10008.1.2.4.50", kExplicitLittle, Codec::jpeg},  // baseline, 8 bits
    {"1.2.840.10008.1.2.4.51", kExplicitLittle, Codec::jpeg},  // extended, 8 and 12 bits
    {"1.2.840.10008.1.2.4.57", kExplicitLittle, Codec::jpeg},  // lossless
    {"1.2.840.10008.1.2.4.70", kExplicitLittle, Codec::jpeg},  // lossless, first-order prediction
    {"1.2.840.10008.1.2.4.80", kExplicitLittle, Codec::jpeg_ls},    // lossless
    {"1.2.840.10008.1.2.4.81", kExplicitLittle, Codec::jpeg_ls},    // near-lossless
    {"1.2.840.10008.1.2.4.90", kExplicitLittle, Codec::jpeg_2000},  // lossless only
    {"1.2.840.10008.1.2.4.91", kExplicitLittle, Codec::jpeg_2000},
    {"1.2.840.10008.1.2.4.92", kExplicitLittle,
     Codec::jpeg_2000},  // multi-component, lossless only
    {"1.2.840.10008.1.2.4.93", kExplicitLittle, Codec::jpeg_2000},  // multi-component
}};

}  // namespace

TransferSyntax transfer_syntax(std::string_view uid) {
  const auto row =
      std::find_if(kSyntaxes.begin(), kSyntaxes.end(), [&](const Row& r) { return r.uid == uid; });
  if (row == kSyntaxes.end()) return {std::string(uid), kExplicitLittle, Codec::unsupported, false};
  return {std::string(uid), row->encoding, row->codec, row->deflated};
}

}  // namespace galen::dicom
