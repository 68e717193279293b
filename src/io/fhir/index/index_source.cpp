#include "io/fhir/index/index_source.h"

#include <algorithm>
#include <chrono>
#include <map>

#include "base/file.h"
#include "base/raise.h"
#include "io/fhir/index/schema.h"
#include "io/fhir/partial_date.h"
#include "io/fhir/reference.h"

namespace galen::fhir {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPlace =
    "SELECT resource.file, start, length, resource.name, type.name FROM resource "
    "JOIN type ON type.id=resource.type ";

/// "a, b, c" of placeholders.
std::string marks(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += i == 0 ? "?" : ",?";
  return text;
}

void merge(CodeUse& use, std::size_t count, const std::string& first, const std::string& last) {
  use.count += count;
  if (!first.empty() && (use.first.empty() || first < use.first)) use.first = first;
  use.last = std::max(use.last, last);
}

}  // namespace

struct IndexSource::State {
  fs::path path;
  sqlite::Database database;
  fs::path folder;
  std::map<std::int64_t, MappedFile> files;  ///< of the last patient asked for

  explicit State(const fs::path& index) : path(index), database(index, sqlite::Access::read) {
    check_schema(database, index.string());
    auto row = database.prepare("SELECT value FROM meta WHERE name='folder'");
    if (row.step()) folder = row.text(0);
  }

  std::int64_t patient_id(const std::string& name) const {
    auto row = database.prepare("SELECT id FROM patient WHERE name=?");
    if (!row.bind(1, name).step()) {
      raise(ErrorKind::not_found, "{}: has no such patient; galen ehr patients lists them",
            path.filename().string());
    }
    return row.integer(0);
  }

  const MappedFile& file(std::int64_t id) {
    const auto open = files.find(id);
    if (open != files.end()) return open->second;
    auto row = database.prepare("SELECT path, size, mtime FROM file WHERE id=?");
    if (!row.bind(1, id).step())
      raise(ErrorKind::malformed, "{}: names a file it does not have", path.string());
    const fs::path full = folder / row.text(0);
    if (!fs::exists(full)) {
      raise(ErrorKind::not_found, "{}: is gone since it was indexed; index the folder again",
            full.string());
    }
    const auto time = fs::last_write_time(full).time_since_epoch();
    if (static_cast<std::int64_t>(fs::file_size(full)) != row.integer(1) ||
        std::chrono::duration_cast<std::chrono::nanoseconds>(time).count() != row.integer(2)) {
      raise(ErrorKind::io, "{}: has changed since it was indexed; index the folder again",
            full.string());
    }
    if (files.size() >= kOpenFiles) files.clear();
    return files.emplace(id, MappedFile(full)).first->second;
  }

  /// The resource of the row at which a statement beginning with kPlace stands.
  Json resource(const sqlite::Statement& row) {
    const auto bytes = file(row.integer(0)).bytes();
    const auto start = static_cast<std::size_t>(row.integer(1));
    const auto length = static_cast<std::size_t>(row.integer(2));
    if (start > bytes.size() || length > bytes.size() - start)
      raise(ErrorKind::malformed, "{}: points behind the end of a file", path.string());
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + start, length);
    return parse_json(text, row.text(4) + "/" + row.text(3));
  }

  std::optional<Json> first(sqlite::Statement& row) {
    if (!row.step()) return std::nullopt;
    return resource(row);
  }

  static constexpr std::size_t kOpenFiles = 64;
};

IndexSource::IndexSource(const fs::path& index) : state_(std::make_unique<State>(index)) {}
IndexSource::~IndexSource() = default;

std::string IndexSource::name() const {
  return state_->path.filename().string();
}

Json IndexSource::patient(const std::string& id) {
  const std::int64_t patient = state_->patient_id(id);
  auto row = state_->database.prepare(
      std::string(kPlace) + "JOIN patient ON patient.resource=resource.id WHERE patient.id=?");
  row.bind(1, patient);
  std::optional<Json> resource = state_->first(row);
  if (resource) return *std::move(resource);
  return {{"resourceType", "Patient"}, {"id", id}};  // named by references only
}

std::vector<TypeUse> IndexSource::manifest(const std::string& patient) {
  const std::int64_t id = state_->patient_id(patient);
  std::map<std::string, TypeUse> types;
  auto row = state_->database.prepare(
      "SELECT type.name, count(*), min(nullif(date,'')), max(date) FROM resource "
      "JOIN type ON type.id=resource.type WHERE patient=? GROUP BY type.id");
  row.bind(1, id);
  while (row.step()) {
    types[row.text(0)] = {
        row.text(0), static_cast<std::size_t>(row.integer(1)), row.text(2), row.text(3), {}};
  }
  auto codes = state_->database.prepare(
      "SELECT type.name, system, code, display, count(*), min(nullif(date,'')), max(date) "
      "FROM resource JOIN type ON type.id=resource.type "
      "JOIN coded ON coded.resource=resource.id AND role=0 "
      "JOIN concept ON concept.id=coded.concept WHERE patient=? GROUP BY type.id, concept.id");
  codes.bind(1, id);
  while (codes.step()) {
    CodeUse use{{codes.text(1), codes.text(2), codes.text(3)}, 0, "", ""};
    merge(use, static_cast<std::size_t>(codes.integer(4)), codes.text(5), codes.text(6));
    types[codes.text(0)].codes.push_back(std::move(use));
  }
  std::vector<TypeUse> manifest;
  for (auto& [name, use] : types) {
    std::stable_sort(use.codes.begin(), use.codes.end(), [](const CodeUse& a, const CodeUse& b) {
      return a.count != b.count ? a.count > b.count : a.coding < b.coding;
    });
    if (name != "Patient") manifest.push_back(std::move(use));
  }
  return manifest;
}

