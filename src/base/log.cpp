#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace galen {
namespace {

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = [] {
    auto made = std::make_shared<spdlog::logger>("galen",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("galen: %l: %v");
    made->set_level(spdlog::level::warn);
    return made;
  }();
  return *instance;
}

}  // namespace

void set_log_level(LogLevel level) {
  switch (level) {
    case LogLevel::quiet: logger().set_level(spdlog::level::off); break;
    case LogLevel::warning: logger().set_level(spdlog::level::warn); break;
    case LogLevel::info: logger().set_level(spdlog::level::info); break;
    case LogLevel::debug: logger().set_level(spdlog::level::debug); break;
  }
}

void log_warning(const std::string& message) {
  logger().warn(message);
}
void log_info(const std::string& message) {
  logger().info(message);
}
void log_debug(const std::string& message) {
  logger().debug(message);
}

}  // namespace galen
