#include "base/lock_file.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/raise.h"

namespace galen {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxLockBytes = 4096;

std::string first_line(const fs::path& path) {
  try {
    const std::string text = read_prefix(path, kMaxLockBytes);
    return text.substr(0, text.find('\n'));
  } catch (const Error&) {
    return "";
  }
}

/// When a process began, in ticks since the boot; a number that is used again has another. Empty
/// for one that has ended, also while its parent has not asked for its exit code.
std::string start_of(pid_t pid) {
  const std::string stat = first_line(fmt::format("/proc/{}/stat", pid));
  // The second field, the name, may hold spaces: fields are counted from its closing bracket.
  std::size_t at = stat.rfind(')');
  if (at == std::string::npos || stat.substr(at, 3) == ") Z") return "";
  for (int field = 3; field <= 22 && at != std::string::npos; ++field) at = stat.find(' ', at + 1);
  if (at == std::string::npos) return "";
  return stat.substr(at + 1, stat.find(' ', at + 1) - at - 1);
}

std::string new_content() {
  static std::atomic<int> counter{0};
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const OrderedJson owner{{"machine", machine_name()},
                          {"pid", ::getpid()},
                          {"start", start_of(::getpid())},
                          {"number", counter++},
                          {"since", std::chrono::duration_cast<std::chrono::seconds>(now).count()}};
  return owner.dump() + "\n";
}

/// The content, or nothing when the file is gone.
std::string content_of(const fs::path& path) {
  try {
    return read_file(path, kMaxLockBytes);
  } catch (const Error&) {
    return "";
  }
}

bool create(const fs::path& path, const std::string& content) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0 && errno == EEXIST) return false;
  if (fd < 0) raise_system_error(errno, path, "create");
  const ssize_t put = ::write(fd, content.data(), content.size());
  const int code = errno;
  ::close(fd);
  if (put != static_cast<ssize_t>(content.size())) {
    ::unlink(path.c_str());
    raise_system_error(put < 0 ? code : ENOSPC, path, "write");
  }
  return true;
}

bool has_ended(const std::string& content) {
  const Json owner = Json::parse(content, nullptr, false);
  if (!owner.is_object() || owner.value("machine", "") != machine_name()) return false;
  const auto pid = static_cast<pid_t>(owner.value("pid", 0));
  if (pid <= 0) return false;
  if (::kill(pid, 0) != 0 && errno == ESRCH) return true;
  return owner.value("start", "") != start_of(pid);
}

/// Seconds since the last refresh, both ends by the clock of the file system.
double age_of(const fs::path& path, const std::string& mark) {
  struct stat locked {};
  struct stat now {};
  if (::stat(path.c_str(), &locked) != 0) return 0;
  const fs::path probe = path.string() + mark;
  const int fd = ::open(probe.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) raise_system_error(errno, probe, "create");
  const bool known = ::fstat(fd, &now) == 0;
  ::close(fd);
  ::unlink(probe.c_str());
  if (!known) return 0;
  return static_cast<double>(now.st_mtim.tv_sec - locked.st_mtim.tv_sec) +
         static_cast<double>(now.st_mtim.tv_nsec - locked.st_mtim.tv_nsec) / 1e9;
}

/// Moves a stale lock aside. Of several who try, one succeeds; who moved a lock that was taken in
/// the meantime puts it back.
bool remove_stale(const fs::path& path, const std::string& stale, const std::string& mark) {
  const fs::path aside = path.string() + mark;
  if (::rename(path.c_str(), aside.c_str()) != 0) return false;
  const bool is_stale = content_of(aside) == stale;
  if (!is_stale && ::link(aside.c_str(), path.c_str()) != 0 && errno != EEXIST) {
    raise_system_error(errno, path, "put back");
  }
  ::unlink(aside.c_str());
  return is_stale;
}

/// Behind the names of passing files beside a lock.
std::string passing_mark() {
  static std::atomic<int> counter{0};
  return fmt::format(".{}.{}.tmp", ::getpid(), counter++);
}

}  // namespace

std::string machine_name() {
  static const std::string name = [] {
    char host[256] = {};
    ::gethostname(host, sizeof host - 1);
    char space[64] = {};  // containers of one machine number their processes apart
    if (::readlink("/proc/self/ns/pid", space, sizeof space - 1) < 0) space[0] = '\0';
    return fmt::format("{} {} {}", host, first_line("/proc/sys/kernel/random/boot_id"), space);
  }();
  return name;
}

std::unique_ptr<LockFile> LockFile::try_take(fs::path path, std::chrono::seconds max_age) {
  const std::string content = new_content();
  while (!create(path, content)) {
    const std::string found = content_of(path);
    const std::string mark = passing_mark();
    const bool is_stale =
        has_ended(found) || age_of(path, mark) > static_cast<double>(max_age.count());
    if (!is_stale || !remove_stale(path, found, mark)) return nullptr;
  }
  return std::make_unique<LockFile>(Key(), std::move(path), content);
}

LockFile::~LockFile() {
  if (is_held()) ::unlink(path_.c_str());
}

bool LockFile::is_held() const {
  return content_of(path_) == content_;
}

void LockFile::refresh() const {
  if (is_held()) ::utimensat(AT_FDCWD, path_.c_str(), nullptr, 0);
}

}  // namespace galen
