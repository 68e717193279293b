#include "io/dicom/charset.h"

#include <algorithm>
#include <array>
#include <iconv.h>
#include <utility>

#include "base/utf8.h"

namespace galen::dicom {
namespace {

using Named = std::pair<std::string_view, const char*>;

/// Defined terms and iconv's names. Of sets that switch by escape sequences the one that knows
/// them.
constexpr std::array<Named, 26> kSets{{{"ISO_IR 100", "ISO-8859-1"},
                                       {"ISO 2022 IR 100", "ISO-8859-1"},
                                       {"ISO_IR 101", "ISO-8859-2"},
                                       {"ISO 2022 IR 101", "ISO-8859-2"},
                                       {"ISO_IR 109", "ISO-8859-3"},
                                       {"ISO_IR 110", "ISO-8859-4"},
                                       {"ISO_IR 144", "ISO-8859-5"},
                                       {"ISO 2022 IR 144", "ISO-8859-5"},
                                       {"ISO_IR 127", "ISO-8859-6"},
                                       {"ISO_IR 126", "ISO-8859-7"},
                                       {"ISO 2022 IR 126", "ISO-8859-7"},
                                       {"ISO_IR 138", "ISO-8859-8"},
                                       {"ISO 2022 IR 138", "ISO-8859-8"},
                                       {"ISO_IR 148", "ISO-8859-9"},
                                       {"ISO 2022 IR 148", "ISO-8859-9"},
                                       {"ISO_IR 203", "ISO-8859-15"},
                                       {"ISO_IR 13", "SHIFT_JIS"},
                                       {"ISO 2022 IR 13", "SHIFT_JIS"},
                                       {"ISO 2022 IR 87", "ISO-2022-JP"},
                                       {"ISO 2022 IR 159", "ISO-2022-JP-2"},
                                       {"ISO 2022 IR 149", "EUC-KR"},
                                       {"ISO 2022 IR 58", "GB2312"},
                                       {"ISO_IR 166", "TIS-620"},
                                       {"ISO_IR 192", "UTF-8"},
                                       {"GB18030", "GB18030"},
                                       {"GBK", "GBK"}}};

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80 && c != '\x1B'; });
}

const char* encoding_of(const std::vector<std::string>& charsets) {
  const char* found = nullptr;
  for (const std::string& charset : charsets) {
    const auto known = std::find_if(kSets.begin(), kSets.end(),
                                    [&](const Named& set) { return set.first == charset; });
    if (known != kSets.end()) found = known->second;  // the last can switch to those before it
  }
  return found;
}

std::string replaced(std::string_view text) {
  std::string ascii(text);
  for (char& c : ascii) {
    if (static_cast<unsigned char>(c) >= 0x80 || c == '\x1B') c = '?';
  }
  return ascii;
}

/// Empty when the text is not of this encoding.
std::string converted(std::string_view text, const char* encoding) {
  const iconv_t converter = ::iconv_open("UTF-8", encoding);
  if (converter == reinterpret_cast<iconv_t>(-1)) return {};  // NOLINT(performance-no-int-to-ptr)
  std::string from(text);
  std::string to(text.size() * 4 + 16, '\0');
  char* in = from.data();
  char* out = to.data();
  std::size_t in_left = from.size();
  std::size_t out_left = to.size();
  const bool is_done = ::iconv(converter, &in, &in_left, &out, &out_left) != std::size_t(-1);
  ::iconv_close(converter);
  to.resize(is_done ? to.size() - out_left : 0);
  return to;
}

}  // namespace

std::string to_utf8(std::string_view text, const std::vector<std::string>& charsets) {
  if (is_ascii(text)) return std::string(text);
  const char* encoding = encoding_of(charsets);
  if (encoding == nullptr) return is_utf8(text) ? std::string(text) : replaced(text);
  std::string made = converted(text, encoding);
  return made.empty() ? replaced(text) : made;
}

}  // namespace galen::dicom
