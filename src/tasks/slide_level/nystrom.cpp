#include "tasks/slide_level/nystrom.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "base/parallel.h"
#include "base/raise.h"

namespace galen::tasks {
namespace {

constexpr std::size_t kBlock = 32;  // rows, whose results stay in the cache
constexpr int kInverseSteps = 6;

using Square = std::vector<double>;  // side x side

/// Eight sums side by side, which the compiler makes a vector of.
float dot(const float* a, const float* b, std::size_t count) {
  constexpr std::size_t kLanes = 8;
  std::array<float, kLanes> sums{};
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  }
  for (; i < count; ++i) sums[0] += a[i] * b[i];
  return std::accumulate(sums.begin(), sums.end(), 0.0F);
}

template <typename T>
void soft_max(T* values, std::size_t count) {
  const T highest = *std::max_element(values, values + count);
  T sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = std::exp(values[i] - highest);
    sum += values[i];
  }
  for (std::size_t i = 0; i < count; ++i) values[i] /= sum;
}

Square times(const Square& a, const Square& b, std::size_t side) {
  Square c(side * side, 0.0);
  for (std::size_t i = 0; i < side; ++i) {
    for (std::size_t k = 0; k < side; ++k) {
      for (std::size_t j = 0; j < side; ++j) c[i * side + j] += a[i * side + k] * b[k * side + j];
    }
  }
  return c;
}

/// scale I - a
Square less(double scale, Square a, std::size_t side) {
  for (double& value : a) value = -value;
  for (std::size_t i = 0; i < side; ++i) a[i * side + i] += scale;
  return a;
}

double largest_sum(const Square& x, std::size_t side, bool rows) {
  double largest = 0;
  for (std::size_t i = 0; i < side; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < side; ++j)
      sum += std::abs(rows ? x[i * side + j] : x[j * side + i]);
    largest = std::max(largest, sum);
  }
  return largest;
}

/// Moore-Penrose inverse by iteration (equation 11), from x^T / scale.
Square inverse(const Square& x, std::size_t side, double scale) {
  Square z(side * side);
  for (std::size_t i = 0; i < side; ++i) {
    for (std::size_t j = 0; j < side; ++j) z[i * side + j] = x[j * side + i] / scale;
  }
  for (int step = 0; step < kInverseSteps; ++step) {
    const Square xz = times(x, z, side);
    const Square inner = less(15, times(xz, less(7, xz, side), side), side);
    z = times(z, less(13, times(xz, inner, side), side), side);
    for (double& value : z) value *= 0.25;
  }
  return z;
}

/// One row a head; 0 for a scalar, which is no such layer.
std::size_t heads_of(const store::Tensor& residual) {
  return residual.shape.empty() ? 0 : residual.shape.front();
}

}  // namespace

/// Of one head, `marks` landmarks of `d` values.
struct NystromAttention::Head {
  std::vector<float> q;         // marks x d
  std::vector<float> k;         // marks x d
  Square between;               // marks x marks
  Square inverse;               // of `between`
  std::vector<float> gathered;  // marks x d: inverse * attention of the marks to all * v
};

NystromAttention::NystromAttention(const store::Safetensors& file, const std::string& name,
                                   std::size_t landmarks)
    : to_qkv_(read_linear(file, name + ".to_qkv")),
      to_out_(read_linear(file, name + ".to_out")),
      residual_(file.floats(file.tensor(name + ".residual.weight"))),
      heads_(heads_of(file.tensor(name + ".residual.weight"))),
      landmarks_(landmarks) {
  const bool fits = heads_ > 0 && landmarks > 0 && to_out_.in % heads_ == 0 &&
                    to_qkv_.out == 3 * to_out_.in && to_qkv_.in == to_out_.out &&
                    residual_.size() % (2 * heads_) == heads_;
  if (!fits)
    raise(ErrorKind::malformed, "{}: the layers of '{}' do not fit each other", file.name(), name);
}

std::vector<NystromAttention::Head> NystromAttention::landmarks_of(const Tokens& qkv,
                                                                   int threads) const {
  const std::size_t inner = to_out_.in;
  const std::size_t d = inner / heads_;
  const std::size_t stretch = qkv.count / landmarks_;
  std::vector<Head> heads(heads_);
  parallel_for(heads_, threads, [&](std::size_t h) {
    Head& head = heads[h];
    head.q.assign(landmarks_ * d, 0);
    head.k.assign(landmarks_ * d, 0);
    for (std::size_t n = 0; n < qkv.count; ++n) {
      const float* row = qkv.row(n) + h * d;
      const std::size_t mark = n / stretch;
      for (std::size_t i = 0; i < d; ++i) {
        head.q[mark * d + i] += row[i] / static_cast<float>(stretch);
        head.k[mark * d + i] += row[inner + i] / static_cast<float>(stretch);
      }
    }
    head.between.resize(landmarks_ * landmarks_);
    for (std::size_t a = 0; a < landmarks_; ++a) {
      for (std::size_t b = 0; b < landmarks_; ++b)
        head.between[a * landmarks_ + b] = double{dot(&head.q[a * d], &head.k[b * d], d)};
      soft_max(&head.between[a * landmarks_], landmarks_);
    }
  });
  double rows = 0;
  double columns = 0;
  for (const Head& head : heads) {
    rows = std::max(rows, largest_sum(head.between, landmarks_, true));
    columns = std::max(columns, largest_sum(head.between, landmarks_, false));
  }
  parallel_for(heads_, threads, [&](std::size_t h) {
    heads[h].inverse = inverse(heads[h].between, landmarks_, rows * columns);
  });
  return heads;
}

