#include "net/dicomweb/web_pacs.h"

#include <algorithm>
#include <fmt/core.h>
#include <set>

#include "base/file.h"
#include "base/json.h"
#include "base/raise.h"
#include "net/dicomweb/multipart.h"
#include "net/http/client.h"
#include "net/http/url.h"
#include "net/pacs/instance_file.h"

namespace galen::net {
namespace {

constexpr std::size_t kMaxInstance = std::size_t{4} << 30;
constexpr std::size_t kMaxAnswer = std::size_t{256} << 20;
constexpr std::size_t kPage = 5000;
constexpr std::size_t kMaxInstances = 1'000'000;  // of a study

HttpOptions http_options(const PacsOptions& options) {
  HttpOptions http;
  http.bearer = options.bearer;
  http.user = options.user;
  http.password = options.password;
  http.stall_timeout = std::chrono::seconds(options.timeout_s);
  http.cancel = options.cancel;
  return http;
}

/// The values of an attribute of DICOM JSON (PS3.18 annex F), joined by backslashes.
std::string value_of(const Json& row, const char* tag) {
  std::string text;
  const auto attribute = row.find(tag);
  if (attribute == row.end() || !attribute->is_object() || !attribute->contains("Value"))
    return text;
  for (const Json& value : (*attribute)["Value"]) {
    if (!text.empty()) text += '\\';
    if (value.is_string()) text += value.get<std::string>();
    if (value.is_number_integer()) text += std::to_string(value.get<std::int64_t>());
    if (value.is_object()) text += value.value("Alphabetic", "");
  }
  return text;
}

class WebPacs : public Pacs {
 public:
  WebPacs(PacsAddress address, const PacsOptions& options)
      : address_(std::move(address)), http_(http_options(options)) {}

  std::vector<StudyRow> find(const StudyQuery& query) override {
    Query parameters = {
        {"includefield", "00081030"}, {"includefield", "00080061"}, {"includefield", "00201208"}};
    const auto add = [&](const char* key, const std::string& value) {
      if (!value.empty()) parameters.emplace_back(key, value);
    };
    add("StudyInstanceUID", query.study_uid);
    add("PatientID", query.patient_id);
    add("PatientName", query.patient_name);
    add("AccessionNumber", query.accession);
    add("StudyDate", query.date);
    add("ModalitiesInStudy", query.modality);
    std::vector<StudyRow> rows;
    for (const Json& row : ask_all("/studies", parameters, "0020000D", query.limit)) {
      rows.push_back(
          {value_of(row, "0020000D"), value_of(row, "00100020"), value_of(row, "00100010"),
           value_of(row, "00080020"), value_of(row, "00080030"), value_of(row, "00080050"),
           value_of(row, "00081030"), value_of(row, "00080061"), value_of(row, "00201208")});
    }
    return rows;
  }

  std::vector<InstanceRow> instances(const std::string& study_uid) override {
    std::vector<InstanceRow> rows;
    const std::string path = "/studies/" + percent_encoded(study_uid) + "/instances";
    for (const Json& row : ask_all(path, {}, "00080018", kMaxInstances)) {
      rows.push_back({value_of(row, "0020000E"), value_of(row, "00080018")});
    }
    return rows;
  }

  void get(const std::string& study_uid, const std::vector<InstanceRow>& wanted,
           const std::filesystem::path& folder,
           const std::function<void(const std::string& uid)>& on_instance) override {
    for (const InstanceRow& row : wanted) {
      HttpRequest request;
      request.url = fmt::format("{}/studies/{}/series/{}/instances/{}", address_.url,
                                percent_encoded(study_uid), percent_encoded(row.series_uid),
                                percent_encoded(row.instance_uid));
      request.headers = {
          {"Accept", "multipart/related; type=\"application/dicom\"; transfer-syntax=*"}};
      request.max_bytes = kMaxInstance;
      const HttpResponse response = http_.send(request);
      check_status(response);
      for (const std::string_view part :
           multipart_parts(response.header("content-type"), response.body)) {
        keep_instance({reinterpret_cast<const std::uint8_t*>(part.data()), part.size()}, folder,
                      study_uid);
      }
      on_instance(row.instance_uid);
    }
  }

  void store(const std::vector<std::filesystem::path>& files,
             const std::function<void(const StoreResult&)>& on_result) override {
    for (const auto& file : files) {
      StoreResult result;
      result.file = file;
      const InstanceIdentity identity = identify(file);
      result.instance_uid = identity.instance_uid;
      MultipartMessage message = dicom_message(read_file(file, kMaxInstance));
      HttpRequest request;
      request.method = "POST";
      request.url = address_.url + "/studies";
      request.headers = {{"Content-Type", message.content_type},
                         {"Accept", "application/dicom+json"}};
      request.body = std::move(message.body);
      read_store_answer(http_.send(request), result);
      on_result(result);
    }
  }

 private:
  /// The rows of a search, page by page, each once by the UID in `key`; at most `limit`. Servers
  /// may give fewer than they are asked for (PS3.18 section 8.3.4.4) or take no offset: the end is
  /// a page with nothing new.
  std::vector<Json> ask_all(const std::string& path, const Query& parameters, const char* key,
                            std::size_t limit) {
    std::vector<Json> rows;
    std::set<std::string> known;
    while (rows.size() < limit) {
      const std::size_t before = rows.size();
      Query page = parameters;
      page.emplace_back("limit", std::to_string(std::min(limit - before, kPage)));
      page.emplace_back("offset", std::to_string(before));
      for (Json& row : ask(path, page)) {
        if (rows.size() < limit && known.insert(value_of(row, key)).second) {
          rows.push_back(std::move(row));
        }
      }
      if (rows.size() == before) break;
    }
    return rows;
  }

  Json ask(const std::string& path, const Query& parameters) {
    HttpRequest request;
    request.url = with_query(address_.url + path, parameters);
    request.headers = {{"Accept", "application/dicom+json"}};
    request.max_bytes = kMaxAnswer;
    const HttpResponse response = http_.send(request);
    if (response.status == 204) return Json::array();
    check_status(response);
    Json json = parse_json(response.body, shown_address(request.url));
    if (!json.is_array()) raise(ErrorKind::malformed, "{}: no list", shown_address(request.url));
    return json;
  }

  /// 200 all stored, 202 with warnings or failures, 409 none (PS3.18 section 10.5.3).
  static void read_store_answer(const HttpResponse& response, StoreResult& result) {
    if (response.status == 401 || response.status == 403 || response.status >= 500) {
      check_status(response);
    }
    if (response.status == 200) {
      result.is_stored = true;
      return;
    }
    const Json json = Json::parse(response.body, nullptr, false);
    const std::string reason = json.is_object() ? failure_of(json) : "";
    result.is_stored = response.status == 202 && reason.empty();
    result.detail = fmt::format("status {}{}", response.status, reason);
  }

  static std::string failure_of(const Json& json) {
    const auto failed = json.find("00081198");
    if (failed == json.end() || !failed->contains("Value") || (*failed)["Value"].empty()) return {};
    return ", failure reason " + value_of((*failed)["Value"][0], "00081197");
  }

  PacsAddress address_;
  HttpClient http_;
};

}  // namespace

std::unique_ptr<Pacs> open_web_pacs(PacsAddress address, const PacsOptions& options) {
  return std::make_unique<WebPacs>(std::move(address), options);
}

}  // namespace galen::net
