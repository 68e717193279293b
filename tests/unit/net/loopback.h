#pragma once
// An HTTP server on this machine, for tests of clients.

#include <httplib.h>
#include <string>
#include <thread>
#include <utility>

namespace galen::net {

template <typename Server = httplib::Server>
class Loopback {
 public:
  template <typename... Args>
  explicit Loopback(Args&&... args) : server_(std::forward<Args>(args)...) {}
  ~Loopback() {
    if (!thread_.joinable()) return;
    server_.stop();
    thread_.join();
  }
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;

  /// To set up before start().
  Server& operator*() { return server_; }
  Server* operator->() { return &server_; }
  void start() {
    server_.set_keep_alive_timeout(1);
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }
  [[nodiscard]] std::string address(const std::string& path = "",
                                    const std::string& scheme = "http") const {
    return scheme + "://127.0.0.1:" + std::to_string(port_) + path;
  }

 private:
  Server server_;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace galen::net
