#include "eval/metrics/sample_log.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/raise.h"

namespace galen::eval {
namespace {

constexpr std::size_t kMaxLog = std::size_t{1} << 31;

}  // namespace

SampleLog::SampleLog(const std::filesystem::path& folder, const std::string& model)
    : path_(folder / "samples.jsonl") {
  std::filesystem::create_directories(folder);
  std::string text;
  if (std::filesystem::exists(path_)) text = read_file(path_, kMaxLog);
  const std::size_t whole = text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1;
  std::size_t number = 0;
  for (std::size_t at = 0; at < whole;) {
    const std::size_t end = text.find('\n', at);
    const std::string place = fmt::format("{}: line {}", path_.string(), ++number);
    const std::string line = text.substr(at, end - at);
    (void)parse_json(line, place);
    OrderedJson sample = OrderedJson::parse(line);
    at = end + 1;
    if (number == 1) {
      const std::string before = sample.value("model", "");
      if (before != model) {
        raise(ErrorKind::invalid_argument,
              "{}: holds answers of the model {}, not {}; name another folder", path_.string(),
              before, model);
      }
      continue;
    }
    const std::string id = sample.value("id", "");
    known_[id] = std::move(sample);
  }
  fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd_ < 0) raise_system_error(errno, path_, "open");
  if (::ftruncate(fd_, static_cast<off_t>(whole)) != 0) raise_system_error(errno, path_, "write");
  if (number == 0) write({{"model", model}});
}

SampleLog::~SampleLog() {
  if (fd_ >= 0) ::close(fd_);
}

const OrderedJson* SampleLog::find(const std::string& id) const {
  const auto found = known_.find(id);
  return found == known_.end() ? nullptr : &found->second;
}

void SampleLog::add(const OrderedJson& sample) {
  write(sample);
}

void SampleLog::write(const OrderedJson& line) const {
  std::string text = line.dump(-1, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
  for (std::string_view left = text; !left.empty();) {
    const ssize_t put = ::write(fd_, left.data(), left.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) raise_system_error(errno, path_, "write");
    left.remove_prefix(static_cast<std::size_t>(put));
  }
}

}  // namespace galen::eval
