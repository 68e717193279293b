// What servers may answer, also those that answer wrongly. A real server is tested in
// tests/fhir_server.

#include "net/fhir/fhir_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

#include <galen/error.h>

#include "../loopback.h"

namespace galen::net {
namespace {

using testing::HasSubstr;

Json condition(const std::string& id, const std::string& date) {
  return {{"resourceType", "Condition"},
          {"id", id},
          {"subject", {{"reference", "Patient/anna"}}},
          {"code", {{"coding", {{{"system", "sct"}, {"code", "44054006"}}}}}},
          {"category", {{{"coding", {{{"code", "problem-list-item"}}}}}}},
          {"onsetDateTime", date}};
}

Json bundle(const std::vector<Json>& resources, const std::string& next = "") {
  Json entries = Json::array();
  for (const Json& resource : resources) entries.push_back({{"resource", resource}});
  Json made{{"resourceType", "Bundle"}, {"type", "searchset"}, {"entry", std::move(entries)}};
  if (!next.empty()) made["link"] = {{{"relation", "next"}, {"url", next}}};
  return made;
}

class FhirServerTest : public testing::Test {
 protected:
  void SetUp() override {
    pages_["/fhir/metadata"] =
        R"({"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1",
            "rest": [{"resource": [{"type": "Condition"}, {"type": "Patient"}]}]})";
    pages_["/fhir/Patient/anna"] = R"({"resourceType": "Patient", "id": "anna"})";
    server_->Get(".*", [this](const auto& request, auto& response) {
      requests_.push_back(request);
      const auto page = pages_.find(request.has_param("page") ? request.path + "#2" : request.path);
      response.status = page == pages_.end() ? 404 : statuses_[request.path];
      if (response.status == 0) response.status = 200;
      response.set_content(page == pages_.end() ? "" : page->second, "application/fhir+json");
    });
    server_.start();
  }
  FhirServer open() {
    FhirServerOptions options;
    options.http.retries = 0;
    return {server_.address("/fhir/"), options};
  }
  void conditions(const Json& answer, int status = 200) {
    pages_["/fhir/Condition"] = answer.is_string() ? answer.get<std::string>() : answer.dump();
    statuses_["/fhir/Condition"] = status;
  }
  std::string failure(ErrorKind kind) {
    try {
      FhirServer server = open();
      (void)server.search({"anna", "Condition", {}, "", "", 10});
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), kind) << error.what();
      return error.what();
    }
    return "";
  }

  Loopback<> server_;
  std::map<std::string, std::string> pages_;
  std::map<std::string, int> statuses_;
  std::vector<httplib::Request> requests_;
};

TEST_F(FhirServerTest, follows_pages_and_gives_the_newest_first) {
  conditions(bundle({condition("old", "2001-01-01")}, "?page=2"));
  pages_["/fhir/Condition#2"] = bundle({condition("new", "2020-01-01")}).dump();
  FhirServer server = open();
  const fhir::ResourceList list = server.search({"anna", "Condition", {"44054006"}, "", "", 10});
  ASSERT_EQ(list.total, 2U);
  EXPECT_EQ(list.resources[0].at("id"), "new");
  EXPECT_EQ(requests_[1].get_param_value("patient"), "Patient/anna");
  EXPECT_EQ(requests_[1].get_param_value("code"), "44054006");
}

TEST_F(FhirServerTest, filters_what_the_server_did_not) {
  conditions(bundle({condition("old", "2001-01-01"), condition("new", "2020-01-01")}));
  FhirServer server = open();
  EXPECT_EQ(server.search({"anna", "Condition", {}, "2010", "", 10}).total, 1U);
  EXPECT_EQ(server.search({"anna", "Condition", {"other"}, "", "", 10}).total, 0U);
  EXPECT_EQ(server.search({"anna", "Condition", {"problem-list-item"}, "", "", 10}).total, 2U);
}

TEST_F(FhirServerTest, asks_for_no_date_that_some_resources_of_a_type_do_not_have) {
  Json recorded = condition("recorded", "");
  recorded.erase("onsetDateTime");
  recorded["recordedDate"] = "2020-01-01";
  conditions(bundle({recorded}));
  FhirServer server = open();
  EXPECT_EQ(server.search({"anna", "Condition", {}, "2019", "2021", 10}).total, 1U);
  EXPECT_FALSE(requests_.back().has_param("onset-date"));
}

