#include "net/pacs/pacs.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <string>

#include <galen/error.h>

#include "../loopback.h"
#include "base/json.h"
#include "net/dicomweb/multipart.h"
#include "net/pacs/instance_file.h"

namespace galen::net {
namespace {

TEST(PacsAddress, TakesDimseAndDicomweb) {
  const PacsAddress dimse = parse_pacs_address("dicom://ORTHANC@pacs.example:4242");
  EXPECT_FALSE(dimse.is_web);
  EXPECT_EQ(dimse.called_ae, "ORTHANC");
  EXPECT_EQ(dimse.host, "pacs.example");
  EXPECT_EQ(dimse.port, 4242);
  const PacsAddress web = parse_pacs_address("https://pacs.example/dicom-web/");
  EXPECT_TRUE(web.is_web);
  EXPECT_EQ(web.url, "https://pacs.example/dicom-web");
}

TEST(PacsAddress, RefusesWhatIsNone) {
  for (const char* url :
       {"ORTHANC@host:1", "dicom://host:4242", "dicom://A@host", "dicom://A@host:0",
        "dicom://@host:1", "dicom://A@:1", "dicom://A@host:1x", "ftp://x",
        "dicom://SEVENTEEN_LETTERS@host:1", "https://me:secret@host/dicom-web"}) {
    EXPECT_THROW((void)parse_pacs_address(url), Error) << url;
  }
  // A password never stands in a message.
  try {
    (void)parse_pacs_address("https://me:secret@host/dicom-web");
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).find("secret"), std::string::npos);
  }
}

TEST(Multipart, GivesTheBodiesOfItsParts) {
  const std::string body =
      "preamble\r\n--b\r\nContent-Type: application/dicom\r\n\r\nfirst\r\nline\r\n--b\r\nX: "
      "y\r\n\r\n"
      "second\r\n--b--\r\n";
  const auto parts =
      multipart_parts("multipart/related; type=\"application/dicom\"; boundary=b", body);
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0], "first\r\nline");
  EXPECT_EQ(parts[1], "second");
  EXPECT_EQ(multipart_parts("multipart/related; boundary=\"b\"; type=x", body).size(), 2U);
}

TEST(Multipart, RefusesOtherTypesAndCutMessages) {
  EXPECT_THROW((void)multipart_parts("application/dicom", "x"), Error);
  EXPECT_THROW((void)multipart_parts("multipart/related; boundary=b", "--b\r\n\r\nfirst"), Error);
}

TEST(Multipart, ReadsWhatItWrites) {
  const std::string instance = "\0\1DICM--b\r\n";
  const MultipartMessage message = dicom_message(instance);
  const auto parts = multipart_parts(message.content_type, message.body);
  ASSERT_EQ(parts.size(), 1U);
  EXPECT_EQ(parts[0], instance);
}

/// A server of DICOMweb that has seven instances of one study, and gives at most three at a time.
class SmallPages : public testing::Test {
 protected:
  void SetUp() override {
    server_->Get("/studies/1.2/instances", [this](const auto& request, auto& response) {
      const std::string offset = takes_offset_ ? request.get_param_value("offset") : "0";
      const std::size_t first = std::stoul(offset);
      Json rows = Json::array();
      for (std::size_t i = first; i < std::min<std::size_t>(first + 3, 7); ++i) {
        Json row;
        row["0020000E"]["Value"] = Json::array({"1.2.1"});
        row["00080018"]["Value"] = Json::array({"1.2.1." + std::to_string(i)});
        rows.push_back(row);
      }
      response.set_content(rows.dump(), "application/dicom+json");
    });
    server_.start();
  }
  std::size_t count() { return open_pacs(server_.address(), {})->instances("1.2").size(); }

  bool takes_offset_ = true;
  Loopback<> server_;  // last: stops before the others go
};

TEST_F(SmallPages, AreAskedForUntilNothingNewComes) {
  EXPECT_EQ(count(), 7U);
}

TEST_F(SmallPages, OfAServerWithoutOffsetsEnd) {
  takes_offset_ = false;
  EXPECT_EQ(count(), 3U);
}

TEST(InstancePath, TakesNothingButUids) {
  EXPECT_EQ(instance_path("x", {"1.2", "3.4"}), std::filesystem::path("x/1.2/3.4.dcm"));
  for (const char* bad : {"", "..", "../1", "1/2", "a.b", ".1", "1..2"}) {
    EXPECT_THROW((void)instance_path("x", {"1.2", bad}), Error) << bad;
    EXPECT_FALSE(is_uid(bad)) << bad;
  }
}

}  // namespace
}  // namespace galen::net
