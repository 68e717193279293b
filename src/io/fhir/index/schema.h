#pragma once

#include "io/sqlite/database.h"

namespace galen::fhir {

/// What a code says about a resource.
enum class CodeRole : int { code = 0, category = 1 };

/// Makes the tables in an empty database, or checks that it is an index of this version. Throws
/// malformed for another SQLite file, unsupported for an index of another version.
void prepare_schema(sqlite::Database& database);
void check_schema(const sqlite::Database& database, const std::string& name);

}  // namespace galen::fhir
