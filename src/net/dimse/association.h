#pragma once
// What client and server on DIMSE share: names of things and DCMTK's conditions as errors.

#include <string>

#include "net/pacs/pacs.h"

class OFCondition;

namespace galen::net {

/// Starts DCMTK's network once and silences its log. Call before any other use.
void prepare_dcmtk();

/// Throws for a condition that is bad: timeout, permission (the association was rejected),
/// unavailable. `what` says what was tried ("find studies").
void check_condition(const OFCondition& condition, const PacsAddress& address,
                     const std::string& what);

}  // namespace galen::net
