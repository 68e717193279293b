#pragma once
// The one exception type of Galen. Every public function may throw it; nothing else leaves the
// library except std::bad_alloc.

#include <stdexcept>
#include <string>
#include <string_view>

namespace galen {

/// What went wrong, seen from the user. Mapped once to exit codes here and once to HTTP by the
/// server.
enum class ErrorKind {
  invalid_argument,  ///< the caller asked for something that makes no sense
  not_found,         ///< a named file, model or item does not exist
  unsupported,       ///< well-formed, but outside what Galen reads or does
  malformed,         ///< a file or message breaks its format
  limit_exceeded,    ///< larger than a stated limit
  permission,        ///< the system refused access
  unavailable,       ///< a peer or device is not there now
  timeout,           ///< a peer did not answer in time
  cancelled,         ///< the user stopped the work
  out_of_memory,     ///< the work would not fit in the memory there is
  io,                ///< reading or writing failed
  internal,          ///< a fault of Galen itself
};

/// An expected failure. `message` is one line for a person: it names the file or field, the value,
/// the limit and the next step, and holds no patient data.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }

 private:
  ErrorKind kind_;
};

/// The stable name of a kind, e.g. "limit_exceeded".
[[nodiscard]] std::string_view error_kind_name(ErrorKind kind) noexcept;

/// The process exit code of a kind: 2 usage, 3 input missing, 4 malformed or unsupported, 5 limit
/// or memory, 6 input/output or permission, 7 unavailable or timeout, 130 cancelled, 1 internal. 8
/// (some items of a bulk job failed) is given by the command line itself.
[[nodiscard]] int exit_code(ErrorKind kind) noexcept;

}  // namespace galen
