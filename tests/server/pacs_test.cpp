// find, get, send and watch against a real Orthanc, over DIMSE and DICOMweb.

#include <gtest/gtest.h>

#include <galen/error.h>

#include "archive_study.h"
#include "base/file.h"
#include "net/dimse/receiver.h"
#include "net/pacs/instance_file.h"
#include "orthanc.h"
#include "tasks/pacs/fetch_study.h"
#include "tasks/pacs/move_study.h"
#include "tasks/pacs/poll.h"
#include "tasks/pacs/sender.h"
#include "tasks/pacs/watcher.h"

namespace galen::pacs {
namespace {

namespace fs = std::filesystem;

fs::path fresh_folder() {
  const auto* info = testing::UnitTest::GetInstance()->current_test_info();
  std::string name = std::string(info->test_suite_name()) + "." + info->name();
  for (char& c : name) c = c == '/' ? '_' : c;
  const fs::path folder = fs::path(testing::TempDir()) / ("pacs." + name);
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

std::size_t count_files(const fs::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    count += entry.is_regular_file();
  return count;
}

class WithOrthanc : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string why = Orthanc::missing(); !why.empty()) GTEST_SKIP() << why;
    folder_ = fresh_folder();
    move_port_ = free_port();
    orthanc_ = std::make_unique<Orthanc>(folder_ / "orthanc", move_port_);
    ASSERT_TRUE(orthanc_->start()) << read_file(folder_ / "orthanc" / "orthanc.log", 1 << 20);
  }

  /// Sends and gives the states.
  std::map<SendState, int> send(Sender& sender, const std::string& url,
                                const std::vector<fs::path>& files) {
    std::map<SendState, int> states;
    const auto archive = net::open_pacs(url, {});
    sender.send(*archive, url, files, [&](const SendOutcome& outcome) { ++states[outcome.state]; });
    return states;
  }

  fs::path folder_;
  int move_port_ = 0;
  std::unique_ptr<Orthanc> orthanc_;
};

TEST_F(WithOrthanc, SendsFindsAndGetsByBothWays) {
  int number = 1;
  for (const std::string& url : {orthanc_->dimse(), orthanc_->web()}) {
    const std::string study = "1.2.826.0.1.77." + std::to_string(number++);
    const auto files = galen::write_study(folder_ / "in" / study, study);
    Sender sender(folder_ / (study + ".jsonl"));
    EXPECT_EQ(send(sender, url, files)[SendState::sent], 4) << url;
    const auto archive = net::open_pacs(url, {});
    net::StudyQuery by_study;
    by_study.study_uid = study;
    net::StudyQuery by_patient;
    by_patient.patient_id = "NOBODY";
    const auto rows = archive->find(by_study);
    ASSERT_EQ(rows.size(), 1U) << url;
    EXPECT_EQ(rows[0].patient_id, "ARCHIVE-1");
    EXPECT_EQ(rows[0].date, "20240119");
    EXPECT_EQ(archive->find(by_patient).size(), 0U);
    const FetchResult result = fetch_study(*archive, study, folder_ / "out", [](auto, auto) {});
    EXPECT_EQ(result.fetched, 4U) << url;
    EXPECT_EQ(count_files(result.folder), 4U);
    EXPECT_FALSE(fs::exists(folder_ / "out" / (study + ".partial")));
    // Once more: nothing to do. After a loss: the lost one alone.
    EXPECT_EQ(fetch_study(*archive, study, folder_ / "out", [](auto, auto) {}).fetched, 0U);
    fs::remove(result.folder / (study + ".1") / (study + ".9.1.dcm"));
    EXPECT_EQ(fetch_study(*archive, study, folder_ / "out", [](auto, auto) {}).fetched, 1U) << url;
    EXPECT_THROW((void)fetch_study(*archive, "1.2.3", folder_ / "out", [](auto, auto) {}), Error);
  }
}

TEST_F(WithOrthanc, MovesAStudyHere) {
  const std::string study = "1.2.826.0.1.78";
  Sender sender(folder_ / "sent.jsonl");
  (void)send(sender, orthanc_->dimse(), galen::write_study(folder_ / "in", study));
  const FetchResult result =
      move_study_here(orthanc_->dimse(), {}, study, folder_ / "out", move_port_);
  EXPECT_EQ(result.instances, 4U);
  EXPECT_EQ(count_files(folder_ / "out" / study), 4U);
}