TEST_F(FhirServerTest, says_what_a_patient_has) {
  conditions(bundle({condition("old", "2001-01-01"), condition("new", "2020-01-01")}));
  FhirServer server = open();
  const auto manifest = server.manifest("anna");
  ASSERT_EQ(manifest.size(), 1U);
  EXPECT_EQ(manifest[0].count, 2U);
  EXPECT_EQ(manifest[0].first, "2001-01-01");
  EXPECT_EQ(manifest[0].codes[0].coding.code, "44054006");
}

TEST_F(FhirServerTest, reads_references_of_this_patient_only) {
  pages_["/fhir/Condition/mine"] = condition("mine", "2001").dump();
  Json other = condition("theirs", "2001");
  other["subject"]["reference"] = "Patient/berta";
  pages_["/fhir/Condition/theirs"] = other.dump();
  pages_["/fhir/Practitioner/p"] = R"({"resourceType": "Practitioner", "id": "p"})";
  FhirServer server = open();
  EXPECT_TRUE(server.read("Condition/mine", "anna"));
  EXPECT_TRUE(server.read("Practitioner/p", "anna"));
  EXPECT_FALSE(server.read("Condition/theirs", "anna"));
  EXPECT_FALSE(server.read("Condition/absent", "anna"));
  EXPECT_FALSE(server.read("http://elsewhere/fhir/Condition/mine", "anna"));
  EXPECT_FALSE(server.read("urn:uuid:1", "anna"));
}

TEST_F(FhirServerTest, refuses_another_version) {
  pages_["/fhir/metadata"] = R"({"resourceType": "CapabilityStatement", "fhirVersion": "3.0.2"})";
  EXPECT_THAT(failure(ErrorKind::unsupported), HasSubstr("speaks FHIR 3.0.2, Galen R4"));
}

TEST_F(FhirServerTest, names_the_code_of_an_outcome_but_not_its_text) {
  const Json outcome{
      {"resourceType", "OperationOutcome"},
      {"issue",
       {{{"severity", "error"}, {"code", "processing"}, {"diagnostics", "Jane Roe is not here"}}}}};
  conditions(outcome, 500);
  std::string message = failure(ErrorKind::unavailable);
  EXPECT_THAT(message, HasSubstr("OperationOutcome processing"));
  EXPECT_EQ(message.find("Jane"), std::string::npos);
  conditions(outcome);
  EXPECT_THAT(failure(ErrorKind::unavailable), HasSubstr("processing"));
}

TEST_F(FhirServerTest, says_that_an_answer_is_no_fhir) {
  conditions("<html>Sign in</html>");
  EXPECT_THAT(failure(ErrorKind::malformed), HasSubstr("no FHIR resource in JSON"));
  conditions(R"({"name": "something"})");
  EXPECT_THAT(failure(ErrorKind::malformed), HasSubstr("no FHIR resource in JSON"));
  conditions(R"({"resourceType": "Patient", "id": "anna"})");
  EXPECT_THAT(failure(ErrorKind::malformed), HasSubstr("a Patient in place of a Bundle"));
}

TEST_F(FhirServerTest, refuses_pages_that_turn_in_circles_or_leave_the_host) {
  conditions(bundle({}, server_.address("/fhir/Condition?page=2")));
  pages_["/fhir/Condition#2"] = pages_["/fhir/Condition"];
  EXPECT_THAT(failure(ErrorKind::malformed), HasSubstr("do not end"));
  conditions(bundle({}, "http://127.0.0.1:1/fhir/Condition?page=2"));
  EXPECT_THAT(failure(ErrorKind::permission), HasSubstr("another host"));
}

TEST_F(FhirServerTest, says_that_a_patient_is_not_there) {
  FhirServer server = open();
  EXPECT_EQ(server.patient("anna").at("id"), "anna");
  try {
    (void)server.patient("nobody");
    FAIL() << "was found";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
  }
}

}  // namespace
}  // namespace galen::net
