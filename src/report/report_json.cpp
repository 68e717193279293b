#include <optional>
#include <utility>

#include <galen/report.h>

#include "base/json.h"
#include "report/outline.h"

namespace galen {
namespace {

OrderedJson sections_json(const Report& report) {
  OrderedJson list = OrderedJson::array();
  for (const ReportSection& section : report.sections)
    list.push_back({{"title", section.title}, {"text", section.text}});
  return list;
}

OrderedJson code_json(const std::optional<Code>& code) {
  if (!code) return nullptr;
  return {{"scheme", code->scheme}, {"value", code->value}, {"meaning", code->meaning}};
}

/// Corners in the patient's frame, in the order upper left, upper right, lower right, lower left.
OrderedJson corners_json(const ImagePlane& plane, const ReportBox& box) {
  OrderedJson corners = OrderedJson::array();
  for (const auto& [x, y] : {std::pair{box.x0, box.y0}, std::pair{box.x1, box.y0},
                             std::pair{box.x1, box.y1}, std::pair{box.x0, box.y1}}) {
    corners.push_back(plane.at(x, y));
  }
  return corners;
}

OrderedJson boxes_json(const Report& report, const ReportFinding& finding) {
  OrderedJson list = OrderedJson::array();
  for (const ReportBox& box : finding.boxes) {
    list.push_back(
        {{"label", box.label}, {"image", box.image}, {"pixels", {box.x0, box.y0, box.x1, box.y1}}});
    if (box.image < report.images.size() && report.images[box.image].plane)
      list.back()["patient_mm"] = corners_json(*report.images[box.image].plane, box);
  }
  return list;
}

OrderedJson finding_json(const Report& report, const ReportFinding& finding) {
  return {{"text", finding.text},
          {"code", code_json(finding.code)},
          {"site", code_json(finding.site)},
          {"laterality", report::laterality_name(finding.laterality)},
          {"certainty", report::certainty_name(finding.certainty)},
          {"boxes", boxes_json(report, finding)}};
}

OrderedJson lab_results_json(const Report& report) {
  OrderedJson list = OrderedJson::array();
  for (const LabResult& each : report.lab_results) {
    list.push_back({{"name", each.name},
                    {"result", each.result},
                    {"unit", each.unit},
                    {"range", each.range},
                    {"panel", each.panel},
                    {"method", each.method},
                    {"specimen", each.specimen},
                    {"sample_collection_time", each.sample_collection_time}});
  }
  return list;
}

OrderedJson sources_json(const Report& report) {
  OrderedJson list = OrderedJson::array();
  for (const ReportSource& source : report.sources) {
    OrderedJson json{{"name", source.name},         {"sha256", source.id},
                     {"modality", source.modality}, {"first_image", source.first_image},
                     {"images", source.images},     {"prior", source.is_prior}};
    if (source.cells > 0) json["slices"] = source.cells;
    if (!source.series_uid.empty()) {
      json["study_uid"] = source.study_uid;
      json["series_uid"] = source.series_uid;
    }
    list.push_back(std::move(json));
  }
  return list;
}

OrderedJson images_json(const Report& report) {
  OrderedJson list = OrderedJson::array();
  for (const ReportImage& image : report.images) {
    OrderedJson json{{"source", image.source}, {"width", image.width}, {"height", image.height}};
    if (image.slice > 0) json["slice"] = image.slice;
    if (image.dicom) {
      json["sop_class_uid"] = image.dicom->sop_class_uid;
      json["sop_instance_uid"] = image.dicom->sop_instance_uid;
      if (image.dicom->frame > 0) json["frame"] = image.dicom->frame;
    }
    list.push_back(std::move(json));
  }
  return list;
}

OrderedJson slides_json(const Report& report) {
  OrderedJson list = OrderedJson::array();
  for (const ReportSource& source : report.sources) {
    list.push_back({{"name", source.name},
                    {"sha256_of_samples", source.id},
                    {"mpp", {source.mpp.x, source.mpp.y}},
                    {"patches_with_tissue", source.cells},
                    {"first_patch", source.first_image},
                    {"patches", source.images}});
  }
  return list;
}

OrderedJson limits_json(const Report& report) {
  OrderedJson list = OrderedJson::array();
  for (const ReportLimit& limit : report.limits) {
    list.push_back({{"limit", limit.name},
                    {"unit", limit.unit},
                    {"wanted", limit.wanted},
                    {"kept", limit.kept},
                    {"detail", limit.detail}});
  }
  return list;
}

OrderedJson manifest_json(const Report& report) {
  OrderedJson json;
  json["tool_version"] = report.tool_version;
  json["seed"] = report.seed;
  json["select"] = report.select;
  json["patch_size"] = report.patch_size;
  json["patch_mpp"] = report.patch_mpp;
  json["tokens_per_patch"] = report.tokens_per_patch;
  json["slides"] = slides_json(report);
  json["limits"] = limits_json(report);
  json["left_out"] = {{"slides", report.dropped_slides}, {"patches", report.dropped_patches}};
  json["patches"] = OrderedJson::array();
  for (const ReportImage& image : report.images) {
    json["patches"].push_back(
        {{"slide", image.source}, {"x", image.x}, {"y", image.y}, {"tissue", image.tissue}});
  }
  return json;
}

std::string text_of(const OrderedJson& json) {
  return json.dump(1, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

}  // namespace

std::string report_manifest(const Report& report) {
  return text_of(manifest_json(report));
}

std::string report_json(const Report& report) {
  const bool is_pathology = report.kind == "pathology";
  OrderedJson json;
  json["kind"] = report.kind;
  if (is_pathology) {
    json["method"] = report.method;
    json["case"] = report.case_name;
    json["part"] = report.part;
    json["specimen"] = report.specimen;
  } else {
    json["indication"] = report.indication;
  }
  json["sections"] = sections_json(report);
  json["findings"] = OrderedJson::array();
  for (const ReportFinding& finding : report.findings)
    json["findings"].push_back(finding_json(report, finding));
  if (report.kind == "lab") json["lab_results"] = lab_results_json(report);
  json["complete"] = report.is_complete;
  json["notes"] = report.notes;
  json["model"] = {{"name", report.model}, {"sha256", report.model_sha256}};
  json["tool_version"] = report.tool_version;
  json["created"] = report.created;
  json["prompt"] = report.prompt;
  json["seed"] = report.seed;
  json["usage"] = {{"prompt_tokens", report.prompt_tokens},
                   {"answer_tokens", report.answer_tokens},
                   {"images", report.images.size()},
                   {"images_cached", report.images_cached}};
  json["seconds"] = {{"total", report.seconds},
                     {"encode", report.encode_seconds},
                     {"prefill", report.prefill_seconds},
                     {"decode", report.decode_seconds}};
  if (is_pathology) {
    json["manifest"] = manifest_json(report);
  } else {
    json["sources"] = sources_json(report);
    json["images"] = images_json(report);
    json["limits"] = limits_json(report);
  }
  json["not_for_clinical_use"] = true;
  return text_of(json);
}

}  // namespace galen
