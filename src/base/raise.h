#pragma once

#include <fmt/core.h>
#include <utility>

#include <galen/error.h>

namespace galen {

/// Throws Error with a formatted message: `raise(ErrorKind::malformed, "{}: ...", name)`.
template <typename... Args>
[[noreturn]] void raise(ErrorKind kind, fmt::format_string<Args...> format, Args&&... args) {
  throw Error(kind, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace galen
