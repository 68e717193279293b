#include "tasks/deid/job.h"

#include <algorithm>
#include <fmt/core.h>

#include "base/file.h"
#include "base/parallel.h"
#include "base/raise.h"
#include "base/sha256.h"
#include "io/dicom/open.h"
#include "io/fhir/collection.h"
#include "tasks/deid/blank.h"
#include "tasks/deid/fhir.h"
#include "tasks/deid/leftovers.h"

namespace galen::deid {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSniff = 4096;
constexpr std::string_view kDirectoryClass = "1.2.840.10008.1.3.10";

/// What decides how a file comes out, besides the file and the key.
std::string settings_text(const DeidOptions& options, const DeidProfile& profile) {
  std::string text = fmt::format("{}|{}|{}", GALEN_VERSION, kEdition, options.keep_burned_in);
  for (const Method& method : methods_of(profile)) text += fmt::format("|{}", method.code);
  for (const PixelRegion& r : options.blank) {
    text += fmt::format("|{},{},{},{}", r.x, r.y, r.width, r.height);
  }
  if (!options.rules.empty()) text += "|" + sha256_of_file(options.rules);
  return text;
}

DeidProfile with_pixels(const DeidOptions& options) {
  DeidProfile profile = options.profile;
  profile.clean_pixels = profile.clean_pixels || !options.blank.empty() || !options.rules.empty();
  return profile;
}

bool is_directory(const dicom::Dataset& dataset, const fs::path& file) {
  const std::string name = file.filename().string();
  return dataset.root().text({0x0008, 0x0016, "UI"}) == kDirectoryClass ||
         dataset.root().has({0x0004, 0x1220, "SQ"}) || name == "DICOMDIR";
}

void write_dicom(const fs::path& output, const Deidentified& result, const dicom::EditItem& root,
                 const std::string& syntax, dicom::Encoding encoding, const std::string& name) {
  fs::create_directories(output.parent_path());
  AtomicFile file(output);
  dicom::encode({root.text(0x00080016), result.instance_uid, syntax}, root, encoding,
                [&](std::span<const std::uint8_t> piece) { file.write(piece); });
  const std::string places = find_leftovers(file.temporary(), result.originals);
  if (!places.empty()) {
    raise(ErrorKind::unsupported,
          "{}: a name, number, date or UID of the original is left in {}; not written", name,
          places);
  }
  file.commit();
}

}  // namespace

Job::Job(const fs::path& folder, const DeidOptions& options)
    : folder_(folder),
      options_(options),
      profile_(with_pixels(options)),
      pseudonyms_(options.key),
      settings_(settings_text(options, profile_)),
      journal_(folder) {
  if (!options.rules.empty()) rules_ = read_pixel_rules(options.rules);
}

DeidReport Job::run(const std::vector<fs::path>& files) {
  total_ = files.size();
  report_.files = files.size();
  parallel_for(files.size(), options_.threads, [&](std::size_t i) {
    if (options_.cancel != nullptr) options_.cancel->check();
    process(files[i]);
  });
  for (const auto& [attribute, actions] : tally_) {
    for (const auto& [action, count] : actions) {
      report_.actions.push_back({attribute.first, attribute.second, action, count});
    }
  }
  for (const auto& [kind, count] : failures_) report_.failures.push_back({"", "", kind, count});
  for (const Method& method : methods_of(profile_)) {
    report_.methods.emplace_back(method.meaning);
  }
  report_.edition = kEdition;
  report_.tool_version = GALEN_VERSION;
  return report_;
}

void Job::process(const fs::path& file) {
  try {
    process_one(file);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    fail(file, error);
  } catch (const fs::filesystem_error& error) {
    fail(file, Error(ErrorKind::io, error.what()));
  }
  const std::lock_guard lock(mutex_);
  ++done_;
  if (options_.on_progress) options_.on_progress(done_, total_);
}

void Job::process_one(const fs::path& file) {
  const std::string prefix = read_prefix(file, kSniff);
  const bool is_dicom = dicom::is_dicom(prefix);
  if (!is_dicom && !fhir::is_fhir(prefix)) {
    const std::lock_guard lock(mutex_);
    ++report_.skipped;
    return;
  }
  const std::string source = pseudonyms_.digest(settings_ + "|" + sha256_of_file(file));
  if (journal_.is_done(source)) {
    const std::lock_guard lock(mutex_);
    ++report_.unchanged;
    return;
  }
  if (is_dicom) {
    process_dicom(file, source);
  } else {
    process_fhir(file, source);
  }
}

