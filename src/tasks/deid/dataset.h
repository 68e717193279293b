#pragma once
// One data set without the identity of its patient.

#include <map>
#include <string>
#include <utility>

#include "io/dicom/edit.h"
#include "tasks/deid/identifiers.h"
#include "tasks/deid/profile.h"
#include "tasks/deid/pseudonym.h"

namespace galen::deid {

/// How often each action was taken: by attribute ("(0010,0010)") and name, then action.
using Tally = std::map<std::pair<std::string, std::string>, std::map<std::string, std::size_t>>;

struct Deidentified {
  Identifiers originals;  ///< what must not be in the copy any more
  Tally tally;
  std::string study_uid;
  std::string series_uid;
  std::string instance_uid;
};

/// Applies the profile to `root`, in place, and says in it what was done. Throws malformed when the
/// data set has no SOP Instance UID, or keeps one that is no UID; unsupported for encapsulated
/// documents, whose text is out of reach.
[[nodiscard]] Deidentified deidentify_dataset(dicom::EditItem& root, const DeidProfile& profile,
                                              const Pseudonyms& pseudonyms,
                                              const std::string& name);

}  // namespace galen::deid
