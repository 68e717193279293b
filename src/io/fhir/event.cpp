#include "io/fhir/event.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/raise.h"
#include "io/fhir/datatype.h"

namespace galen::fhir {
namespace {

/// "LABEL text", or nothing when there is no text.
std::string labelled(const std::string& label, const std::string& text) {
  return text.empty() ? "" : label + " " + text;
}

std::string details(const std::vector<std::string>& parts) {
  return joined(parts, ", ");
}

std::string first_of(std::string a, std::string b) {
  return a.empty() ? std::move(b) : std::move(a);
}

std::string medication_text(const Field& f, const Collection& all) {
  const std::string name = concept_text(f["medicationCodeableConcept"]);
  return first_of(name, reference_text(f["medicationReference"], f, all));
}

std::string reasons(const Field& f, const Collection& all) {
  return joined({concepts_text(f["reasonCode"]), references_text(f["reasonReference"], f, all)},
                ", ");
}

std::string dosages(const Field& array) {
  std::vector<std::string> parts;
  for (const Field& item : array.items()) parts.push_back(dosage_text(item));
  return joined(parts, "; ");
}

RecordEvent condition(const Field& f, const Collection&) {
  const std::string certainty = concept_code(f["verificationStatus"]);
  const std::string detail =
      details({first_of(concept_code(f["clinicalStatus"]), concept_text(f["clinicalStatus"])),
               certainty == "confirmed" ? "" : certainty, concept_text(f["severity"]),
               labelled("at", concepts_text(f["bodySite"])),
               labelled("until", choice_date(f, "abatement").substr(0, 10))});
  return {first_of(choice_date(f, "onset"), f["recordedDate"].date()), "", concept_text(f["code"]),
          detail, ""};
}

/// The reading of an Observation or of one of its components.
std::string reading(const Field& f) {
  std::string value = choice_text(f, "value");
  if (value.empty()) value = labelled("not available:", concept_text(f["dataAbsentReason"]));
  const Field range = f["referenceRange"].first();
  const std::string normal = first_of(range["text"].text(), range_text(range));
  const std::string remark =
      details({concepts_text(f["interpretation"]), labelled("normal", normal)});
  return remark.empty() ? value : value + " (" + remark + ")";
}

RecordEvent observation(const Field& f, const Collection&) {
  std::vector<std::string> parts{reading(f)};
  for (const Field& component : f["component"].items()) {
    parts.push_back(concept_text(component["code"]) + " " + reading(component));
  }
  const std::string status = f["status"].text();
  parts.push_back(status == "final" || status == "amended" || status == "corrected" ? "" : status);
  return {first_of(choice_date(f, "effective"), f["issued"].date()), "", concept_text(f["code"]),
          details(parts), ""};
}

RecordEvent medication_request(const Field& f, const Collection& all) {
  const bool is_stopped_order = f["doNotPerform"].boolean().value_or(false);
  return {f["authoredOn"].date(), "", medication_text(f, all),
          details({is_stopped_order ? "not to be given" : "", f["status"].text(),
                   labelled("prescribed by", reference_text(f["requester"], f, all)),
                   labelled("for", reasons(f, all)), dosages(f["dosageInstruction"])}),
          ""};
}

RecordEvent medication_statement(const Field& f, const Collection& all) {
  return {
      first_of(choice_date(f, "effective"), f["dateAsserted"].date()), "", medication_text(f, all),
      details({f["status"].text(), labelled("for", reasons(f, all)), dosages(f["dosage"])}), ""};
}

RecordEvent medication_administration(const Field& f, const Collection& all) {
  const Field dosage = f["dosage"];
  return {
      choice_date(f, "effective"), "", medication_text(f, all),
      details({f["status"].text(), first_of(dosage["text"].text(), quantity_text(dosage["dose"])),
               labelled("for", reasons(f, all))}),
      ""};
}

RecordEvent medication_dispense(const Field& f, const Collection& all) {
  return {
      first_of(f["whenHandedOver"].date(), f["whenPrepared"].date()), "", medication_text(f, all),
      details({f["status"].text(), quantity_text(f["quantity"]), dosages(f["dosageInstruction"])}),
      ""};
}

RecordEvent procedure(const Field& f, const Collection& all) {
  return {
      choice_date(f, "performed"), "", concept_text(f["code"]),
      details({f["status"].text(), labelled("at", concepts_text(f["bodySite"])),
               labelled("for", reasons(f, all)), labelled("outcome", concept_text(f["outcome"]))}),
      ""};
}

RecordEvent immunization(const Field& f, const Collection&) {
  const std::string status = f["status"].text();
  return {first_of(choice_date(f, "occurrence"), f["recorded"].date()), "",
          concept_text(f["vaccineCode"]),
          details({status == "completed" ? "" : status, concept_text(f["statusReason"])}), ""};
}

RecordEvent allergy(const Field& f, const Collection&) {
  std::vector<std::string> reactions;
  for (const Field& reaction : f["reaction"].items()) {
    const std::string severity = reaction["severity"].text();
    const std::string signs = concepts_text(reaction["manifestation"]);
    reactions.push_back(severity.empty() ? signs : fmt::format("{} ({})", signs, severity));
  }
  const std::string certainty = concept_code(f["verificationStatus"]);
  return {first_of(choice_date(f, "onset"), f["recordedDate"].date()), "", concept_text(f["code"]),
          details({concept_code(f["clinicalStatus"]), certainty == "confirmed" ? "" : certainty,
                   f["type"].text(), labelled("criticality", f["criticality"].text()),
                   labelled("reaction", joined(reactions, ", "))}),
          ""};
}

RecordEvent diagnostic_report(const Field& f, const Collection&) {
  std::vector<std::string> forms;
  for (const Field& form : f["presentedForm"].items()) forms.push_back(attachment_text(form));
  const std::string status = f["status"].text();
  return {first_of(choice_date(f, "effective"), f["issued"].date()), "", concept_text(f["code"]),
          details({status == "final" ? "" : status, f["conclusion"].text(),
                   concepts_text(f["conclusionCode"])}),
          joined(forms, "\n")};
}

RecordEvent document(const Field& f, const Collection&) {
  std::vector<std::string> texts;
  for (const Field& content : f["content"].items())
    texts.push_back(attachment_text(content["attachment"]));
  const std::string name = first_of(concept_text(f["type"]), f["description"].text());
  return {first_of(f["date"].date(), f["context"]["period"]["start"].date()), "", name, "",
          joined(texts, "\n")};
}

RecordEvent care_plan(const Field& f, const Collection& all) {
  std::vector<std::string> activities;
  for (const Field& activity : f["activity"].items()) {
    activities.push_back(first_of(concept_text(activity["detail"]["code"]),
                                  activity["detail"]["description"].text()));
  }
  // The last category is the clinical one; US Core puts "assess-plan" before it.
  const auto categories = f["category"].items();
  const std::string category = categories.empty() ? "" : concept_text(categories.back());
  return {first_of(f["period"]["start"].date(), f["created"].date()), "",
          first_of(f["title"].text(), category),
          details({f["status"].text(), labelled("for", references_text(f["addresses"], f, all)),
                   joined(activities, ", ")}),
          ""};
}

RecordEvent care_team(const Field& f, const Collection& all) {
  std::vector<std::string> members;
  for (const Field& participant : f["participant"].items()) {
    members.push_back(reference_text(participant["member"], f, all));
  }
  return {f["period"]["start"].date(), "", first_of(f["name"].text(), "Care team"),
          details({f["status"].text(), labelled("for", reasons(f, all)), joined(members, ", ")}),
          ""};
}

RecordEvent imaging_study(const Field& f, const Collection& all) {
  std::vector<std::string> series;
  for (const Field& one : f["series"].items()) {
    const Field modality = one["modality"];
    const Field site = one["bodySite"];
    const std::string text =
        joined({first_of(modality["display"].text(), modality["code"].text()),
                labelled("of", first_of(site["display"].text(), site["code"].text()))},
               " ");
    if (std::find(series.begin(), series.end(), text) == series.end()) series.push_back(text);
  }
  const std::string name = first_of(concepts_text(f["procedureCode"]), f["description"].text());
  return {f["started"].date(), "", first_of(name, "Imaging study"),
          details({joined(series, ", "), labelled("for", reasons(f, all))}), ""};
}

RecordEvent family_history(const Field& f, const Collection&) {
  std::vector<std::string> conditions;
  for (const Field& one : f["condition"].items()) {
    conditions.push_back(
        joined({concept_text(one["code"]), labelled("at", quantity_text(one["onsetAge"]))}, " "));
  }
  const std::string deceased = choice_text(f, "deceased");
  return {f["date"].date(), "", first_of(concept_text(f["relationship"]), "relative"),
          details({joined(conditions, ", "), labelled("deceased:", deceased)}), ""};
}

RecordEvent goal(const Field& f, const Collection&) {
  std::vector<std::string> targets;
  for (const Field& target : f["target"].items()) {
    targets.push_back(joined({concept_text(target["measure"]), choice_text(target, "detail"),
                              labelled("by", target["dueDate"].date())},
                             " "));
  }
  return {first_of(f["startDate"].date(), f["statusDate"].date()), "",
          concept_text(f["description"]),
          details({f["lifecycleStatus"].text(), concept_text(f["achievementStatus"]),
                   labelled("target", joined(targets, "; "))}),
          ""};
}

RecordEvent encounter(const Field& f, const Collection& all) {
  std::vector<std::string> people;
  for (const Field& participant : f["participant"].items()) {
    people.push_back(reference_text(participant["individual"], f, all));
  }
  const Field kind = f["class"];
  const std::string status = f["status"].text();
  return {f["period"]["start"].date(), "",
          first_of(concepts_text(f["type"]), first_of(kind["display"].text(), kind["code"].text())),
          details({status == "finished" ? "" : status, labelled("for", reasons(f, all)),
                   labelled("with", joined(people, ", ")),
                   labelled("at", reference_text(f["serviceProvider"], f, all))}),
          ""};
}

RecordEvent device(const Field& f, const Collection&) {
  const std::string name =
      first_of(concept_text(f["type"]), f["deviceName"].first()["name"].text());
  return {f["manufactureDate"].date(), "", name, f["status"].text(), ""};
}

RecordEvent service_request(const Field& f, const Collection& all) {
  return {
      first_of(f["authoredOn"].date(), choice_date(f, "occurrence")), "", concept_text(f["code"]),
      details({f["status"].text(), labelled("requested by", reference_text(f["requester"], f, all)),
               labelled("for", reasons(f, all))}),
      ""};
}

struct Reader {
  std::string_view type;
  RecordEvent (*read)(const Field&, const Collection&);
};

/// Every resource type of the timeline.
constexpr std::array kReaders{
    Reader{"AllergyIntolerance", allergy},
    Reader{"CarePlan", care_plan},
    Reader{"CareTeam", care_team},
    Reader{"Condition", condition},
    Reader{"Device", device},
    Reader{"DiagnosticReport", diagnostic_report},
    Reader{"DocumentReference", document},
    Reader{"Encounter", encounter},
    Reader{"FamilyMemberHistory", family_history},
    Reader{"Goal", goal},
    Reader{"ImagingStudy", imaging_study},
    Reader{"Immunization", immunization},
    Reader{"MedicationAdministration", medication_administration},
    Reader{"MedicationDispense", medication_dispense},
    Reader{"MedicationRequest", medication_request},
    Reader{"MedicationStatement", medication_statement},
    Reader{"Observation", observation},
    Reader{"Procedure", procedure},
    Reader{"ServiceRequest", service_request},
};

/// One line: a line break in a name or detail would look like structure to the reader of the text.
void flatten(std::string& text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
}

bool is_entered_in_error(const Field& f) {
  const Field verification = f["verificationStatus"];
  return f["status"].text() == "entered-in-error" ||
         (verification.is_present() && concept_code(verification) == "entered-in-error");
}

}  // namespace

std::optional<RecordEvent> read_event(const Resource& resource, const Collection& collection) {
  const auto* const reader = std::find_if(kReaders.begin(), kReaders.end(),
                                          [&](const Reader& r) { return r.type == resource.type; });
  if (reader == kReaders.end() || is_entered_in_error(resource.fields)) return std::nullopt;
  RecordEvent event = reader->read(resource.fields, collection);
  event.category = resource.type;
  flatten(event.name);
  flatten(event.detail);
  if (event.name.empty()) return std::nullopt;
  return event;
}

}  // namespace galen::fhir
