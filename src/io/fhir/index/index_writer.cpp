#include "io/fhir/index/index_writer.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/log.h"
#include "base/raise.h"
#include "io/fhir/index/schema.h"
#include "io/fhir/reference.h"

namespace galen::fhir {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kKnown = 1'000'000;  ///< entries of a map of ids before it starts over

/// Provenance and bills refer to nearly everything: nobody looks for them from there.
bool has_no_way_back(const std::string& type) {
  return type == "Provenance" || type == "ExplanationOfBenefit" || type == "Claim";
}

std::int64_t count_of(const sqlite::Database& database, const std::string& statement) {
  auto count = database.prepare(statement);
  return count.step() ? count.integer(0) : 0;
}

sqlite::Database open_for_writing(const fs::path& path, const fs::path& folder) {
  sqlite::Database database(path, sqlite::Access::write);
  prepare_schema(database);
  check_schema(database, path.string());
  // Files with resources that were left out, as another file had them first.
  database.run("CREATE TABLE IF NOT EXISTS repeats(file INTEGER PRIMARY KEY)");
  database.run("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-262144");
  database.prepare("INSERT OR REPLACE INTO meta VALUES('folder', ?)")
      .bind(1, fs::absolute(folder).lexically_normal().string())
      .run();
  return database;
}

}  // namespace

IndexWriter::IndexWriter(const fs::path& index, const fs::path& folder)
    : database_(open_for_writing(index, folder)),
      insert_resource_(database_.prepare("INSERT INTO resource VALUES(?,?,?,?,?,?,?,?,?)")),
      insert_code_(database_.prepare("INSERT OR IGNORE INTO coded VALUES(?,?,?)")),
      insert_reference_(database_.prepare("INSERT OR IGNORE INTO reference VALUES(?,?)")),
      insert_link_(database_.prepare("INSERT OR IGNORE INTO link VALUES(?,?)")),
      insert_identifier_(database_.prepare("INSERT OR IGNORE INTO identifier VALUES(?,?,?)")),
      find_resource_(
          database_.prepare("SELECT id FROM resource WHERE patient=? AND name=? AND type=?")) {
  next_id_ = count_of(database_, "SELECT coalesce(max(id), 0) + 1 FROM resource");
}

std::map<std::string, IndexedFile> IndexWriter::files() const {
  std::map<std::string, IndexedFile> files;
  auto rows = database_.prepare("SELECT path, id, size, mtime, done, error FROM file");
  while (rows.step()) {
    files[rows.text(0)] = {rows.integer(1), rows.integer(2), rows.integer(3), rows.integer(4),
                           rows.text(5)};
  }
  return files;
}

void IndexWriter::remove(const IndexedFile& file) {
  sqlite::Transaction transaction(database_);
  // A file's resources were written one after another, so that their ids are few ranges.
  const std::string mine = fmt::format("(SELECT id FROM resource WHERE file={})", file.id);
  // What is lost here may stand in a file that was left out as a copy: those are to be read anew.
  database_.run(fmt::format(
      "UPDATE file SET mtime=-1 WHERE id IN (SELECT file FROM repeats) AND EXISTS {}", mine));
  for (const char* rows :
       {"coded WHERE resource", "reference WHERE source", "reference WHERE target",
        "link WHERE source", "identifier WHERE resource"}) {
    database_.run(fmt::format("DELETE FROM {} IN {}", rows, mine));
  }
  database_.run(fmt::format("UPDATE target SET resource=NULL WHERE resource IN {}", mine));
  database_.run(fmt::format("UPDATE patient SET resource=NULL WHERE resource IN {}", mine));
  database_.run(fmt::format("DELETE FROM resource WHERE file={}", file.id));
  database_.run(fmt::format("DELETE FROM repeats WHERE file={}", file.id));
  database_.run(fmt::format("DELETE FROM file WHERE id={}", file.id));
  database_.run(
      "DELETE FROM patient WHERE resource IS NULL AND NOT EXISTS "
      "(SELECT 1 FROM resource WHERE resource.patient=patient.id)");
  transaction.commit();
  patients_.clear();
}

