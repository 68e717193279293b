#pragma once
// Identifiers that a report made again from the same input, model and settings has again.

#include <string>
#include <string_view>

#include <galen/report.h>

namespace galen::report {

/// A DICOM UID for one object of a report: "2.25." and the number of a UUID (PS3.5 B.2) cut from a
/// SHA-256 over what was shown, model, version, settings, what the model wrote, and `role`.
[[nodiscard]] std::string report_uid(const Report& report, std::string_view role);

/// The same as "xxxxxxxx-xxxx-8xxx-xxxx-xxxxxxxxxxxx" (RFC 9562 version 8).
[[nodiscard]] std::string report_uuid(const Report& report, std::string_view role);

/// A UID for the device that a model under one version of Galen is.
[[nodiscard]] std::string device_uid(const Report& report);

/// SHA-256 over the digests of the model's files.
[[nodiscard]] std::string model_digest(const Report& report);

}  // namespace galen::report
