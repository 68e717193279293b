#pragma once
// A small study for tests with archives, and free ports.

#include <arpa/inet.h>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include "io/dicom/edit.h"

namespace galen {

/// A port that nobody had a moment ago.
inline int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ::bind(socket, reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(socket);
  return ntohs(address.sin_port);
}

/// A secondary capture of 2 x 2 pixels.
inline void write_instance(const std::filesystem::path& file, const std::string& study,
                           const std::string& series, const std::string& instance,
                           const std::string& modality = "OT") {
  dicom::EditItem root;
  const auto word = [&](std::uint32_t tag, int value) {
    root.set(tag, "US", "")
        .set_bytes({static_cast<std::uint8_t>(value), static_cast<std::uint8_t>(value >> 8)});
  };
  root.set(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.7");
  root.set(0x00080018, "UI", instance);
  root.set(0x00080020, "DA", "20240119");
  root.set(0x00080060, "CS", modality);
  root.set(0x00100010, "PN", "Test^Archive");
  root.set(0x00100020, "LO", "ARCHIVE-1");
  root.set(0x0020000D, "UI", study);
  root.set(0x0020000E, "UI", series);
  word(0x00280002, 1);
  root.set(0x00280004, "CS", "MONOCHROME2");
  word(0x00280010, 2);
  word(0x00280011, 2);
  word(0x00280100, 8);
  word(0x00280101, 8);
  word(0x00280102, 7);
  word(0x00280103, 0);
  root.set(0x7FE00010, "OW", "").set_bytes({1, 2, 3, 4});
  std::filesystem::create_directories(file.parent_path());
  std::ofstream out(file, std::ios::binary);
  dicom::encode({root.text(0x00080016), instance, "1.2.840.10008.1.2.1"}, root, {true, false},
                [&](std::span<const std::uint8_t> piece) {
                  out.write(reinterpret_cast<const char*>(piece.data()),
                            static_cast<std::streamsize>(piece.size()));
                });
}

/// Two series of two instances.
inline std::vector<std::filesystem::path> write_study(const std::filesystem::path& folder,
                                                      const std::string& study) {
  std::vector<std::filesystem::path> files;
  for (int i = 1; i <= 4; ++i) {
    files.push_back(folder / ("i" + std::to_string(i) + ".dcm"));
    write_instance(files.back(), study, study + "." + std::to_string(1 + i / 3),
                   study + ".9." + std::to_string(i));
  }
  return files;
}

}  // namespace galen
