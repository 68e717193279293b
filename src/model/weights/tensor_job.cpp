#include "model/weights/tensor_job.h"

#include <algorithm>
#include <ggml.h>
#include <numeric>

#include "model/weights/weight_type.h"

namespace galen::model {
namespace {

constexpr std::int64_t kChunkElements = std::int64_t{1} << 22;

std::int64_t row_count(const TensorJob& job) {
  return job.rows > 0 ? job.rows : job.shape[0] - job.first_row;
}

/// Elements of one step of the slowest dimension.
std::int64_t row_elements(const TensorJob& job) {
  return std::accumulate(job.shape.begin() + 1, job.shape.end(), std::int64_t{1},
                         std::multiplies<>());
}

/// ggml's shape: fastest dimension first.
std::vector<std::int64_t> target_shape(const TensorJob& job) {
  if (job.flatten) return {row_count(job) * row_elements(job)};
  std::vector<std::int64_t> shape(job.shape.rbegin(), job.shape.rend());
  shape.back() = row_count(job);
  return shape;
}

void write_tensor(const TensorJob& job, const store::Tensor& source,
                  std::span<const std::uint8_t> bytes, GgufWriter& gguf, Progress& progress,
                  const CancelToken* cancel) {
  const std::int64_t width = row_elements(job);
  const std::int64_t stored_row = target_shape(job).front();
  const std::int64_t total = row_count(job) * width;
  // Whole rows of the stored tensor, since blocks do not cross rows.
  const std::int64_t step = std::max<std::int64_t>(1, kChunkElements / stored_row) * stored_row;
  const std::size_t size = store::dtype_size(source.dtype);
  std::vector<float> values;
  std::string stored;
  for (std::int64_t done = 0; done < total; done += step) {
    if (cancel != nullptr) cancel->check();
    const auto count = static_cast<std::size_t>(std::min(step, total - done));
    const auto begin = static_cast<std::size_t>(job.first_row * width + done) * size;
    values.resize(count);
    store::to_floats(source.dtype, bytes.subspan(begin, count * size), values);
    if (job.add != 0 || job.multiply != 1) {
      for (float& value : values) value = (value + job.add) * job.multiply;
    }
    stored.clear();
    store_as(job.type, values, stored_row, stored);
    gguf.write({reinterpret_cast<const std::uint8_t*>(stored.data()), stored.size()});
    progress.advance(stored.size() >> 20);
  }
}

}  // namespace

std::uint64_t stored_bytes(const std::vector<TensorJob>& jobs) {
  std::uint64_t bytes = 0;
  for (const TensorJob& job : jobs) {
    const std::int64_t row = target_shape(job).front();
    const auto rows = static_cast<std::uint64_t>(row_count(job) * row_elements(job) / row);
    bytes += rows * ggml_row_size(static_cast<ggml_type>(job.type), row);
  }
  return bytes;
}

void run_jobs(const std::vector<TensorJob>& jobs, Checkpoint& checkpoint, GgufWriter& gguf,
              Progress& progress, const CancelToken* cancel) {
  std::vector<const store::Tensor*> sources;
  for (const TensorJob& job : jobs) {
    sources.push_back(&checkpoint.take(job.source, job.shape));
    gguf.declare(job.target, job.type, target_shape(job));
  }
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    write_tensor(jobs[i], *sources[i], checkpoint.data(jobs[i].source), gguf, progress, cancel);
    checkpoint.release(jobs[i].source);
  }
}

}  // namespace galen::model
