#include "tasks/pacs/command.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <spawn.h>
#include <string_view>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "base/raise.h"

namespace galen::pacs {
namespace {

constexpr auto kPoll = std::chrono::milliseconds(100);

std::vector<std::string> environment_with(const std::map<std::string, std::string>& variables) {
  std::vector<std::string> all;
  for (char** entry = ::environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (!variables.contains(std::string(text.substr(0, text.find('='))))) all.emplace_back(text);
  }
  for (const auto& [name, value] : variables) all.push_back(name + "=" + value);
  return all;
}

pid_t start(const std::string& command, const std::map<std::string, std::string>& variables) {
  std::vector<std::string> environment = environment_with(variables);
  std::vector<char*> pointers;
  for (std::string& entry : environment) pointers.push_back(entry.data());
  pointers.push_back(nullptr);
  std::string shell = "sh";
  std::string option = "-c";
  std::string text = command;
  char* arguments[] = {shell.data(), option.data(), text.data(), nullptr};
  pid_t child = 0;
  const int code = ::posix_spawn(&child, "/bin/sh", nullptr, nullptr, arguments, pointers.data());
  if (code != 0) raise(ErrorKind::internal, "cannot start /bin/sh (error {})", code);
  return child;
}

}  // namespace

void run_command(const std::string& command, const std::map<std::string, std::string>& variables,
                 const CancelToken* cancel) {
  const pid_t child = start(command, variables);
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    if (cancel != nullptr && cancel->is_cancelled()) {
      ::kill(child, SIGTERM);
      ::waitpid(child, &status, 0);
      cancel->check();
    }
    std::this_thread::sleep_for(kPoll);
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  raise(ErrorKind::unsupported, "the command ended with {} {}",
        WIFEXITED(status) ? "code" : "signal",
        WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
}

}  // namespace galen::pacs