TEST_F(WithOrthanc, NeverSendsAnInstanceTwice) {
  const auto files = galen::write_study(folder_ / "in", "1.2.826.0.1.79");
  {
    Sender sender(folder_ / "sent.jsonl");
    EXPECT_EQ(send(sender, orthanc_->web(), {files[0], files[1]})[SendState::sent], 2);
  }
  {
    // A run that was killed after the archive had taken the third, before it was noted.
    std::ofstream(folder_ / "sent.jsonl", std::ios::app)
        << R"({"state":"begun","to":")" << orthanc_->web()
        << R"(","instance":"1.2.826.0.1.79.9.3"})";
    net::open_pacs(orthanc_->web(), {})->store({files[2]}, [](const auto&) {});
  }
  Sender sender(folder_ / "sent.jsonl");
  auto states = send(sender, orthanc_->web(), files);
  EXPECT_EQ(states[SendState::already_sent], 3);
  EXPECT_EQ(states[SendState::sent], 1);
  EXPECT_THROW(Sender(folder_ / "sent.jsonl"), Error);  // one process at a time
}

/// Work that writes one result for a study, as a report does.
bool write_result(const ReadyStudy& study) {
  write_instance(study.results / "report.dcm", study.study_uid, study.study_uid + ".50",
                 study.study_uid + ".51");
  return true;
}

TEST_F(WithOrthanc, WatchWorksOnWhatArrivesAndWaitsForAnArchiveThatDied) {
  const std::string study = "1.2.826.0.1.80";
  int works = 0;
  WatchOptions options;
  options.spool = folder_ / "spool";
  options.quiet = std::chrono::seconds(0);
  options.retry = std::chrono::seconds(0);
  options.send_to = orthanc_->dimse();
  options.pacs.timeout_s = 5;
  options.work = [&](const ReadyStudy& ready) {
    ++works;
    return write_result(ready);
  };
  auto watcher = std::make_unique<Watcher>(options);
  const int port = free_port();
  {
    const net::Receiver receiver(
        {.ae_title = "GALEN",
         .port = port,
         .folder = watcher->studies(),
         .on_instance = [&](const auto& identity) { watcher->received(identity); }});
    Sender modality(folder_ / "modality.jsonl");
    const std::string url = "dicom://GALEN@127.0.0.1:" + std::to_string(port);
    EXPECT_EQ(send(modality, url, galen::write_study(folder_ / "in", study))[SendState::sent], 4);
  }
  orthanc_->kill_9();
  watcher->step();
  EXPECT_FALSE(watcher->is_idle());
  // Galen dies, too; what it knew is on the disk.
  watcher.reset();
  watcher = std::make_unique<Watcher>(options);
  watcher->step();
  EXPECT_FALSE(watcher->is_idle());
  ASSERT_TRUE(orthanc_->start());
  watcher->step();
  EXPECT_TRUE(watcher->is_idle());
  EXPECT_EQ(works, 1);
  const auto there = net::open_pacs(orthanc_->web(), {})->instances(study);
  ASSERT_EQ(there.size(), 1U);
  EXPECT_EQ(there[0].instance_uid, study + ".51");
  // The archive passes the result on to us, as it does with every instance.
  const fs::path back =
      net::instance_path(watcher->studies() / study, {study + ".50", study + ".51"});
  write_instance(back, study, study + ".50", study + ".51");
  watcher->received(net::identify(back));
  EXPECT_FALSE(fs::exists(back));
  watcher->step();
  EXPECT_EQ(works, 1);
  // Another start finds nothing to do.
  watcher.reset();
  watcher = std::make_unique<Watcher>(options);
  watcher->step();
  EXPECT_TRUE(watcher->is_idle());
  EXPECT_EQ(works, 1);
}

TEST_F(WithOrthanc, SendsOneOfTwoCopies) {
  const auto files = galen::write_study(folder_ / "in", "1.2.826.0.1.83");
  fs::copy_file(files[0], folder_ / "copy.dcm");
  Sender sender(folder_ / "sent.jsonl");
  auto states = send(sender, orthanc_->dimse(), {files[0], folder_ / "copy.dcm"});
  EXPECT_EQ(states[SendState::sent], 1);
  EXPECT_EQ(states[SendState::already_sent], 1);
}

TEST_F(WithOrthanc, WatchKeepsInstancesThatItPassedOn) {
  const std::string study = "1.2.826.0.1.84";
  WatchOptions options;
  options.spool = folder_ / "spool";
  options.send_to = orthanc_->dimse();
  options.work = [&](const ReadyStudy& ready) {
    fs::copy(ready.folder, ready.results, fs::copy_options::recursive);
    return true;
  };
  Watcher watcher(options);
  const fs::path file = watcher.studies() / study / (study + ".1") / (study + ".9.dcm");
  write_instance(file, study, study + ".1", study + ".9");
  watcher.received(net::identify(file));
  watcher.step(true);
  EXPECT_EQ(net::open_pacs(orthanc_->web(), {})->instances(study).size(), 1U);
  watcher.received(net::identify(file));  // the modality sends it again
  EXPECT_TRUE(fs::exists(file));
}

