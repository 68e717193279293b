#include <algorithm>
#include <set>

#include <galen/record.h>

#include "base/raise.h"
#include "io/fhir/collection.h"
#include "io/fhir/datatype.h"
#include "io/fhir/event.h"

namespace galen {
namespace fhir {
namespace {

std::string patient_line(const Field& patient) {
  const std::string born = patient["birthDate"].date();
  const std::string died = patient["deceasedDateTime"].date().substr(0, 10);
  const bool is_dead = patient["deceasedBoolean"].boolean().value_or(false);
  const std::string gender = patient["gender"].text();
  return joined({gender.empty() ? "sex not recorded" : gender, born.empty() ? "" : "born " + born,
                 !died.empty() ? "died " + died : (is_dead ? "deceased" : "")},
                ", ");
}

/// The patient a resource is about, as a key equal for all ways to refer to that patient.
std::string patient_key(const Resource& resource, const Collection& collection) {
  if (resource.type == "Patient") return "Patient/" + resource.fields["id"].text();
  for (const char* const member : {"subject", "patient"}) {
    const std::string reference = resource.fields[member]["reference"].text();
    const Resource* target = collection.find(reference);
    if (target != nullptr && target->type == "Patient") return patient_key(*target, collection);
    const std::size_t relative = reference.find("Patient/");
    if (target == nullptr && relative != std::string::npos) return reference.substr(relative);
  }
  return {};
}

void read_resource(const Resource& resource, const Collection& collection, Record& record,
                   std::set<std::string>& patients) {
  if (resource.type == "Patient") {
    record.patient = patient_line(resource.fields);
    patients.insert(patient_key(resource, collection));
    return;
  }
  auto event = read_event(resource, collection);
  if (!event) {
    ++record.skipped;
    return;
  }
  record.events.push_back(std::move(*event));
  const std::string patient = patient_key(resource, collection);
  if (!patient.empty()) patients.insert(patient);
}

Record read_record(const Collection& collection, const std::string& name) {
  Record record;
  record.patient = "sex not recorded";
  record.resources = collection.resources().size();
  std::set<std::string> patients;
  for (const Resource& resource : collection.resources()) {
    read_resource(resource, collection, record, patients);
  }
  if (patients.size() > 1) {
    raise(ErrorKind::invalid_argument,
          "{}: holds {} patients; give one patient's resources at a time", name, patients.size());
  }
  std::stable_sort(record.events.begin(), record.events.end(),
                   [](const RecordEvent& a, const RecordEvent& b) {
                     return a.date.compare(0, 10, b.date, 0, 10) < 0;
                   });
  return record;
}

}  // namespace
}  // namespace fhir

Record open_record(const std::filesystem::path& path) {
  fhir::Collection collection;
  collection.add_path(path);
  return fhir::read_record(collection, path.filename().string());
}

Record parse_record(std::string_view json, const std::string& name) {
  fhir::Collection collection;
  collection.add_text(json, name);
  return fhir::read_record(collection, name);
}

}  // namespace galen
