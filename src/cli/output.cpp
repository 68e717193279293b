#include "cli/output.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/raise.h"

namespace galen::cli {
namespace {

[[noreturn]] void raise_write_error() {
  if (errno == EPIPE) throw OutputClosed{};
  raise(ErrorKind::io, "standard output: cannot write: {}", std::strerror(errno));
}

}  // namespace

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) raise_write_error();
}

void flush_output() {
  if (std::fflush(stdout) != 0) raise_write_error();
}

void report_error(std::string message) {
  std::replace(message.begin(), message.end(), '\n', ' ');
  fmt::print(stderr, "galen: error: {}\n", message);
}

void print_json(const OrderedJson& json) {
  print(json.dump(2, ' ', false, OrderedJson::error_handler_t::replace) + "\n");
}

}  // namespace galen::cli
