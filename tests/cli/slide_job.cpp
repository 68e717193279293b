#include "slide_job.h"

#include <fmt/core.h>
#include <random>
#include <stdexcept>

#include "../unit/io/slide/tiff_fixture.h"
#include "base/file.h"
#include "io/store/safetensors.h"

namespace galen {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxBytes = std::size_t{1} << 26;
constexpr double kTwoMicrometres = 5000;  // pixels a centimetre

std::size_t files_below(const fs::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    count += entry.is_regular_file() ? 1 : 0;
  }
  return count;
}

}  // namespace

SlideJob::SlideJob(int slides) {
  make_model();
  fs::create_directories(scratch_ / "slides");
  for (int number = 0; number < slides; ++number) make_slide(number);
}

void SlideJob::make_model() const {
  const auto golden =
      store::Safetensors::open(GALEN_SOURCE_DIR "/tests/golden/vit/plain.safetensors");
  std::vector<store::Tensor> kept;
  for (const store::Tensor& tensor : golden.tensors()) {
    if (!tensor.name.starts_with("test.")) kept.push_back(tensor);
  }
  store::SafetensorsWriter writer(scratch_ / "vit.safetensors", kept,
                                  {{"mean", "0,0,0"}, {"std", "1,1,1"}});
  for (const store::Tensor& tensor : kept) writer.write(golden.data(tensor));
  writer.commit();
  const Outcome outcome = run_galen({"models", "import", (scratch_ / "vit.safetensors").string(),
                                     "--name", "vit", "--heads", "2", "--type", "F32"},
                                    environment());
  if (outcome.status != 0) throw std::runtime_error(outcome.err);
}

void SlideJob::make_slide(int number) const {
  std::mt19937 random(static_cast<unsigned>(number));
  Image picture = make_image(1024, 1024, 3);
  std::fill(picture.data.begin(), picture.data.end(), std::uint8_t{240});
  for (std::size_t y = 128; y < 896; ++y) {
    for (std::size_t x = 128; x < 896; ++x) {
      std::uint8_t* pixel = picture.data.data() + (y * 1024 + x) * 3;
      pixel[0] = static_cast<std::uint8_t>(150 + random() % 60);
      pixel[1] = static_cast<std::uint8_t>(50 + random() % 60);
      pixel[2] = static_cast<std::uint8_t>(120 + random() % 60);
    }
  }
  slide::write_tiff(scratch_ / fmt::format("slides/s{}.tiff", number),
                    {{.image = picture, .tile_side = 128, .pixels_per_cm = kTwoMicrometres}});
}

std::map<std::string, std::string> SlideJob::environment() const {
  return {{"GALEN_MODELS", (scratch_ / "models").string()}};
}

std::vector<std::string> SlideJob::command(const std::string& folder,
                                           const std::vector<std::string>& more) const {
  std::vector<std::string> words{"embed",        (scratch_ / "slides").string(),
                                 "-o",           (scratch_ / folder).string(),
                                 "--model",      "vit",
                                 "--patch-size", "32",
                                 "--patch-mpp",  "2",
                                 "--min-tissue", "0.9",
                                 "--save-every", "64"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Outcome SlideJob::run(const std::string& folder, const std::vector<std::string>& more) const {
  return run_galen(command(folder, more), environment());
}

Json SlideJob::report(const std::string& folder, const std::vector<std::string>& more) const {
  std::vector<std::string> words = more;
  words.push_back("--json");
  const Outcome outcome = run(folder, words);
  if (outcome.status != 0) throw std::runtime_error(outcome.err);
  return parse_json(outcome.out, "report");
}

std::map<std::string, std::string> SlideJob::features(const std::string& folder) const {
  std::map<std::string, std::string> files;
  for (const auto& entry :
       fs::directory_iterator(scratch_ / folder / "5x_32px_0px_overlap" / "features_vit")) {
    files[entry.path().filename()] = read_file(entry.path(), kMaxBytes);
  }
  return files;
}

std::size_t SlideJob::left_over(const std::string& folder) const {
  const fs::path own = scratch_ / folder / ".galen";
  return files_below(own / "work") + files_below(own / "locks");
}

Json SlideJob::summary(const std::string& folder) const {
  return parse_json(read_file(scratch_ / folder / "summary.json", kMaxBytes), "summary");
}

}  // namespace galen