std::int64_t IndexWriter::file_id(const Chunk& chunk) {
  auto known = database_.prepare("SELECT id FROM file WHERE path=?");
  if (known.bind(1, chunk.name).step()) return known.integer(0);
  const auto mtime = fs::last_write_time(chunk.path).time_since_epoch();
  database_.prepare("INSERT INTO file(path, size, mtime, done, error) VALUES(?,?,?,0,'')")
      .bind(1, chunk.name)
      .bind(2, static_cast<std::int64_t>(fs::file_size(chunk.path)))
      .bind(3, std::chrono::duration_cast<std::chrono::nanoseconds>(mtime).count())
      .run();
  return database_.last_id();
}

void IndexWriter::add(const std::vector<Chunk>& chunks, std::vector<ParsedChunk>& parsed) {
  sqlite::Transaction transaction(database_);
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const std::int64_t file = file_id(chunks[i]);
    add_resources(file, parsed[i].resources);
    auto mark = database_.prepare("UPDATE file SET done=?, error=error||? WHERE id=?");
    std::string errors;
    for (const std::string& error : parsed[i].errors) errors += error + "\n";
    mark.bind(1, static_cast<std::int64_t>(chunks[i].end)).bind(2, errors).bind(3, file).run();
  }
  transaction.commit();
}

std::int64_t IndexWriter::id_in(const char* table, const std::string& name, Places& known) {
  const auto found = known.find(name);
  if (found != known.end()) return found->second;
  if (known.size() >= kKnown) known.clear();
  auto row = database_.prepare(fmt::format("SELECT id FROM {} WHERE name=?", table));
  std::int64_t id = 0;
  if (row.bind(1, name).step()) {
    id = row.integer(0);
  } else {
    database_.prepare(fmt::format("INSERT INTO {}(name) VALUES(?)", table)).bind(1, name).run();
    id = database_.last_id();
  }
  known.emplace(name, id);
  return id;
}

std::int64_t IndexWriter::concept_id(const Coding& coding) {
  std::string key = coding.system + '\n' + coding.code + '\n' + coding.display;
  const auto found = concepts_.find(key);
  if (found != concepts_.end()) return found->second;
  if (concepts_.size() >= kKnown) concepts_.clear();
  const auto bound = [&](const char* statement) {
    auto prepared = database_.prepare(statement);
    prepared.bind(1, coding.system).bind(2, coding.code).bind(3, coding.display);
    return prepared;
  };
  auto row = bound("SELECT id FROM concept WHERE system=? AND code=? AND display=?");
  std::int64_t id = 0;
  if (row.step()) {
    id = row.integer(0);
  } else {
    bound("INSERT INTO concept(system, code, display) VALUES(?,?,?)").run();
    id = database_.last_id();
  }
  concepts_.emplace(std::move(key), id);
  return id;
}

std::int64_t IndexWriter::patient_of(const ResourceFacts& facts, const Places& urls,
                                     const std::vector<ResourceFacts>& all) {
  std::string name;
  if (facts.type == "Patient") {
    name = facts.id;
  } else if (const auto entry = urls.find(facts.patient); entry != urls.end()) {
    const ResourceFacts& meant = all[static_cast<std::size_t>(entry->second)];
    if (meant.type == "Patient") name = meant.id;
  } else {
    const ReferenceParts parts = reference_parts(facts.patient);
    if (parts.type == "Patient") name = parts.id;
  }
  return name.empty() ? 0 : id_in("patient", name, patients_);
}

bool IndexWriter::is_known(std::int64_t patient, std::int64_t type, const std::string& name) {
  if (!find_resource_.bind(1, patient).bind(2, name).bind(3, type).step()) return false;
  find_resource_.run();  // to its end: a statement at a row keeps its snapshot of the database
  return true;
}

