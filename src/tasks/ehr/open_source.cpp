#include "tasks/ehr/open_source.h"

#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "base/log.h"
#include "base/raise.h"
#include "base/sha256.h"
#include "io/fhir/index/index_folder.h"
#include "io/fhir/index/index_source.h"
#include "net/fhir/fhir_server.h"

namespace galen::tasks {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSqlite = "SQLite format 3";

/// Of the index of a folder that the user did not index.
fs::path cached_index(const fs::path& records) {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  fs::path folder;
  if (cache != nullptr && *cache != '\0') {
    folder = fs::path(cache) / "galen" / "records";
  } else if (home != nullptr && *home != '\0') {
    folder = fs::path(home) / ".cache" / "galen" / "records";
  } else {
    raise(ErrorKind::invalid_argument,
          "{}: no HOME for an index of it; make one with galen ehr index", records.string());
  }
  fs::create_directories(folder);
  Sha256 digest;
  digest.update(fs::weakly_canonical(records).string());
  return folder / (digest.hex().substr(0, 16) + ".db");
}

net::FhirServerOptions server_options(const RecordAddress& address, const CancelToken* cancel) {
  net::FhirServerOptions options;
  options.http.bearer = address.bearer;
  options.http.user = address.user;
  options.http.password = address.password;
  options.http.ca_file = address.ca_file;
  options.http.cancel = cancel;
  options.smart.client_id = address.client_id;
  options.smart.key = address.key_file;
  options.smart.key_id = address.key_id;
  options.smart.scope = address.scope;
  options.smart.token_url = address.token_url;
  return options;
}

std::unique_ptr<fhir::RecordSource> open_files(const fs::path& records, const CancelToken* cancel) {
  fhir::IndexOptions options;
  options.cancel = cancel;
  const fs::path index = cached_index(records);
  const fhir::IndexSummary summary = fhir::index_folder(records, index, options);
  if (!summary.errors.empty()) {
    log_warning(fmt::format("{} errors in the records, the first: {}", summary.errors.size(),
                            summary.errors.front()));
  }
  return std::make_unique<fhir::IndexSource>(index);
}

}  // namespace

std::unique_ptr<fhir::RecordSource> open_source(const RecordAddress& address,
                                                const CancelToken* cancel) {
  const std::string& where = address.address;
  if (where.starts_with("http://") || where.starts_with("https://"))
    return std::make_unique<net::FhirServer>(where, server_options(address, cancel));
  if (!fs::exists(where)) {
    raise(ErrorKind::not_found, "{}: no index, folder of FHIR Bundles or address of a FHIR server",
          where);
  }
  if (!fs::is_directory(where) && read_prefix(where, kSqlite.size()) == kSqlite)
    return std::make_unique<fhir::IndexSource>(where);
  return open_files(where, cancel);
}

}  // namespace galen::tasks
