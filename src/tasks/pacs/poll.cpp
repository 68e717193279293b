#include "tasks/pacs/poll.h"

#include <limits>
#include <thread>

#include <galen/error.h>

#include "base/log.h"
#include "net/pacs/instance_file.h"

namespace galen::pacs {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr auto kStep = std::chrono::milliseconds(500);

}  // namespace

Poller::Poller(std::string url, net::PacsOptions options, std::string since, Watcher& watcher)
    : url_(std::move(url)),
      options_(std::move(options)),
      since_(std::move(since)),
      watcher_(watcher) {}

void Poller::look() {
  const auto archive = net::open_pacs(url_, options_);
  net::StudyQuery query;
  query.limit = std::numeric_limits<std::size_t>::max();  // one left out would never come
  if (!since_.empty()) query.date = since_ + "-";
  for (const net::StudyRow& study : archive->find(query)) {
    if (options_.cancel != nullptr) options_.cancel->check();
    if (!net::is_uid(study.study_uid)) continue;
    const fs::path folder = watcher_.studies() / study.study_uid;
    std::vector<net::InstanceRow> missing;
    for (const net::InstanceRow& row : archive->instances(study.study_uid)) {
      if (fs::exists(net::instance_path(folder, row)) || watcher_.is_own(row.instance_uid))
        continue;
      missing.push_back(row);
    }
    if (missing.empty()) continue;
    archive->get(study.study_uid, missing, folder,
                 [&](const std::string&) { watcher_.arrived(study.study_uid); });
  }
}

void Poller::run(std::chrono::seconds every, const CancelToken& cancel) {
  auto next = Clock::now();
  while (!cancel.is_cancelled()) {
    if (Clock::now() >= next) {
      try {
        look();
      } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) return;
        log_warning(error.what());
      }
      next = Clock::now() + every;
    }
    watcher_.step();
    std::this_thread::sleep_for(kStep);
  }
}

}  // namespace galen::pacs
