#include "train/run/distributed.h"

#include <arpa/inet.h>
#include <cstdlib>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <torch/torch.h>
#include <unistd.h>

#include <galen/error.h>

namespace galen::train {
namespace {

int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  socklen_t size = sizeof address;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(socket);
  return ntohs(address.sin_port);
}

/// Runs `check` in two processes that form a group; true when both returned true.
bool holds_on_two_ranks(const std::function<bool(const Distributed&)>& check) {
  const std::string port = std::to_string(free_port());
  std::vector<pid_t> children;
  for (int rank = 0; rank < 2; ++rank) {
    const pid_t child = ::fork();
    if (child != 0) {
      children.push_back(child);
      continue;
    }
    ::setenv("RANK", std::to_string(rank).c_str(), 1);
    ::setenv("WORLD_SIZE", "2", 1);
    ::setenv("MASTER_ADDR", "127.0.0.1", 1);
    ::setenv("MASTER_PORT", port.c_str(), 1);
    bool holds = false;
    try {
      at::set_num_threads(1);
      const Distributed group = Distributed::from_environment();
      holds = check(group);
      group.barrier();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "rank %d: %s\n", rank, error.what());
    }
    ::_exit(holds ? 0 : 1);
  }
  bool all = true;
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    all = all && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
  return all;
}

TEST(Distributed, OneProcessIsTheIdentity) {
  const Distributed alone;
  torch::Tensor values = torch::tensor({1.0F, 2.0F});
  alone.sum(values);
  EXPECT_TRUE(torch::equal(values, torch::tensor({1.0F, 2.0F})));
  EXPECT_TRUE(torch::equal(alone.gather(values), values));
  EXPECT_TRUE(alone.is_main());
}

TEST(Distributed, SumsAndGathersInRankOrder) {
  EXPECT_TRUE(holds_on_two_ranks([](const Distributed& group) {
    const auto rank = static_cast<float>(group.rank());
    torch::Tensor total = torch::tensor({rank + 1, 10 * rank});
    group.sum(total);
    const torch::Tensor rows = group.gather(torch::full({1, 2}, rank));
    return torch::equal(total, torch::tensor({3.0F, 10.0F})) &&
           torch::equal(rows, torch::tensor({{0.0F, 0.0F}, {1.0F, 1.0F}}));
  }));
}

TEST(Distributed, OneRanksSignalReachesAll) {
  EXPECT_TRUE(holds_on_two_ranks(
      [](const Distributed& group) { return group.any(group.rank() == 1) && !group.any(false); }));
}

TEST(Distributed, RanksThatSeeOtherCheckpointsAreRefused) {
  EXPECT_TRUE(holds_on_two_ranks([](const Distributed& group) {
    group.require_same_step(7);
    try {
      group.require_same_step(500 * group.rank());
    } catch (const Error& error) {
      return error.kind() == ErrorKind::invalid_argument;
    }
    return false;
  }));
}

TEST(Distributed, TheGradientThroughGatherIsThatOfTheWholeBatch) {
  // Every rank computes the same function f of all rows; d(sum over ranks of f)/d(own rows) is
  // twice the gradient of one process.
  EXPECT_TRUE(holds_on_two_ranks([](const Distributed& group) {
    const torch::Tensor whole = torch::arange(8, torch::kFloat32).reshape({4, 2});
    torch::Tensor own = whole.narrow(0, 2 * group.rank(), 2).clone().set_requires_grad(true);
    group.gather_with_gradient(own).pow(3).sum().backward();
    torch::Tensor expected = 2 * 3 * whole.narrow(0, 2 * group.rank(), 2).pow(2);
    return torch::allclose(own.grad(), expected);
  }));
}

TEST(Distributed, GradientsBecomeTheirMeanAlsoWhereARankHasNone) {
  EXPECT_TRUE(holds_on_two_ranks([](const Distributed& group) {
    torch::Tensor used = torch::ones({3}).set_requires_grad(true);
    torch::Tensor seldom = torch::ones({2}).set_requires_grad(true);
    (used * (group.rank() + 1)).sum().backward();
    if (group.rank() == 0) (seldom * 4).sum().backward();
    group.average_gradients({used, seldom});
    return torch::equal(used.grad(), torch::full({3}, 1.5F)) &&
           torch::equal(seldom.grad(), torch::full({2}, 2.0F));
  }));
}

TEST(Distributed, BroadcastGivesRankZerosValues) {
  EXPECT_TRUE(holds_on_two_ranks([](const Distributed& group) {
    torch::Tensor weight = torch::full({2, 2}, 1.0 * group.rank()).set_requires_grad(true);
    torch::Tensor view = torch::full({2, 3}, 1.0 * group.rank()).t();
    group.broadcast({weight, view});
    return torch::equal(weight, torch::zeros({2, 2})) && torch::equal(view, torch::zeros({3, 2}));
  }));
}

TEST(Distributed, AMissingVariableIsNamed) {
  ::setenv("WORLD_SIZE", "2", 1);
  ::setenv("RANK", "5", 1);
  try {
    static_cast<void>(Distributed::from_environment());
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
    EXPECT_THAT(error.what(), ::testing::HasSubstr("RANK: \"5\" is not a number from 0 to 1"));
  }
}

}  // namespace
}  // namespace galen::train