void NystromAttention::gather(const Tokens& qkv, std::size_t front, std::size_t h, Head& head,
                              std::vector<float>* attention) const {
  const std::size_t inner = to_out_.in;
  const std::size_t d = inner / heads_;
  std::vector<double> first(landmarks_, 0.0);  // row of the first token, times the inverse
  if (attention != nullptr) {
    std::vector<float> to(landmarks_);
    for (std::size_t m = 0; m < landmarks_; ++m)
      to[m] = dot(qkv.row(front) + h * d, &head.k[m * d], d);
    soft_max(to.data(), landmarks_);
    for (std::size_t m = 0; m < landmarks_; ++m) {
      for (std::size_t j = 0; j < landmarks_; ++j)
        first[j] += double{to[m]} * head.inverse[m * landmarks_ + j];
    }
  }
  std::vector<double> marked(landmarks_ * d, 0.0);  // attention of the marks to all, times v
  std::vector<float> from(qkv.count);
  for (std::size_t m = 0; m < landmarks_; ++m) {
    for (std::size_t n = 0; n < qkv.count; ++n)
      from[n] = dot(&head.q[m * d], qkv.row(n) + inner + h * d, d);
    soft_max(from.data(), from.size());
    for (std::size_t n = 0; n < qkv.count; ++n) {
      const float* v = qkv.row(n) + 2 * inner + h * d;
      for (std::size_t i = 0; i < d; ++i) marked[m * d + i] += double{from[n] * v[i]};
    }
    if (attention == nullptr) continue;
    const auto share = static_cast<float>(first[m] / static_cast<double>(heads_));
    for (std::size_t n = front; n < qkv.count; ++n) (*attention)[n - front] += share * from[n];
  }
  std::vector<double> row(d);
  head.gathered.resize(landmarks_ * d);
  for (std::size_t a = 0; a < landmarks_; ++a) {
    std::fill(row.begin(), row.end(), 0.0);
    for (std::size_t b = 0; b < landmarks_; ++b) {
      for (std::size_t i = 0; i < d; ++i)
        row[i] += head.inverse[a * landmarks_ + b] * marked[b * d + i];
    }
    for (std::size_t i = 0; i < d; ++i) head.gathered[a * d + i] = static_cast<float>(row[i]);
  }
}

void NystromAttention::scatter(const Tokens& qkv, std::size_t h, const Head& head, int threads,
                               Tokens& out) const {
  const std::size_t inner = to_out_.in;
  const std::size_t d = inner / heads_;
  const std::size_t kernel = residual_.size() / heads_;
  const std::size_t reach = kernel / 2;
  parallel_for((qkv.count + kBlock - 1) / kBlock, threads, [&](std::size_t block) {
    std::vector<float> to(landmarks_);
    const std::size_t end = std::min(qkv.count, (block + 1) * kBlock);
    for (std::size_t n = block * kBlock; n < end; ++n) {
      for (std::size_t m = 0; m < landmarks_; ++m)
        to[m] = dot(qkv.row(n) + h * d, &head.k[m * d], d);
      soft_max(to.data(), landmarks_);
      float* y = out.row(n) + h * d;
      for (std::size_t m = 0; m < landmarks_; ++m) {
        for (std::size_t i = 0; i < d; ++i) y[i] += to[m] * head.gathered[m * d + i];
      }
      for (std::size_t t = n < reach ? reach - n : 0; t < kernel && n + t < qkv.count + reach;
           ++t) {
        const float* v = qkv.row(n + t - reach) + 2 * inner + h * d;
        for (std::size_t i = 0; i < d; ++i) y[i] += residual_[h * kernel + t] * v[i];
      }
    }
  });
}

Tokens NystromAttention::apply(const Tokens& tokens, int threads,
                               std::vector<float>* attention) const {
  const std::size_t inner = to_out_.in;
  const std::size_t front = (landmarks_ - tokens.count % landmarks_) % landmarks_;
  Tokens qkv(front + tokens.count, 3 * inner);  // the rows in front stay 0
  const std::size_t head_width = inner / heads_;
  const auto scale = 1 / std::sqrt(static_cast<float>(head_width));
  const std::size_t blocks = (tokens.count + kBlock - 1) / kBlock;
  parallel_for(blocks, threads, [&](std::size_t block) {
    const std::size_t begin = block * kBlock;
    const std::size_t rows = std::min(kBlock, tokens.count - begin);
    to_qkv_.apply(tokens.row(begin), qkv.row(front + begin), rows);
    for (std::size_t r = 0; r < rows; ++r) {
      float* q = qkv.row(front + begin + r);
      for (std::size_t i = 0; i < inner; ++i) q[i] *= scale;
    }
  });
  std::vector<Head> heads = landmarks_of(qkv, threads);
  std::vector<std::vector<float>> shares(heads_, std::vector<float>(attention ? tokens.count : 0));
  parallel_for(heads_, threads, [&](std::size_t h) {
    gather(qkv, front, h, heads[h], attention != nullptr ? &shares[h] : nullptr);
  });
  Tokens mixed(qkv.count, inner);
  for (std::size_t h = 0; h < heads_; ++h) scatter(qkv, h, heads[h], threads, mixed);
  Tokens out(tokens.count, to_out_.out);
  parallel_for(blocks, threads, [&](std::size_t block) {
    const std::size_t begin = block * kBlock;
    to_out_.apply(mixed.row(front + begin), out.row(begin), std::min(kBlock, tokens.count - begin));
  });
  if (attention != nullptr) {
    attention->assign(tokens.count, 0);
    for (const auto& share : shares) {
      for (std::size_t n = 0; n < tokens.count; ++n) (*attention)[n] += share[n];
    }
  }
  return out;
}

}  // namespace galen::tasks
