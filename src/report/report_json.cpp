#include <galen/report.h>

#include "base/json.h"

namespace galen {
namespace {

OrderedJson sections_json(const Report& report) {
  OrderedJson list = OrderedJson::array();
  for (const ReportSection& section : report.sections)
    list.push_back({{"title", section.title}, {"text", section.text}});
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
  OrderedJson json;
  json["kind"] = report.kind;
  json["method"] = report.method;
  json["case"] = report.case_name;
  json["part"] = report.part;
  json["specimen"] = report.specimen;
  json["sections"] = sections_json(report);
  json["findings"] = OrderedJson::array();
  for (const ReportFinding& finding : report.findings)
    json["findings"].push_back({{"text", finding.text}});
  json["complete"] = report.is_complete;
  json["model"] = {{"name", report.model}, {"sha256", report.model_sha256}};
  json["prompt"] = report.prompt;
  json["usage"] = {{"prompt_tokens", report.prompt_tokens},
                   {"answer_tokens", report.answer_tokens},
                   {"images", report.images.size()},
                   {"images_cached", report.images_cached}};
  json["seconds"] = {{"total", report.seconds},
                     {"encode", report.encode_seconds},
                     {"prefill", report.prefill_seconds},
                     {"decode", report.decode_seconds}};
  json["manifest"] = manifest_json(report);
  json["not_for_clinical_use"] = true;
  return text_of(json);
}

}  // namespace galen
