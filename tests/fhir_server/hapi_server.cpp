#include "hapi_server.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace galen {
namespace {

namespace fs = std::filesystem;

constexpr int kStartSeconds = 120;

fs::path source() {
  return fs::path(GALEN_SOURCE_DIR) / "tests" / "fhir_server";
}

bool runs(const std::string& command) {
  return std::system((command + " >/dev/null 2>&1").c_str()) == 0;
}

/// The server's libraries; empty when they cannot be had. Tests that start together wait for one
/// download.
fs::path libraries() {
  const char* const cache = std::getenv("XDG_CACHE_HOME");
  const char* const home = std::getenv("HOME");
  if (cache == nullptr && home == nullptr) return {};
  const fs::path folder =
      (cache != nullptr ? fs::path(cache) : fs::path(home) / ".cache") / "galen" / "fhir_server";
  fs::create_directories(folder);
  const int lock = ::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  ::flock(lock, LOCK_EX);
  const fs::path done = folder / "complete-8.0.0";
  bool is_there = fs::exists(done);
  if (!is_there && runs("command -v mvn")) {
    is_there = runs("timeout 240 mvn -q -B -f '" + (source() / "pom.xml").string() +
                    "' dependency:copy-dependencies -DoutputDirectory='" + folder.string() + "'") &&
               runs("touch '" + done.string() + "'");
  }
  ::close(lock);
  return is_there ? folder : fs::path();
}

/// The first line that comes within a time.
std::string read_line(int descriptor, int seconds) {
  std::string line;
  for (pollfd ready{descriptor, POLLIN, 0}; ::poll(&ready, 1, seconds * 1000) == 1;) {
    char c = 0;
    if (::read(descriptor, &c, 1) != 1 || c == '\n') break;
    line += c;
  }
  return line;
}

}  // namespace

HapiServer::HapiServer(const fs::path& bundles, const std::string& token) {
  if (!runs("command -v java")) {
    why_not_ = "Java is not installed (default-jdk-headless)";
    return;
  }
  const fs::path found = libraries();
  if (found.empty()) {
    why_not_ = "HAPI's libraries are not there and Maven cannot get them (maven, a network)";
    return;
  }
  start(found, bundles, token);
}

void HapiServer::start(const fs::path& libraries, const fs::path& bundles,
                       const std::string& token) {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0) {
    why_not_ = "no pipes";
    return;
  }
  const std::string path = libraries.string() + "/*";
  const std::string program = (source() / "FhirServer.java").string();
  const std::string folder = bundles.string();
  std::vector<const char*> words{"java",        "-Xmx512m",   "-XX:TieredStopAtLevel=1",
                                 "-cp",         path.c_str(), program.c_str(),
                                 folder.c_str()};
  if (!token.empty()) words.push_back(token.c_str());
  words.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(in[0], STDIN_FILENO);
    ::dup2(out[1], STDOUT_FILENO);
    ::execvp("java", const_cast<char* const*>(words.data()));
    ::_exit(127);
  }
  ::close(in[0]);
  ::close(out[1]);
  input_ = in[1];
  const std::string line = read_line(out[0], kStartSeconds);
  ::close(out[0]);
  if (std::sscanf(line.c_str(), "listening on %d", &port_) != 1)
    why_not_ = "the server did not start: " + line;
}

HapiServer::~HapiServer() {
  if (input_ >= 0) ::close(input_);
  if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
}

std::string HapiServer::address() const {
  return "http://127.0.0.1:" + std::to_string(port_) + "/fhir";
}

}  // namespace galen
