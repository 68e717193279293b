#include "tasks/pacs/sender.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include <galen/error.h>

#include "net/pacs/instance_file.h"

namespace galen::pacs {

namespace fs = std::filesystem;

namespace {

/// Instances that go over one association; after a crash the archive is asked about as many.
constexpr std::size_t kBatch = 50;

}  // namespace

Sender::Sender(const fs::path& journal)
    : log_(journal, [this](const Json& line) {
        take({line.value("instance", ""), line.value("to", "")}, line.value("state", ""));
      }) {}

void Sender::take(const Key& key, const std::string& state) {
  const std::lock_guard lock(mutex_);
  if (state == "begun") begun_.insert(key);
  if (state != "begun") begun_.erase(key);
  if (state == "sent") sent_.insert(key);
}

void Sender::note(const Key& key, const std::string& state) {
  log_.append({{"state", state}, {"to", key.second}, {"instance", key.first}});
  take(key, state);
}

bool Sender::has(const std::set<Key>& keys, const Key& key) const {
  const std::lock_guard lock(mutex_);
  return keys.contains(key);
}

bool Sender::knows(const std::string& instance_uid) const {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(std::array{&begun_, &sent_}, [&](const std::set<Key>* keys) {
    const auto found = keys->lower_bound({instance_uid, ""});
    return found != keys->end() && found->first == instance_uid;
  });
}

bool Sender::arrived(net::Pacs& archive, const Key& key, const std::string& study_uid) {
  const auto rows = archive.instances(study_uid);
  return std::any_of(rows.begin(), rows.end(),
                     [&](const net::InstanceRow& row) { return row.instance_uid == key.first; });
}

void Sender::send(net::Pacs& archive, const std::string& url, const std::vector<fs::path>& files,
                  const std::function<void(const SendOutcome&)>& on_outcome) {
  std::vector<std::pair<fs::path, Key>> batch;
  for (const fs::path& file : files) {
    net::InstanceIdentity identity;
    try {
      identity = net::identify(file);
    } catch (const Error& error) {
      on_outcome({file, "", SendState::failed, error.what()});
      continue;
    }
    const Key key{identity.instance_uid, url};
    // A copy waits until it is known what became of the first.
    if (std::ranges::find(batch, key, &std::pair<fs::path, Key>::second) != batch.end())
      send_batch(archive, std::exchange(batch, {}), on_outcome);
    if (!has(sent_, key) && has(begun_, key) && arrived(archive, key, identity.study_uid))
      note(key, "sent");
    if (has(sent_, key)) {
      on_outcome({file, identity.instance_uid, SendState::already_sent, ""});
      continue;
    }
    batch.emplace_back(file, key);
    if (batch.size() == kBatch) send_batch(archive, std::exchange(batch, {}), on_outcome);
  }
  if (!batch.empty()) send_batch(archive, batch, on_outcome);
}

void Sender::send_batch(net::Pacs& archive, const std::vector<std::pair<fs::path, Key>>& batch,
                        const std::function<void(const SendOutcome&)>& on_outcome) {
  std::vector<fs::path> files;
  std::map<fs::path, Key> keys;
  for (const auto& [file, key] : batch) {
    note(key, "begun");
    files.push_back(file);
    keys.emplace(file, key);
  }
  archive.store(files, [&](const net::StoreResult& result) {
    const Key& key = keys.at(result.file);
    note(key, result.is_stored ? "sent" : "failed");
    on_outcome({result.file, key.first, result.is_stored ? SendState::sent : SendState::failed,
                result.detail});
  });
}

}  // namespace galen::pacs