ResourceList IndexSource::search(const ResourceQuery& query) {
  const std::int64_t patient = state_->patient_id(query.patient);
  // A date that is a year or a month only fits as far as it overlaps the range.
  std::string where =
      "WHERE patient=? AND type.name=? AND substr(date||'-99-99',1,10)>=? AND "
      "(?='' OR (date<>'' AND substr(date,1,10)<=?))";
  if (!query.codes.empty()) {
    where += fmt::format(
        " AND EXISTS (SELECT 1 FROM coded JOIN concept ON concept.id=coded.concept "
        "WHERE coded.resource=resource.id AND concept.code IN ({}))",
        marks(query.codes.size()));
  }
  const auto bound = [&](const std::string& statement) {
    auto prepared = state_->database.prepare(statement);
    const std::string from = first_day(query.from);
    const std::string to = last_day(query.to);
    prepared.bind(1, patient).bind(2, query.type).bind(3, from).bind(4, to).bind(5, to);
    for (std::size_t i = 0; i < query.codes.size(); ++i)
      prepared.bind(static_cast<int>(6 + i), query.codes[i]);
    return prepared;
  };
  ResourceList list;
  auto total = bound("SELECT count(*) FROM resource JOIN type ON type.id=resource.type " + where);
  if (total.step()) list.total = static_cast<std::size_t>(total.integer(0));
  auto rows = bound(kPlace + where +
                    fmt::format(" ORDER BY date DESC, resource.id DESC LIMIT {}", query.limit));
  while (rows.step()) list.resources.push_back(state_->resource(rows));
  return list;
}

std::optional<Json> IndexSource::read(const std::string& reference, const std::string& patient) {
  const std::int64_t id = state_->patient_id(patient);
  const ReferenceParts parts = reference_parts(reference);
  if (!parts.value.empty()) {
    auto row = state_->database.prepare(
        std::string(kPlace) +
        "JOIN identifier ON identifier.resource=resource.id WHERE value=? AND (system=? OR ?='') "
        "AND type.name=? AND patient IN (0, ?)");
    row.bind(1, parts.value).bind(2, parts.system).bind(3, parts.system).bind(4, parts.type);
    return state_->first(row.bind(5, id));
  }
  auto by_url = state_->database.prepare(std::string(kPlace) + "WHERE url=? AND patient IN (0, ?)");
  if (auto found = state_->first(by_url.bind(1, reference).bind(2, id))) return found;
  constexpr std::string_view kUuid = "urn:uuid:";
  const std::string name = reference.starts_with(kUuid) ? reference.substr(kUuid.size()) : parts.id;
  if (name.empty()) return std::nullopt;  // some resources have no id: none of these is meant
  auto row = state_->database.prepare(
      std::string(kPlace) +
      "WHERE patient IN (0, ?) AND resource.name=? AND (?='' OR type.name=?)");
  row.bind(1, id).bind(2, name).bind(3, parts.type).bind(4, parts.type);
  return state_->first(row);
}

std::vector<PatientLine> IndexSource::patients(const std::string& code, std::size_t offset,
                                               std::size_t limit) const {
  std::string statement =
      "SELECT name, birth, gender, (SELECT count(*) FROM resource WHERE "
      "resource.patient=patient.id), patient.resource IS NOT NULL FROM patient ";
  if (!code.empty()) {
    statement +=
        "WHERE id IN (SELECT resource.patient FROM concept JOIN coded ON "
        "coded.concept=concept.id JOIN resource ON resource.id=coded.resource WHERE code=?1) ";
  }
  auto rows = state_->database.prepare(
      statement + fmt::format("ORDER BY name LIMIT {} OFFSET {}", limit, offset));
  if (!code.empty()) rows.bind(1, code);
  std::vector<PatientLine> lines;
  while (rows.step()) {
    lines.push_back({rows.text(0), rows.text(1), rows.text(2),
                     static_cast<std::size_t>(rows.integer(3)), rows.integer(4) != 0});
  }
  return lines;
}

std::vector<std::string> IndexSource::referring(const std::string& reference,
                                                const std::string& patient) const {
  const ReferenceParts parts = reference_parts(reference);
  auto rows = state_->database.prepare(
      "WITH wanted AS (SELECT resource.id FROM resource JOIN type ON type.id=resource.type "
      "WHERE patient IN (0, ?) AND resource.name=? AND type.name=?) "
      "SELECT type.name || '/' || resource.name FROM resource JOIN type ON type.id=resource.type "
      "WHERE resource.id IN (SELECT source FROM reference WHERE target IN wanted UNION "
      "SELECT source FROM target JOIN link ON link.target=target.id "
      "WHERE target.resource IN wanted) AND patient=? ORDER BY 1");
  const std::int64_t id = state_->patient_id(patient);
  rows.bind(1, id).bind(2, parts.id).bind(3, parts.type).bind(4, id);
  std::vector<std::string> names;
  while (rows.step()) names.push_back(rows.text(0));
  return names;
}

}  // namespace galen::fhir
