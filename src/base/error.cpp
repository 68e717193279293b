#include <galen/error.h>

namespace galen {

std::string_view error_kind_name(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::invalid_argument: return "invalid_argument";
    case ErrorKind::not_found: return "not_found";
    case ErrorKind::unsupported: return "unsupported";
    case ErrorKind::malformed: return "malformed";
    case ErrorKind::limit_exceeded: return "limit_exceeded";
    case ErrorKind::permission: return "permission";
    case ErrorKind::unavailable: return "unavailable";
    case ErrorKind::timeout: return "timeout";
    case ErrorKind::cancelled: return "cancelled";
    case ErrorKind::out_of_memory: return "out_of_memory";
    case ErrorKind::io: return "io";
    case ErrorKind::internal: return "internal";
  }
  return "internal";
}

int exit_code(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::invalid_argument: return 2;
    case ErrorKind::not_found: return 3;
    case ErrorKind::unsupported:
    case ErrorKind::malformed: return 4;
    case ErrorKind::limit_exceeded:
    case ErrorKind::out_of_memory: return 5;
    case ErrorKind::permission:
    case ErrorKind::io: return 6;
    case ErrorKind::unavailable:
    case ErrorKind::timeout: return 7;
    case ErrorKind::cancelled: return 130;
    case ErrorKind::internal: return 1;
  }
  return 1;
}

}  // namespace galen
