#include "tasks/pacs/append_log.h"

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/raise.h"

namespace galen::pacs {

AppendLog::AppendLog(std::filesystem::path file, const std::function<void(const Json&)>& on_line)
    : file_(std::move(file)) {
  if (file_.has_parent_path()) std::filesystem::create_directories(file_.parent_path());
  descriptor_ = ::open(file_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (descriptor_ < 0) raise_system_error(errno, file_, "open");
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    ::close(descriptor_);
    raise(ErrorKind::unavailable, "{}: another process works with this journal", file_.string());
  }
  std::ifstream in(file_);
  std::string line;
  bool is_torn = false;
  while (std::getline(in, line)) {
    is_torn = in.eof();
    const Json json = Json::parse(line, nullptr, false);
    if (json.is_object()) on_line(json);
  }
  if (is_torn && ::write(descriptor_, "\n", 1) != 1) raise_system_error(errno, file_, "write");
}

AppendLog::~AppendLog() {
  ::close(descriptor_);
}

void AppendLog::append(const OrderedJson& line) {
  const std::string text = line.dump() + "\n";
  const std::lock_guard lock(mutex_);
  if (::write(descriptor_, text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      ::fdatasync(descriptor_) != 0) {
    raise_system_error(errno, file_, "write");
  }
}

}  // namespace galen::pacs
