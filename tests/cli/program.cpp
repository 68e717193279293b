#include "program.h"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <optional>
#include <spawn.h>
#include <stdexcept>
#include <string_view>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "base/file.h"

extern char** environ;

namespace galen {
namespace {

constexpr std::size_t kMaxOutput = std::size_t{16} << 20;

std::vector<std::string> environment_of(const std::map<std::string, std::string>& changes,
                                        const std::filesystem::path& home) {
  std::map<std::string, std::string> all;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    if (text.starts_with("GALEN_")) continue;
    const std::size_t equals = text.find('=');
    all[std::string(text.substr(0, equals))] = text.substr(equals + 1);
  }
  all["GALEN"] = GALEN_PROGRAM;
  all["XDG_CONFIG_HOME"] = (home / "config").string();
  all["XDG_DATA_HOME"] = (home / "data").string();
  for (const auto& [name, value] : changes) all[name] = value;
  std::vector<std::string> list;
  for (const auto& [name, value] : all) list.push_back(name + "=" + value);
  return list;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (std::string& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

/// The status of a child, which is killed when its time is up.
int wait_for(pid_t child, std::optional<std::chrono::microseconds> time) {
  int status = 0;
  if (time) {
    const auto end = std::chrono::steady_clock::now() + *time;
    while (std::chrono::steady_clock::now() < end) {
      if (::waitpid(child, &status, WNOHANG) == child) return status;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ::kill(child, SIGKILL);
  }
  ::waitpid(child, &status, 0);
  return status;
}

Outcome run(std::vector<std::string> command, const std::map<std::string, std::string>& changes,
            std::optional<std::chrono::microseconds> time = {}) {
  const Scratch home;
  const std::string out = (home / "out").string();
  const std::string err = (home / "err").string();
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, out.c_str(), O_WRONLY | O_CREAT, 0600);
  posix_spawn_file_actions_addopen(&files, 2, err.c_str(), O_WRONLY | O_CREAT, 0600);
  std::vector<std::string> environment = environment_of(changes, home.folder());
  pid_t child = 0;
  const int failure = ::posix_spawn(&child, command.front().c_str(), &files, nullptr,
                                    pointers(command).data(), pointers(environment).data());
  posix_spawn_file_actions_destroy(&files);
  if (failure != 0) throw std::runtime_error("cannot start " + command.front());
  const int status = wait_for(child, time);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          read_file(out, kMaxOutput), read_file(err, kMaxOutput)};
}

}  // namespace

Scratch::Scratch() {
  std::string name = (std::filesystem::temp_directory_path() / "galen-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  folder_ = name;
}

Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string Scratch::write(const std::string& name, const std::string& bytes) const {
  write_file(folder_ / name, bytes);
  return (folder_ / name).string();
}

Outcome run_galen(const std::vector<std::string>& arguments,
                  const std::map<std::string, std::string>& environment) {
  std::vector<std::string> command{GALEN_PROGRAM};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run(std::move(command), environment);
}

Outcome run_galen_for(std::chrono::microseconds time, const std::vector<std::string>& arguments,
                      const std::map<std::string, std::string>& environment) {
  std::vector<std::string> command{GALEN_PROGRAM};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run(std::move(command), environment, time);
}

Outcome run_shell(const std::string& script,
                  const std::map<std::string, std::string>& environment) {
  return run({"/bin/bash", "-c", script}, environment);
}

}  // namespace galen
