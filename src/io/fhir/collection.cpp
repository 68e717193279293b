#include "io/fhir/collection.h"

#include <algorithm>
#include <vector>

#include "base/checked.h"
#include "base/file.h"
#include "base/raise.h"
#include "io/fhir/reference.h"

namespace galen::fhir {
namespace {

constexpr std::size_t kSniffBytes = std::size_t{64} << 10;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kSpace = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

/// NDJSON holds a whole object in its first line and something after it.
bool is_ndjson(std::string_view text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return false;
  const std::string_view line = trimmed(text.substr(0, end));
  return line.ends_with('}') && Json::accept(line);
}

std::vector<std::filesystem::path> fhir_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.is_regular_file() && is_fhir(read_prefix(entry.path(), kSniffBytes))) {
      files.push_back(entry.path());
    }
    if (files.size() > kMaxFiles) {
      raise(ErrorKind::limit_exceeded, "{}: more than {} FHIR files; a record is one patient",
            folder.string(), kMaxFiles);
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

bool is_fhir(std::string_view prefix) {
  const std::string_view text = trimmed(prefix);
  return text.starts_with('{') && text.find("\"resourceType\"") != std::string_view::npos;
}

void Collection::add_bytes(std::size_t count, const std::string& name) {
  bytes_ = checked_add(bytes_, count, name);
  if (bytes_ > kMaxRecordBytes) {
    raise(ErrorKind::limit_exceeded, "{}: {} bytes of FHIR, at most {} are read for one record",
          name, bytes_, kMaxRecordBytes);
  }
}

void Collection::add_text(std::string_view text, const std::string& name) {
  add_bytes(text.size(), name);
  const std::string_view body = trimmed(text);
  if (body.starts_with('<')) {
    raise(ErrorKind::unsupported, "{}: FHIR in XML; convert it to JSON or NDJSON", name);
  }
  if (is_ndjson(body)) return add_ndjson(body, name);
  documents_.push_back(parse_json(body, name));
  add_resource(Field(documents_.back(), name + ": "), "");
}

void Collection::add_ndjson(std::string_view text, const std::string& name) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    const std::string place = fmt::format("{}: line {}", name, number);
    documents_.push_back(parse_json(line, place));
    add_resource(Field(documents_.back(), place + ": "), "");
  }
}

void Collection::add_path(const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) {
    return add_text(read_file(path, kMaxRecordBytes), path.filename().string());
  }
  const auto files = fhir_files(path);
  if (files.empty()) {
    raise(ErrorKind::unsupported, "{}: no FHIR file (JSON or NDJSON) in this folder",
          path.string());
  }
  for (const auto& file : files) {
    add_text(read_file(file, kMaxRecordBytes), file.filename().string());
  }
}

void Collection::add_resource(const Field& fields, const std::string& full_url) {
  const std::string type = fields["resourceType"].text();
  if (type.empty()) {
    raise(ErrorKind::malformed, "{}: is missing or empty; every FHIR resource has one",
          fields["resourceType"].path());
  }
  if (type == "Bundle") return add_bundle(fields);
  if (resources_.size() >= kMaxResources) {
    raise(ErrorKind::limit_exceeded, "{}more than {} resources", fields.path(), kMaxResources);
  }
  const std::string id = fields["id"].text();
  const std::string reference = type + "/" + id;
  if (!id.empty() && by_reference_.contains(reference)) return;
  resources_.push_back({type, fields});
  if (!id.empty()) by_reference_.emplace(reference, &resources_.back());
  if (!full_url.empty()) by_reference_.emplace(full_url, &resources_.back());
}

void Collection::add_bundle(const Field& bundle) {
  if (bundle["type"].text() == "history") {
    raise(ErrorKind::unsupported,
          "{}: history Bundles mix old and new versions; export the current ones",
          bundle["type"].path());
  }
  for (const Field& entry : bundle["entry"].items()) {
    const Field resource = entry["resource"];
    if (resource.is_present()) add_resource(resource, entry["fullUrl"].text());
  }
}

const Resource* Collection::find(const std::string& reference) const {
  auto found = by_reference_.find(reference);
  if (found == by_reference_.end()) found = by_reference_.find(relative_reference(reference));
  return found == by_reference_.end() ? nullptr : found->second;
}

}  // namespace galen::fhir
