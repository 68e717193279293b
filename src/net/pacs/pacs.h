#pragma once
// An archive of images, over DIMSE or DICOMweb: what can be asked of it.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <galen/cancel.h>

namespace galen::net {

/// Where a PACS is: `dicom://AET@host:port`, or `http(s)://host/dicom-web`.
struct PacsAddress {
  bool is_web = false;
  std::string url;        ///< as given, without a last slash
  std::string called_ae;  ///< DIMSE only, as host and port
  std::string host;
  int port = 0;
};
/// Throws invalid_argument, with the form that is expected.
[[nodiscard]] PacsAddress parse_pacs_address(const std::string& url);

struct PacsOptions {
  std::string calling_ae = "GALEN";  ///< our own AE title, up to 16 characters
  std::string user;                  ///< DICOMweb: basic authentication
  std::string password;
  std::string bearer;  ///< DICOMweb: a token
  int timeout_s = 60;  ///< without an answer
  const CancelToken* cancel = nullptr;
};

/// Empty parts match everything; texts may hold `*`.
struct StudyQuery {
  std::string study_uid;
  std::string patient_id;
  std::string patient_name;
  std::string accession;
  std::string date;      ///< YYYYMMDD, or a range YYYYMMDD-YYYYMMDD with one side left out
  std::string modality;  ///< of some series
  std::size_t limit = 1000;
};

struct StudyRow {
  std::string study_uid;
  std::string patient_id;
  std::string patient_name;
  std::string date;
  std::string time;
  std::string accession;
  std::string description;
  std::string modalities;  ///< with backslashes
  std::string instances;   ///< how many, empty when the PACS does not say
};

struct InstanceRow {
  std::string series_uid;
  std::string instance_uid;
};

/// What became of one file that was sent.
struct StoreResult {
  std::filesystem::path file;
  std::string instance_uid;
  bool is_stored = false;
  std::string detail;  ///< why not; holds no patient data
};

/// Not thread-safe. Every call throws unavailable, timeout, permission, cancelled; malformed for
/// answers that break the standard.
class Pacs {
 public:
  Pacs() = default;
  Pacs(const Pacs&) = delete;
  Pacs& operator=(const Pacs&) = delete;
  virtual ~Pacs() = default;

  [[nodiscard]] virtual std::vector<StudyRow> find(const StudyQuery& query) = 0;
  /// Every instance of a study.
  [[nodiscard]] virtual std::vector<InstanceRow> instances(const std::string& study_uid) = 0;
  /// Brings instances of a study into `folder`, each whole under instance_path(). Those it could
  /// not bring are left out; the caller looks. `on_instance` is told of each.
  virtual void get(const std::string& study_uid, const std::vector<InstanceRow>& wanted,
                   const std::filesystem::path& folder,
                   const std::function<void(const std::string& uid)>& on_instance) = 0;
  /// Sends files one after another, and says at once what became of each.
  virtual void store(const std::vector<std::filesystem::path>& files,
                     const std::function<void(const StoreResult&)>& on_result) = 0;
};

/// A PACS by its address. Nothing is sent before the first call.
[[nodiscard]] std::unique_ptr<Pacs> open_pacs(const std::string& url, const PacsOptions& options);

}  // namespace galen::net