void IndexWriter::add_resources(std::int64_t file, std::vector<ResourceFacts>& resources) {
  Places urls;    // fullUrl to position in the chunk
  Places places;  // what a reference may say to the id in the index
  for (std::size_t i = 0; i < resources.size(); ++i) {
    if (!resources[i].full_url.empty()) urls.emplace(resources[i].full_url, i);
  }
  struct Kept {
    std::int64_t id;
    std::int64_t patient;
    const ResourceFacts* facts;
  };
  std::vector<Kept> kept;
  const std::size_t duplicates_before = duplicates_;
  for (const ResourceFacts& facts : resources) {
    if (facts.type == "OperationOutcome") continue;
    const std::int64_t patient = patient_of(facts, urls, resources);
    const std::string reference = facts.type + "/" + facts.id;
    const bool has_name = !facts.id.empty();
    if (has_name && (places.contains(reference) ||
                     is_known(patient, id_in("type", facts.type, types_), facts.id))) {
      ++duplicates_;
      continue;
    }
    kept.push_back({next_id_, patient, &facts});
    if (has_name) places.emplace(reference, next_id_);
    if (!facts.full_url.empty()) places.emplace(facts.full_url, next_id_);
    ++next_id_;
  }
  if (duplicates_ > duplicates_before)
    database_.run(fmt::format("INSERT OR IGNORE INTO repeats VALUES({})", file));
  for (const Kept& one : kept) {
    add_resource(one.id, file, one.patient, *one.facts);
    add_references(one.id, *one.facts, places);
  }
}

void IndexWriter::add_resource(std::int64_t id, std::int64_t file, std::int64_t patient,
                               const ResourceFacts& facts) {
  const bool is_derived = facts.full_url.empty() || facts.full_url.ends_with(":" + facts.id) ||
                          facts.full_url.ends_with("/" + facts.id);
  insert_resource_.bind(1, id)
      .bind(2, file)
      .bind(3, static_cast<std::int64_t>(facts.begin))
      .bind(4, static_cast<std::int64_t>(facts.length))
      .bind(5, patient)
      .bind(6, id_in("type", facts.type, types_))
      .bind(7, facts.id)
      .bind(8, facts.date);
  if (is_derived) {
    insert_resource_.bind_null(9);
  } else {
    insert_resource_.bind(9, facts.full_url);
  }
  insert_resource_.run();
  const auto add_codes = [&](const std::vector<Coding>& codings, CodeRole role) {
    for (const Coding& coding : codings) {
      insert_code_.bind(1, id).bind(2, static_cast<int>(role)).bind(3, concept_id(coding)).run();
    }
  };
  add_codes(facts.codes, CodeRole::code);
  add_codes(facts.categories, CodeRole::category);
  if (patient == 0 || facts.type == "Patient") {
    for (const Coding& one : facts.identifiers)
      insert_identifier_.bind(1, one.system).bind(2, one.code).bind(3, id).run();
  }
  if (facts.type == "Patient") {
    database_.prepare("UPDATE patient SET resource=?, birth=?, gender=? WHERE id=?")
        .bind(1, id)
        .bind(2, facts.birth)
        .bind(3, facts.gender)
        .bind(4, patient)
        .run();
  }
}

void IndexWriter::add_references(std::int64_t id, const ResourceFacts& facts,
                                 const Places& places) {
  for (const std::string& reference : facts.references) {
    auto here = places.find(reference);
    if (here == places.end()) here = places.find(relative_reference(reference));
    if (here != places.end()) {
      if (!has_no_way_back(facts.type)) insert_reference_.bind(1, here->second).bind(2, id).run();
      continue;
    }
    auto known = targets_.find(reference);
    if (known == targets_.end()) {
      database_.prepare("INSERT OR IGNORE INTO target(text) VALUES(?)").bind(1, reference).run();
      auto row = database_.prepare("SELECT id FROM target WHERE text=?");
      (void)row.bind(1, reference).step();
      if (targets_.size() >= kKnown) targets_.clear();
      known = targets_.emplace(reference, row.integer(0)).first;
    }
    insert_link_.bind(1, id).bind(2, known->second).run();
  }
}