void Job::process_dicom(const fs::path& file, const std::string& source) {
  const dicom::Dataset dataset = dicom::Dataset::open(file);
  const std::string& name = dataset.name();
  if (is_directory(dataset, file)) {  // its records point to files under their old names
    const std::lock_guard lock(mutex_);
    ++report_.skipped;
    return;
  }
  dicom::EditItem root = dicom::edit(dataset);
  const bool has_pixels = root.find(0x7FE00010) != nullptr;
  const bool is_big = dataset.syntax().encoding.big_endian;
  const auto regions = has_pixels ? regions_of(root, is_big, name) : std::vector<PixelRegion>();
  std::string syntax = dicom::written_syntax(dataset);
  if (!regions.empty()) {
    const std::string changed = blank_regions(root, dataset, regions);
    if (!changed.empty()) syntax = changed;
    root.set(0x00280301, "CS", "NO");
  }
  const Deidentified result = deidentify_dataset(root, profile_, pseudonyms_, name);
  const fs::path output =
      folder_ / result.study_uid / result.series_uid / (result.instance_uid + ".dcm");
  if (!claim(output, source, name)) return;
  write_dicom(output, result, root, syntax, dataset.syntax().encoding, name);
  if (!regions.empty()) {
    const std::lock_guard lock(mutex_);
    ++report_.blanked;
  }
  finish(source, output, result.tally);
}

void Job::process_fhir(const fs::path& file, const std::string& source) {
  const std::string text = read_file(file, fhir::kMaxRecordBytes);
  const FhirResult result = deidentify_fhir(text, profile_, pseudonyms_, file.string());
  fs::create_directories(folder_ / "fhir");
  const fs::path output =
      folder_ / "fhir" /
      (pseudonyms_.name(
           "", sha256_hex({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()})) +
       ".json");
  if (!claim(output, source, file.string())) return;
  write_file(output, result.text);
  finish(source, output, result.tally);
}

std::vector<PixelRegion> Job::regions_of(const dicom::EditItem& root, bool big_endian,
                                         const std::string& name) {
  const ImageFacts facts = image_facts(root, big_endian);
  std::vector<PixelRegion> regions = options_.blank;
  const auto rule = std::find_if(rules_.begin(), rules_.end(),
                                 [&](const PixelRule& each) { return each.holds(facts); });
  if (rule != rules_.end()) {
    if (rule->action == RuleAction::refuse) {
      raise(ErrorKind::unsupported, "{}: refused by rule {}", name, rule - rules_.begin() + 1);
    }
    regions.insert(regions.end(), rule->regions.begin(), rule->regions.end());
    return regions;
  }
  const std::string reason = burned_in_reason(facts);
  if (reason.empty() || !regions.empty()) return regions;
  if (!options_.keep_burned_in) {
    raise(ErrorKind::unsupported,
          "{}: the picture may show who the patient is ({}); name the place by --blank or a rule, "
          "or look at it and use --keep-burned-in",
          name, reason);
  }
  const std::lock_guard lock(mutex_);
  ++report_.burned_in;
  return regions;
}

bool Job::claim(const fs::path& output, const std::string& source, const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto [place, is_new] = claimed_.emplace(output, source);
  if (!is_new && place->second != source) {
    raise(ErrorKind::malformed, "{}: another file of this run has the same SOP Instance UID", name);
  }
  if (!is_new) ++report_.unchanged;
  return is_new;
}

void Job::finish(const std::string& source, const fs::path& output, const Tally& tally) {
  journal_.add(source, output);
  const std::lock_guard lock(mutex_);
  ++report_.written;
  for (const auto& [attribute, actions] : tally) {
    for (const auto& [action, count] : actions) tally_[attribute][action] += count;
  }
}

void Job::fail(const fs::path& file, const Error& error) {
  const std::lock_guard lock(mutex_);
  ++report_.failed;
  ++failures_[std::string(error_kind_name(error.kind()))];
  if (options_.on_failure) options_.on_failure(file, error.what());
}

}  // namespace galen::deid
