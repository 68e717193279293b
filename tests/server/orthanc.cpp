#include "orthanc.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/wait.h>
#include <thread>

#include <galen/error.h>

#include "archive_study.h"
#include "net/pacs/pacs.h"

namespace galen {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPlugin = "/usr/share/orthanc/plugins/libOrthancDicomWeb.so";

fs::path program() {
  for (const char* path : {"/usr/sbin/Orthanc", "/usr/bin/Orthanc"}) {
    if (fs::exists(path)) return path;
  }
  return {};
}

}  // namespace

std::string Orthanc::missing() {
  if (program().empty()) return "Orthanc is not installed (Debian package orthanc)";
  if (!fs::exists(kPlugin)) return "Orthanc's DICOMweb is not installed (orthanc-dicomweb)";
  return {};
}

Orthanc::Orthanc(fs::path folder, int move_port)
    : folder_(std::move(folder)), dicom_port_(free_port()), http_port_(free_port()) {
  fs::create_directories(folder_ / "db");
  std::ofstream(folder_ / "orthanc.json") << fmt::format(
      R"({{"Name": "test", "StorageDirectory": "{0}/db", "IndexDirectory": "{0}/db",
  "DicomAet": "ORTHANC", "DicomPort": {1}, "HttpPort": {2}, "RemoteAccessAllowed": false,
  "AuthenticationEnabled": false, "DicomAlwaysAllowEcho": true, "DicomAlwaysAllowStore": true,
  "DicomAlwaysAllowFind": true, "DicomAlwaysAllowGet": true, "DicomAlwaysAllowMove": true,
  "DicomCheckCalledAet": false, "SaveJobs": false,
  "DicomModalities": {{"galen": ["GALEN", "127.0.0.1", {3}]}},
  "Plugins": ["{4}"], "DicomWeb": {{"Enable": true, "Root": "/dicom-web/"}}}})",
      folder_.string(), dicom_port_, http_port_, move_port, kPlugin);
}

Orthanc::~Orthanc() {
  kill_9();
}

bool Orthanc::start() {
  const std::string executable = program().string();
  const std::string config = (folder_ / "orthanc.json").string();
  process_ = ::fork();
  if (process_ == 0) {
    const int log = ::open((folder_ / "orthanc.log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(log, 1);
    ::dup2(log, 2);
    ::execl(executable.c_str(), executable.c_str(), config.c_str(), nullptr);
    ::_exit(127);
  }
  for (int i = 0; i < 300; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    net::PacsOptions options;
    options.timeout_s = 5;
    try {
      (void)net::open_pacs(web(), options)->find({});
      (void)net::open_pacs(dimse(), options)->find({});
      return true;
    } catch (const Error&) {
    }
  }
  return false;
}

void Orthanc::kill_9() {
  if (process_ == 0) return;
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  process_ = 0;
}

std::string Orthanc::dimse() const {
  return fmt::format("dicom://ORTHANC@127.0.0.1:{}", dicom_port_);
}
std::string Orthanc::web() const {
  return fmt::format("http://127.0.0.1:{}/dicom-web", http_port_);
}

}  // namespace galen
