#pragma once
// Orthanc with its DICOMweb plug-in, started by a test on free ports with a storage of its own.

#include <filesystem>
#include <string>
#include <sys/types.h>

namespace galen {

class Orthanc {
 public:
  /// Empty when the program and plug-in are installed, else why the test cannot run.
  [[nodiscard]] static std::string missing();

  /// `move_port`: where Orthanc finds the AE "GALEN" for C-MOVE.
  Orthanc(std::filesystem::path folder, int move_port);
  ~Orthanc();
  Orthanc(const Orthanc&) = delete;
  Orthanc& operator=(const Orthanc&) = delete;

  /// Waits until it answers; false when it does not within half a minute.
  bool start();
  void kill_9();

  [[nodiscard]] std::string dimse() const;
  [[nodiscard]] std::string web() const;

 private:
  std::filesystem::path folder_;
  int dicom_port_;
  int http_port_;
  pid_t process_ = 0;
};

}  // namespace galen
