#include "tasks/deid/dataset.h"

#include "study.h"
#include "tasks/deid/values.h"

namespace galen::deid {
namespace {

using dicom::EditItem;

const Pseudonyms kPseudonyms = Pseudonyms::from_key("00112233445566778899aabbccddeeff");

EditItem done(EditItem root, const DeidProfile& profile = {}) {
  (void)deidentify_dataset(root, profile, kPseudonyms, "test");
  return root;
}

TEST(DeidDataset, GivesThePatientOnePseudonymAndRemapsUidsAlike) {
  EditItem other = patient_study();
  other.set(0x00080018, "UI", "1.2.3.4.5.101");
  const EditItem a = done(patient_study());
  const EditItem b = done(other);
  EXPECT_TRUE(a.text(0x00100010).starts_with("PAT"));
  EXPECT_EQ(a.text(0x00100010), a.text(0x00100020));
  EXPECT_EQ(a.text(0x00100020), b.text(0x00100020));
  EXPECT_EQ(a.text(0x0020000D), b.text(0x0020000D));
  EXPECT_NE(a.text(0x00080018), b.text(0x00080018));
  EXPECT_EQ(a.text(0x00080016), "1.2.840.10008.5.1.4.1.1.2");
}

TEST(DeidDataset, ShiftsAllDatesOfAPatientByTheSameDays) {
  EditItem root = patient_study();
  root.set(0x00080021, "DA", "20040122");
  root.set(0x0008002A, "DT", "20040119101112.5+0100");
  root.set(0x00080030, "TM", "101112");
  DeidProfile profile;
  profile.dates = DeidDates::shift;
  const int days = kPseudonyms.days_back("MRN-4711-0815");
  const EditItem copy = done(root, profile);
  EXPECT_EQ(copy.text(0x00080020), earlier_date("20040119", days));
  EXPECT_EQ(copy.text(0x00080021), earlier_date("20040122", days));
  EXPECT_EQ(copy.text(0x0008002A), *earlier_date("20040119", days) + "101112.5+0100");
  EXPECT_EQ(copy.text(0x00080030), "101112");
  EXPECT_EQ(copy.text(0x00100030), "");
}

TEST(DeidDataset, RemovesPrivateElementsButKeepsSafeOnesWhenAsked) {
  EditItem root = patient_study();
  root.set(0x00090010, "LO", "SOME VENDOR");
  root.set(0x00091001, "LO", "Mustermann");
  root.set(0x70530010, "LO", "Philips PET Private Group");
  root.set(0x70531000, "DS", "1.5");
  root.set(0x70531077, "LO", "anything");
  EditItem item;
  item.set(0x00090010, "LO", "SOME VENDOR");
  item.set(0x00091001, "LO", "Mustermann");
  item.set(0x00081150, "UI", "1.2.840.10008.5.1.4.1.1.2");
  root.set_items(0x0008114A, {item});
  const EditItem basic = done(root);
  for (const auto& element : basic.elements) EXPECT_EQ(element.group % 2, 0);
  ASSERT_NE(basic.find(0x0008114A), nullptr);
  EXPECT_EQ(basic.find(0x0008114A)->items[0].elements.size(), 1U);
  DeidProfile profile;
  profile.retain_safe_private = true;
  const EditItem safe = done(root, profile);
  EXPECT_EQ(safe.text(0x70531000), "1.5");
  EXPECT_EQ(safe.text(0x70530010), "Philips PET Private Group");
  EXPECT_EQ(safe.find(0x70531077), nullptr);
  EXPECT_EQ(safe.find(0x00090010), nullptr);
}

TEST(DeidDataset, RemovesCurvesAndOverlays) {
  EditItem root = patient_study();
  root.set(0x50003000, "OW", "Mustermann");
  root.set(0x60000010, "US", "ab");
  root.set(0x60024000, "LT", "Mustermann");
  root.set(0x60023000, "OW", "ab");
  const EditItem copy = done(root);
  for (const auto& element : copy.elements) EXPECT_LT(element.group, 0x5000);
}

TEST(DeidDataset, TakesTheNameOutOfTextThatIsKept) {
  EditItem root = patient_study();
  root.set(0x00181020, "LO", "v2 for Erika MUSTERMANN, MRN-4711-0815");
  EXPECT_EQ(done(root).text(0x00181020), "v2 for  ,");
}

TEST(DeidDataset, CleansDescriptionsToKnownWords) {
  EditItem root = patient_study();
  root.set(0x00081030, "LO",
           "CT CHEST 5mm axial, 0.75 mm recon, Frau Mustermann 19.1.2004 Zimmer 12");
  DeidProfile profile;
  profile.clean_descriptors = true;
  EXPECT_EQ(done(root, profile).text(0x00081030), "CT CHEST 5mm axial 0.75 mm recon");
}

TEST(DeidDataset, CapsAgesOver89) {
  EditItem root = patient_study();
  root.set(0x00101010, "AS", "097Y");
  DeidProfile profile;
  profile.retain_patient = true;
  EXPECT_EQ(done(root, profile).text(0x00101010), "090Y");
  root.set(0x00101010, "AS", "089Y");
  EXPECT_EQ(done(root, profile).text(0x00101010), "089Y");
}

TEST(DeidDataset, ReplacesNamesDatesAndUidsOutsideTheTable) {
  EditItem root = patient_study();
  root.set(0x00880912, "LO", "x");
  EditItem item;
  item.set(0x300A0799, "PN", "Doktor^Eisenbart");
  item.set(0x300A0798, "DA", "20040119");
  item.set(0x300A0797, "UI", "1.2.3.4.5.1");
  root.set_items(0x300A0700, {item});
  const EditItem copy = done(root);
  const EditItem& inner = copy.find(0x300A0700)->items[0];
  EXPECT_EQ(inner.text(0x300A0799), "REMOVED");
  EXPECT_EQ(inner.text(0x300A0798), "19000101");
  EXPECT_EQ(inner.text(0x300A0797), copy.text(0x0020000D));
}

TEST(DeidDataset, RefusesEncapsulatedDocumentsAndDataWithoutUids) {
  EXPECT_THROW(done(patient_study("1.2.840.10008.5.1.4.1.1.104.1")), Error);
  EditItem root = patient_study();
  root.set(0x00080018, "UI", "");
  EXPECT_THROW(done(root), Error);
}

EditItem content(const std::string& type, const std::string& code, const std::string& scheme) {
  EditItem name;
  name.set(0x00080100, "SH", code);
  name.set(0x00080102, "SH", scheme);
  name.set(0x00080104, "LO", "meaning");
  EditItem item;
  item.set(0x0040A010, "CS", "CONTAINS");
  item.set(0x0040A040, "CS", type);
  item.set_items(0x0040A043, {name});
  return item;
}

EditItem report() {
  EditItem text = content("TEXT", "121071", "DCM");
  text.set(0x0040A160, "UT", "Frau Mustermann has a nodule");
  EditItem accession = content("TEXT", "121022", "DCM");
  accession.set(0x0040A160, "UT", "A-998877");
  EditItem observer = content("PNAME", "121008", "DCM");
  observer.set(0x0040A123, "PN", "Doktor^Eisenbart");
  EditItem number = content("NUM", "246120007", "SCT");
  number.set(0x0040A30A, "DS", "7.5");
  EditItem container = content("CONTAINER", "121070", "DCM");
  container.set_items(0x0040A730, {text, number});
  EditItem root = patient_study("1.2.840.10008.5.1.4.1.1.88.33");
  root.set_items(0x0040A730, {accession, observer, container});
  return root;
}

TEST(DeidContent, IsOneDummyItemUnderTheBasicProfile) {
  const EditItem copy = done(report());
  const auto& items = copy.find(0x0040A730)->items;
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].text(0x0040A160), "REMOVED");
}

TEST(DeidContent, KeepsCodesAndNumbersWhenCleaned) {
  DeidProfile profile;
  profile.clean_structured = true;
  const EditItem copy = done(report(), profile);
  const auto& items = copy.find(0x0040A730)->items;
  ASSERT_EQ(items.size(), 2U);  // the accession number goes by table E.3.4-1
  EXPECT_EQ(items[0].text(0x0040A123), "REMOVED");
  const auto& inner = items[1].find(0x0040A730)->items;
  ASSERT_EQ(inner.size(), 2U);
  EXPECT_EQ(inner[0].text(0x0040A160), "REMOVED");
  EXPECT_EQ(inner[1].text(0x0040A30A), "7.5");
  profile.clean_descriptors = true;
  const EditItem cleaned = done(report(), profile);
  EXPECT_EQ(cleaned.find(0x0040A730)->items[1].find(0x0040A730)->items[0].text(0x0040A160),
            "nodule");
}

}  // namespace
}  // namespace galen::deid
