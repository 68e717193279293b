#include "tasks/pacs/watcher.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <thread>
#include <unistd.h>

#include <galen/error.h>

#include "base/raise.h"
#include "base/sha256.h"
#include "net/pacs/instance_file.h"

namespace galen::pacs {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr auto kStep = std::chrono::milliseconds(500);
constexpr std::size_t kDigestDigits = 16;

std::vector<fs::path> dicom_files(const fs::path& folder) {
  std::vector<fs::path> files;
  if (!fs::exists(folder)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().extension() == ".dcm")
      files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// Goes with images, and does not say what kind of study it is.
bool is_document(const std::string& modality) {
  constexpr std::array kDocuments{"SR", "PR", "KO", "SEG", "DOC", "REG", "AU"};
  return std::ranges::find(kDocuments, modality) != kDocuments.end();
}

/// A study in log lines: its UID could be looked up by anyone.
std::string short_name(const std::string& uid) {
  return sha256_hex({reinterpret_cast<const std::uint8_t*>(uid.data()), uid.size()}).substr(0, 8);
}

}  // namespace

Watcher::Watcher(WatchOptions options)
    : options_(std::move(options)),
      log_(options_.spool / "work.jsonl",
           [this](const Json& line) { done_.insert(line.value("done", "")); }),
      sender_(options_.spool / "sent.jsonl") {
  fs::create_directories(studies());
  fs::create_directories(options_.spool / "results");
  for (const auto& entry : fs::directory_iterator(options_.spool / "results")) {
    if (entry.path().extension() == ".partial") fs::remove_all(entry.path());
  }
  take_up();
}

/// What an earlier process received is as good as new; its quiet time begins again.
void Watcher::take_up() {
  for (const auto& entry : fs::directory_iterator(studies())) {
    const std::string uid = entry.path().filename().string();
    if (!entry.is_directory() || !net::is_uid(uid)) continue;
    const auto files = dicom_files(entry.path());
    for (const fs::path& file : files) originals_.insert(file.stem().string());
    if (!files.empty()) arrived(uid);
  }
}

void Watcher::arrived(const std::string& study_uid) {
  const std::lock_guard lock(mutex_);
  Study& study = studies_[study_uid];
  study.last = Clock::now();
  study.next_try = {};
  study.tries = 0;
  study.is_settled = false;
}

bool Watcher::is_own(const std::string& instance_uid) const {
  return sender_.knows(instance_uid);
}

void Watcher::received(const net::InstanceIdentity& instance) {
  bool is_result = is_own(instance.instance_uid);
  {
    const std::lock_guard lock(mutex_);
    if (!is_result) originals_.insert(instance.instance_uid);
    is_result = is_result && !originals_.contains(instance.instance_uid);
  }
  if (!is_result) return arrived(instance.study_uid);
  fs::remove(net::instance_path(studies() / instance.study_uid,
                                {instance.series_uid, instance.instance_uid}));
}

std::string Watcher::digest_of(const std::string& uid) const {
  Sha256 hash;
  for (const fs::path& file : dicom_files(studies() / uid))
    hash.update(file.filename().string() + "\n");
  return hash.hex().substr(0, kDigestDigits);
}

ReadyStudy Watcher::ready(const std::string& uid) const {
  ReadyStudy study{uid, "", studies() / uid, {}};
  const auto files = dicom_files(study.folder);
  for (const fs::path& file : files) {
    const std::string modality = net::identify(file).modality;
    if (study.modality.empty() || !is_document(modality)) study.modality = modality;
    if (!is_document(modality)) break;
  }
  return study;
}

void Watcher::step(bool take_all) {
  std::vector<std::pair<std::string, Study>> due;
  {
    const std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    for (const auto& [uid, study] : studies_) {
      const bool is_quiet = take_all || now - study.last >= options_.quiet;
      if (!study.is_settled && is_quiet && now >= study.next_try) due.emplace_back(uid, study);
    }
  }
  for (auto& [uid, study] : due) {
    if (options_.cancel != nullptr) options_.cancel->check();
    handle(uid, study);
    const std::lock_guard lock(mutex_);
    Study& current = studies_[uid];
    const bool has_grown = current.last != study.last;  // while the work was done
    if (!has_grown) current = study;
  }
}

void Watcher::handle(const std::string& uid, Study& study) {
  const std::string name = uid + "." + digest_of(uid);
  const std::string shown = short_name(uid);
  if (done_.contains(name)) {
    study.is_settled = true;
    return;
  }
  try {
    work_and_send(uid, name);
    study.is_settled = true;
    tell(fmt::format("study {}: done", shown));
  } catch (const Error& error) {
    note_failure(error, shown, study);
  } catch (const fs::filesystem_error& error) {
    note_failure(Error(ErrorKind::io, "the spool: " + error.code().message()), shown, study);
  }
}

void Watcher::work_and_send(const std::string& uid, const std::string& name) {
  const std::string shown = short_name(uid);
  const fs::path results = options_.spool / "results" / name;
  if (!fs::exists(results)) {
    ReadyStudy job = ready(uid);
    // Of this process alone: a command that a killed one left behind may still write into its own.
    job.results = options_.spool / "results" / fmt::format("{}.{}.partial", name, ::getpid());
    fs::remove_all(job.results);
    fs::create_directories(job.results);
    tell(fmt::format("study {}: {} instances, work begins", shown, dicom_files(job.folder).size()));
    const bool is_worked_on = options_.work(job);
    fs::rename(job.results, results);
    if (!is_worked_on) tell(fmt::format("study {}: nothing is set up for its modality", shown));
  }
  send_results(results, shown);
  log_.append({{"done", name}});
  done_.insert(name);
}

void Watcher::note_failure(const Error& error, const std::string& shown, Study& study) const {
  if (error.kind() == ErrorKind::cancelled) throw error;
  const bool is_peer_away =
      error.kind() == ErrorKind::unavailable || error.kind() == ErrorKind::timeout;
  // A PACS that is away comes back; the study waits for it as long as it takes.
  if (!is_peer_away) ++study.tries;
  study.is_settled = study.tries >= options_.max_tries;
  study.next_try = Clock::now() + options_.retry;
  tell(fmt::format("study {}: {} ({}), {}", shown, error_kind_name(error.kind()), error.what(),
                   study.is_settled ? "given up" : "to be tried again"));
}

void Watcher::send_results(const fs::path& results, const std::string& shown) {
  const auto files = dicom_files(results);
  if (files.empty() || options_.send_to.empty()) return;
  const auto archive = net::open_pacs(options_.send_to, options_.pacs);
  std::size_t failed = 0;
  std::string why;
  sender_.send(*archive, options_.send_to, files, [&](const SendOutcome& outcome) {
    if (outcome.state != SendState::failed) return;
    ++failed;
    why = outcome.detail;
  });
  if (failed > 0) {
    raise(ErrorKind::unsupported, "{} of {} results were not taken: {}", failed, files.size(), why);
  }
  tell(fmt::format("study {}: {} results sent", shown, files.size()));
}

void Watcher::run() {
  while (options_.cancel == nullptr || !options_.cancel->is_cancelled()) {
    step();
    std::this_thread::sleep_for(kStep);
  }
}

bool Watcher::is_idle() const {
  const std::lock_guard lock(mutex_);
  return std::all_of(studies_.begin(), studies_.end(),
                     [](const auto& study) { return study.second.is_settled; });
}

void Watcher::tell(const std::string& line) const {
  if (options_.on_event) options_.on_event(line);
}

}  // namespace galen::pacs
