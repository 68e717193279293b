#include "tasks/pacs/sender.h"

#include <algorithm>
#include <map>

#include <galen/error.h>

#include "net/pacs/instance_file.h"

namespace galen::pacs {

namespace fs = std::filesystem;

Sender::Sender(const fs::path& journal)
    : log_(journal, [this](const Json& line) {
        const Key key{line.value("to", ""), line.value("instance", "")};
        const std::string state = line.value("state", "");
        if (state == "begun") begun_.insert(key);
        if (state != "begun") begun_.erase(key);
        if (state == "sent") sent_.insert(key);
      }) {}

bool Sender::arrived(net::Pacs& archive, const Key& key, const std::string& study_uid) {
  const auto rows = archive.instances(study_uid);
  return std::any_of(rows.begin(), rows.end(),
                     [&](const net::InstanceRow& row) { return row.instance_uid == key.second; });
}

void Sender::send(net::Pacs& archive, const std::string& url, const std::vector<fs::path>& files,
                  const std::function<void(const SendOutcome&)>& on_outcome) {
  const auto note = [&](const Key& key, const char* state) {
    log_.append({{"state", state}, {"to", key.first}, {"instance", key.second}});
  };
  for (const fs::path& file : files) {
    net::InstanceIdentity identity;
    try {
      identity = net::identify(file);
    } catch (const Error& error) {
      on_outcome({file, "", SendState::failed, error.what()});
      continue;
    }
    const Key key{url, identity.instance_uid};
    if (!sent_.contains(key) && begun_.contains(key) && arrived(archive, key, identity.study_uid)) {
      note(key, "sent");
      sent_.insert(key);
    }
    if (sent_.contains(key)) {
      on_outcome({file, identity.instance_uid, SendState::already_sent, ""});
      continue;
    }
    note(key, "begun");
    begun_.insert(key);
    archive.store({file}, [&](const net::StoreResult& result) {
      note(key, result.is_stored ? "sent" : "failed");
      begun_.erase(key);
      if (result.is_stored) sent_.insert(key);
      on_outcome({file, identity.instance_uid,
                  result.is_stored ? SendState::sent : SendState::failed, result.detail});
    });
  }
}

}  // namespace galen::pacs