TEST_F(WithOrthanc, WatchBringsNewStudiesByAsking) {
  const std::string study = "1.2.826.0.1.81";
  Sender sender(folder_ / "modality.jsonl");
  const auto files = galen::write_study(folder_ / "in", study);
  (void)send(sender, orthanc_->web(), {files[0], files[1]});
  std::vector<std::size_t> seen;
  WatchOptions options;
  options.spool = folder_ / "spool";
  options.work = [&](const ReadyStudy& ready) {
    seen.push_back(count_files(ready.folder));
    return true;
  };
  Watcher watcher(options);
  Poller poller(orthanc_->web(), {}, "20240101", watcher);
  poller.look();
  watcher.step(true);
  poller.look();
  watcher.step(true);
  // The study grows: the work is done again with all of it.
  (void)send(sender, orthanc_->web(), files);
  poller.look();
  watcher.step(true);
  EXPECT_EQ(seen, (std::vector<std::size_t>{2, 4}));
}

TEST(Receiver, RefusesWhatIsNoInstanceAndPortsThatAreTaken) {
  const fs::path folder = fresh_folder();
  const int port = free_port();
  const net::Receiver receiver(
      {.ae_title = "GALEN", .port = port, .folder = folder, .on_instance = {}});
  EXPECT_THROW(
      net::Receiver({.ae_title = "GALEN", .port = port, .folder = folder, .on_instance = {}}),
      Error);
  const auto files = galen::write_study(folder / "in", "1.2.826.0.1.82");
  // Another AE title is not us.
  net::PacsOptions options;
  options.timeout_s = 5;
  const auto wrong = net::open_pacs("dicom://OTHER@127.0.0.1:" + std::to_string(port), options);
  EXPECT_THROW(wrong->store(files, [](const auto&) {}), Error);
}

/// No quiet time, and two tries at once.
WatchOptions impatient(const fs::path& folder) {
  WatchOptions options;
  options.spool = folder / "spool";
  options.quiet = std::chrono::seconds(0);
  options.retry = std::chrono::seconds(0);
  options.max_tries = 2;
  return options;
}

TEST(Watcher, TriesFailedWorkAgainAndGivesUp) {
  const fs::path folder = fresh_folder();
  WatchOptions options = impatient(folder);
  int tries = 0;
  options.work = [&](const ReadyStudy&) -> bool {
    ++tries;
    throw Error(ErrorKind::unsupported, "no");
  };
  Watcher watcher(options);
  (void)galen::write_study(watcher.studies() / "1.2.3" / "1.2.3.1", "1.2.3");
  watcher.arrived("1.2.3");
  for (int i = 0; i < 4; ++i) watcher.step();
  EXPECT_EQ(tries, 2);
  EXPECT_TRUE(watcher.is_idle());
}

TEST(Watcher, DoesNotCountTheTimesAnArchiveWasAway) {
  const fs::path folder = fresh_folder();
  WatchOptions options = impatient(folder);
  int tries = 0;
  options.work = [&](const ReadyStudy&) -> bool {
    throw Error(++tries <= 5 ? ErrorKind::unavailable : ErrorKind::unsupported, "no");
  };
  Watcher watcher(options);
  (void)galen::write_study(watcher.studies() / "1.2.3" / "1.2.3.1", "1.2.3");
  watcher.arrived("1.2.3");
  for (int i = 0; i < 9; ++i) watcher.step();
  EXPECT_EQ(tries, 7);
  EXPECT_TRUE(watcher.is_idle());
}

TEST(Watcher, TakesTheModalityOfTheImages) {
  const fs::path folder = fresh_folder();
  WatchOptions options;
  options.spool = folder / "spool";
  std::string modality;
  options.work = [&](const ReadyStudy& study) {
    modality = study.modality;
    return true;
  };
  Watcher watcher(options);
  const fs::path study = watcher.studies() / "1.2.3";
  write_instance(study / "1.2.3.1" / "1.2.3.1.1.dcm", "1.2.3", "1.2.3.1", "1.2.3.1.1", "SR");
  write_instance(study / "1.2.3.2" / "1.2.3.2.1.dcm", "1.2.3", "1.2.3.2", "1.2.3.2.1", "CT");
  watcher.arrived("1.2.3");
  watcher.step(true);
  EXPECT_EQ(modality, "CT");
}

TEST(Watcher, WaitsForTheQuietTime) {
  const fs::path folder = fresh_folder();
  WatchOptions options;
  options.spool = folder / "spool";
  options.quiet = std::chrono::seconds(3600);
  int works = 0;
  options.work = [&](const ReadyStudy&) { return ++works > 0; };
  Watcher watcher(options);
  (void)galen::write_study(watcher.studies() / "1.2.3" / "1.2.3.1", "1.2.3");
  watcher.arrived("1.2.3");
  watcher.step();
  EXPECT_EQ(works, 0);
  watcher.step(true);
  EXPECT_EQ(works, 1);
}

}  // namespace
}  // namespace galen::pacs
