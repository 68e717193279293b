#include "base/memory.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace galen {
namespace {

constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();

std::uint64_t less(std::uint64_t limit, std::uint64_t used) {
  return limit > used ? limit - used : 0;
}

/// The number in a one-line file; unlimited for "max" or when there is no such file.
std::uint64_t number_in(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::uint64_t value = 0;
  return file >> value ? value : kUnlimited;
}

/// The value of "name NUMBER" or "name: NUMBER kB" in a file of such lines, `missing` without it.
std::uint64_t field_in(const std::filesystem::path& path, const std::string& name,
                       std::uint64_t missing) {
  std::ifstream file(path);
  std::string word;
  while (file >> word) {
    std::uint64_t value = 0;
    if (word == name && file >> value) {
      return value;
    }
    file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return missing;
}

std::uint64_t system_left() {
  const std::uint64_t kib = field_in("/proc/meminfo", "MemAvailable:", kUnlimited);
  return kib > kUnlimited / 1024 ? kUnlimited : kib * 1024;
}

/// One level of one hierarchy. Page cache that can be dropped counts as free, as in MemAvailable.
std::uint64_t group_left(const std::filesystem::path& group, bool v2) {
  const std::uint64_t limit = number_in(group / (v2 ? "memory.max" : "memory.limit_in_bytes"));
  const std::uint64_t used = number_in(group / (v2 ? "memory.current" : "memory.usage_in_bytes"));
  if (limit == kUnlimited || used == kUnlimited) {
    return kUnlimited;
  }
  const std::uint64_t cache =
      field_in(group / "memory.stat", v2 ? "inactive_file" : "total_inactive_file", 0);
  return less(limit, less(used, cache));
}

std::uint64_t cgroups_left() {
  std::uint64_t left = kUnlimited;
  std::ifstream list("/proc/self/cgroup");
  for (std::string line; std::getline(list, line);) {  // "0::/path" or "5:memory:/path"
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string::npos) {
      continue;
    }
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const bool v2 = controllers.empty();
    if (!v2 && controllers != "memory") {
      continue;
    }
    const std::filesystem::path mount = v2 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
    // Inside a container the path may be the host's while the mount already shows the container's
    // group.
    for (std::filesystem::path path = line.substr(second + 1);; path = path.parent_path()) {
      left = std::min(left, group_left(mount / path.relative_path(), v2));
      if (!path.has_relative_path()) {
        break;
      }
    }
  }
  return left;
}

std::uint64_t address_space_left() {
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
    return kUnlimited;
  }
  const std::uint64_t pages = number_in("/proc/self/statm");
  return pages == kUnlimited
             ? limit.rlim_cur
             : less(limit.rlim_cur, pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)));
}

}  // namespace

std::uint64_t available_memory() {
  return std::min({system_left(), cgroups_left(), address_space_left()});
}

}  // namespace galen
