#pragma once
// DCMTK's data sets, with errors thrown.

#include <cstdint>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <span>
#include <string>
#include <vector>

#include <galen/report.h>

namespace galen::report {

/// All throw internal when DCMTK refuses. Text longer than the element's VR may hold is cut.
void put(DcmItem& item, const DcmTagKey& tag, const std::string& value);
void put_word(DcmItem& item, const DcmTagKey& tag, int value);
void put_floats(DcmItem& item, const DcmTagKey& tag, const std::vector<float>& values);
void put_bytes(DcmItem& item, const DcmTagKey& tag, std::span<const std::uint8_t> bytes);
/// A sequence without items, where a module wants one that may be empty.
void put_empty_sequence(DcmItem& item, const DcmTagKey& tag);

/// One more item of a sequence.
DcmItem& append_item(DcmItem& item, const DcmTagKey& sequence);
/// A sequence of one coded concept.
void put_code(DcmItem& item, const DcmTagKey& sequence, const Code& code);

/// A number as DS holds it, at most 16 characters.
[[nodiscard]] std::string decimal(double value);
/// Numbers as a DS of several values.
[[nodiscard]] std::string decimals(std::span<const double> values);

}  // namespace galen::report