std::int64_t IndexWriter::meant_by(const std::string& reference) {
  const auto first_id = [&](sqlite::Statement row) { return row.step() ? row.integer(0) : 0; };
  const ReferenceParts parts = reference_parts(reference);
  if (!parts.value.empty()) {
    auto row = database_.prepare(
        "SELECT resource.id FROM identifier JOIN resource ON resource.id=identifier.resource "
        "JOIN type ON type.id=resource.type WHERE value=? AND (system=? OR ?='') AND type.name=?");
    row.bind(1, parts.value).bind(2, parts.system).bind(3, parts.system).bind(4, parts.type);
    return first_id(std::move(row));
  }
  auto by_url = database_.prepare("SELECT id FROM resource WHERE url=?");
  if (by_url.bind(1, reference).step()) return by_url.integer(0);
  if (parts.type == "Patient") {
    auto row = database_.prepare("SELECT resource FROM patient WHERE name=?");
    row.bind(1, parts.id);
    return first_id(std::move(row));
  }
  if (parts.id.empty()) return 0;
  // Of another patient at the rarest; of none where it is a practitioner or an organization.
  auto row = database_.prepare(
      "SELECT resource.id FROM resource JOIN type ON type.id=resource.type "
      "WHERE patient IN (SELECT 0 UNION ALL SELECT DISTINCT source.patient FROM link "
      "JOIN target ON target.id=link.target JOIN resource source ON source.id=link.source "
      "WHERE target.text=?) AND resource.name=? AND type.name=?");
  row.bind(1, reference).bind(2, parts.id).bind(3, parts.type);
  return first_id(std::move(row));
}

std::vector<DanglingReference> IndexWriter::resolve(std::size_t limit) {
  sqlite::Transaction transaction(database_);
  database_.run("CREATE INDEX IF NOT EXISTS link_by_target ON link(target)");
  std::vector<std::pair<std::int64_t, std::string>> open;
  auto rows = database_.prepare("SELECT id, text FROM target WHERE resource IS NULL");
  while (rows.step()) open.emplace_back(rows.integer(0), rows.text(1));
  auto mark = database_.prepare("UPDATE target SET resource=? WHERE id=?");
  for (const auto& [id, text] : open) {
    const std::int64_t resource = meant_by(text);
    if (resource != 0) mark.bind(1, resource).bind(2, id).run();
  }
  database_.run(
      "DELETE FROM target WHERE NOT EXISTS (SELECT 1 FROM link WHERE link.target=target.id)");
  transaction.commit();
  targets_.clear();
  std::vector<DanglingReference> dangling;
  auto list = database_.prepare(
      "SELECT min(type.name || '/' || resource.name), target.text, count(*) FROM target "
      "JOIN link ON link.target=target.id JOIN resource ON resource.id=link.source "
      "JOIN type ON type.id=resource.type WHERE target.resource IS NULL "
      "GROUP BY target.id ORDER BY target.text LIMIT ?");
  list.bind(1, static_cast<std::int64_t>(limit));
  while (list.step()) {
    dangling.push_back({list.text(0), list.text(1), static_cast<std::size_t>(list.integer(2))});
  }
  return dangling;
}

std::size_t IndexWriter::dangling() const {
  return static_cast<std::size_t>(
      count_of(database_, "SELECT count(*) FROM target WHERE resource IS NULL"));
}

std::size_t IndexWriter::patients() const {
  return static_cast<std::size_t>(count_of(database_, "SELECT count(*) FROM patient"));
}

std::size_t IndexWriter::resources() const {
  return static_cast<std::size_t>(count_of(database_, "SELECT count(*) FROM resource"));
}

void IndexWriter::finish() {
  database_.run("ANALYZE");
  try {
    database_.run("PRAGMA journal_mode=DELETE");
  } catch (const Error& error) {
    // Another process reads the index: it stays as it is until the last of them closes it.
    if (error.kind() != ErrorKind::unavailable) throw;
    log_debug(error.what());
  }
}

}  // namespace galen::fhir
