#include "report/dicom/content.h"

#include "report/dicom/object.h"

namespace galen::report {
namespace {

void put_template(DcmItem& item, std::string_view tid) {
  if (tid.empty()) return;
  DcmItem& made = append_item(item, DCM_ContentTemplateSequence);
  put(made, DCM_MappingResource, "DCMR");
  put(made, DCM_TemplateIdentifier, std::string(tid));
}

}  // namespace

ContentItem::ContentItem(DcmItem& dataset, const Code& name, std::string_view tid)
    : item_(&dataset) {
  put(dataset, DCM_ValueType, "CONTAINER");
  put_code(dataset, DCM_ConceptNameCodeSequence, name);
  put(dataset, DCM_ContinuityOfContent, "SEPARATE");
  put_template(dataset, tid);
}

ContentItem ContentItem::add(std::string_view relation, std::string_view type,
                             const Code* name) const {
  DcmItem& made = append_item(*item_, DCM_ContentSequence);
  put(made, DCM_RelationshipType, std::string(relation));
  put(made, DCM_ValueType, std::string(type));
  if (name != nullptr) put_code(made, DCM_ConceptNameCodeSequence, *name);
  return ContentItem(made);
}

ContentItem ContentItem::container(std::string_view relation, const Code& name,
                                   std::string_view tid) const {
  const ContentItem made = add(relation, "CONTAINER", &name);
  put(*made.item_, DCM_ContinuityOfContent, "SEPARATE");
  put_template(*made.item_, tid);
  return made;
}

ContentItem ContentItem::code(std::string_view relation, const Code& name,
                              const Code& value) const {
  const ContentItem made = add(relation, "CODE", &name);
  put_code(*made.item_, DCM_ConceptCodeSequence, value);
  return made;
}

ContentItem ContentItem::text(std::string_view relation, const Code& name,
                              const std::string& value) const {
  const ContentItem made = add(relation, "TEXT", &name);
  put(*made.item_, DCM_TextValue, value);
  return made;
}

ContentItem ContentItem::uid(std::string_view relation, const Code& name,
                             const std::string& value) const {
  const ContentItem made = add(relation, "UIDREF", &name);
  put(*made.item_, DCM_UID, value);
  return made;
}

ContentItem ContentItem::number(std::string_view relation, const Code& name, double value,
                                const Code& unit) const {
  const ContentItem made = add(relation, "NUM", &name);
  DcmItem& measured = append_item(*made.item_, DCM_MeasuredValueSequence);
  put(measured, DCM_NumericValue, decimal(value));
  put_code(measured, DCM_MeasurementUnitsCodeSequence, unit);
  return made;
}

ContentItem ContentItem::image(std::string_view relation, const DicomReference& reference) const {
  const ContentItem made = add(relation, "IMAGE", nullptr);
  put_reference(append_item(*made.item_, DCM_ReferencedSOPSequence), reference);
  return made;
}

ContentItem ContentItem::region(std::string_view relation, const Code& name,
                                const std::vector<float>& points,
                                const DicomReference& reference) const {
  const ContentItem made = add(relation, "SCOORD", &name);
  put(*made.item_, DCM_GraphicType, "POLYLINE");
  put_floats(*made.item_, DCM_GraphicData, points);
  (void)made.image("SELECTED FROM", reference);
  return made;
}

ContentItem ContentItem::region3d(std::string_view relation, const Code& name,
                                  const std::vector<float>& points,
                                  const std::string& frame_of_reference) const {
  const ContentItem made = add(relation, "SCOORD3D", &name);
  put(*made.item_, DCM_GraphicType, "POLYGON");
  put_floats(*made.item_, DCM_GraphicData, points);
  put(*made.item_, DCM_ReferencedFrameOfReferenceUID, frame_of_reference);
  return made;
}

}  // namespace galen::report
