#include "tasks/deid/leftovers.h"

#include <fmt/core.h>

#include "base/file.h"
#include "io/dicom/edit.h"
#include "tasks/deid/values.h"

namespace galen::deid {
namespace {

void add(std::string& places, const dicom::EditElement& element) {
  const std::string place = fmt::format("({:04X},{:04X})", element.group, element.element);
  if (places.find(place) != std::string::npos) return;
  places += (places.empty() ? "" : ", ") + place;
}

bool is_left(const dicom::EditElement& element, const Identifiers& originals) {
  const std::string_view vr = element.vr_text();
  bool found = false;
  // A coding scheme's name may be a person's by chance.
  if (is_free_text(vr) && element.tag() != 0x00080102) found = originals.is_in_text(element.text());
  for_each_value(element.text(), [&](std::string_view value) {
    found = found || (vr == "UI" && originals.has_uid(value)) ||
            ((vr == "DA" || vr == "DT") && originals.has_date(value));
  });
  return found;
}

void search(const dicom::EditItem& item, const Identifiers& originals, std::string& places) {
  for (const dicom::EditElement& element : item.elements) {
    if (element.is_sequence) {
      for (const dicom::EditItem& each : element.items) search(each, originals, places);
    } else if (!element.is_fragments && element.group != 0x7FE0) {
      if (is_left(element, originals)) add(places, element);
    }
  }
}

}  // namespace

std::string find_leftovers(const std::filesystem::path& file, const Identifiers& originals) {
  const dicom::Dataset dataset = dicom::Dataset::open(file);
  std::string places;
  search(dicom::edit(dataset), originals, places);
  if (!places.empty()) return places;
  const MappedFile whole(file);
  const std::string_view bytes(reinterpret_cast<const char*>(whole.bytes().data()),
                               whole.bytes().size());
  return originals.is_in_bytes(bytes) ? "the file's bytes" : "";
}

}  // namespace galen::deid
