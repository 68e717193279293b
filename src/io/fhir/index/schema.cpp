#include "io/fhir/index/schema.h"

#include "base/raise.h"

namespace galen::fhir {
namespace {

constexpr const char* kVersion = "1";

// A resource stays in its file: the index keeps where it lies, and what it is found by.
constexpr const char* kTables = R"(
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE file(id INTEGER PRIMARY KEY, path TEXT UNIQUE, size INTEGER, mtime INTEGER,
                  done INTEGER, error TEXT);
CREATE TABLE type(id INTEGER PRIMARY KEY, name TEXT UNIQUE);
CREATE TABLE patient(id INTEGER PRIMARY KEY, name TEXT UNIQUE, resource INTEGER, birth TEXT,
                     gender TEXT);
CREATE TABLE resource(id INTEGER PRIMARY KEY, file INTEGER, start INTEGER, length INTEGER,
                      patient INTEGER, type INTEGER, name TEXT, date TEXT, url TEXT);
CREATE INDEX resource_by_patient ON resource(patient, type, date);
CREATE INDEX resource_by_name ON resource(patient, name);
CREATE INDEX resource_by_file ON resource(file);
CREATE INDEX resource_by_url ON resource(url) WHERE url IS NOT NULL;
CREATE TABLE concept(id INTEGER PRIMARY KEY, system TEXT, code TEXT, display TEXT,
                     UNIQUE(system, code, display));
CREATE TABLE coded(resource INTEGER, role INTEGER, concept INTEGER,
                   PRIMARY KEY(resource, role, concept)) WITHOUT ROWID;
CREATE INDEX coded_by_concept ON coded(concept, resource);
CREATE TABLE reference(target INTEGER, source INTEGER, PRIMARY KEY(target, source)) WITHOUT ROWID;
CREATE INDEX reference_by_source ON reference(source);
CREATE TABLE target(id INTEGER PRIMARY KEY, text TEXT UNIQUE, resource INTEGER);
CREATE TABLE link(source INTEGER, target INTEGER, PRIMARY KEY(source, target)) WITHOUT ROWID;
CREATE TABLE identifier(system TEXT, value TEXT, resource INTEGER,
                        PRIMARY KEY(value, system, resource)) WITHOUT ROWID;
)";

}  // namespace

void prepare_schema(sqlite::Database& database) {
  auto tables = database.prepare("SELECT count(*) FROM sqlite_master");
  const bool is_new = tables.step() && tables.integer(0) == 0;
  (void)tables.step();
  if (!is_new) return;
  sqlite::Transaction transaction(database);
  database.run(kTables);
  database.prepare("INSERT INTO meta VALUES('galen_records', ?)").bind(1, kVersion).run();
  transaction.commit();
}

void check_schema(const sqlite::Database& database, const std::string& name) {
  auto tables = database.prepare("SELECT count(*) FROM sqlite_master WHERE name='meta'");
  const bool has_meta = tables.step() && tables.integer(0) == 1;
  if (!has_meta)
    raise(ErrorKind::malformed, "{}: is no index of records; make one with galen ehr index", name);
  auto version = database.prepare("SELECT value FROM meta WHERE name='galen_records'");
  if (!version.step())
    raise(ErrorKind::malformed, "{}: is no index of records; make one with galen ehr index", name);
  if (version.text(0) != kVersion) {
    raise(ErrorKind::unsupported,
          "{}: an index of version {}, this Galen reads version {}; remove it and index the folder "
          "again",
          name, version.text(0), kVersion);
  }
}

}  // namespace galen::fhir
