#pragma once

#include <chrono>
#include <string>

#include "net/pacs/pacs.h"
#include "tasks/pacs/watcher.h"

namespace galen::pacs {

/// Brings new studies of an archive to a watcher, for archives that do not send by themselves.
class Poller {
 public:
  /// `since`: YYYYMMDD; empty = all studies there are.
  Poller(std::string url, net::PacsOptions options, std::string since, Watcher& watcher);

  /// Brings instances that are not here yet. Throws as Pacs.
  void look();
  /// look() and Watcher::step() in turn until cancelled; an archive that is away is asked again.
  void run(std::chrono::seconds every, const CancelToken& cancel);

 private:
  std::string url_;
  net::PacsOptions options_;
  std::string since_;
  Watcher& watcher_;
};

}  // namespace galen::pacs
