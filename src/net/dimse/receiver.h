#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "net/pacs/instance_file.h"

namespace galen::net {

/// A storage SCP: takes instances from anyone who calls it by its AE title (also answers C-ECHO).
/// An instance is on the disk, synced and under its name, before the sender is told that it was
/// stored. Senders are served one after another.
class Receiver {
 public:
  struct Options {
    std::string ae_title = "GALEN";
    int port = 11112;
    std::filesystem::path folder;  ///< instances go to <folder>/<study>/<series>/<instance>.dcm
    /// Told from the receiver's thread; may throw Error, and the instance is then refused.
    std::function<void(const InstanceIdentity&)> on_instance;
  };
  /// Listens when it returns. Throws unavailable when the port is taken.
  explicit Receiver(Options options);
  ~Receiver();
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace galen::net
