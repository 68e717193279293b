#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <galen/cancel.h>

namespace galen::tasks {

/// An approximate index of vectors by inner product (hierarchical navigable small worlds, Malkov
/// and Yashunin 2018, arXiv 1603.09320). The vectors stay with the caller, in one order, of
/// length 1. Searching is safe from several threads.
class Hnsw {
 public:
  struct Options {
    int links = 16;    ///< of a vector on the upper levels; twice as many on the lowest
    int effort = 200;  ///< candidates looked at when a vector is added
    std::uint64_t seed = 1;
  };

  /// Adds the rows one by one: the same rows give the same index. Throws cancelled;
  /// limit_exceeded beyond 2^32 - 1 rows; invalid_argument for bad options.
  static Hnsw build(std::span<const float> rows, std::size_t width, const Options& options,
                    const CancelToken* cancel = nullptr);

  /// About the `count` rows of the greatest product with `query`, best first; more `effort` (at
  /// least `count`) finds more of them. `rows` are those of build().
  [[nodiscard]] std::vector<std::uint32_t> search(std::span<const float> rows,
                                                  std::span<const float> query, std::size_t count,
                                                  std::size_t effort) const;

  [[nodiscard]] std::size_t size() const { return offsets_.size() - 1; }
  /// `digest` says which rows it is of. Throws io, permission.
  void save(const std::filesystem::path& path, const std::string& digest) const;
  /// Throws malformed; invalid_argument when it is of other rows.
  static Hnsw load(const std::filesystem::path& path, const std::string& digest);

 private:
  struct Candidate {
    float product;
    std::uint32_t row;
  };
  class Walk;

  Hnsw(std::size_t rows, std::size_t width, const Options& options);
  void add(std::span<const float> rows, std::uint32_t row);
  void connect(std::span<const float> rows, std::uint32_t from, std::uint32_t to, int level);
  [[nodiscard]] std::vector<std::uint32_t> select(std::span<const float> rows,
                                                  const std::vector<Candidate>& candidates,
                                                  std::size_t most) const;
  [[nodiscard]] std::size_t most_links(int level) const;
  /// The number of links, and behind it the links.
  [[nodiscard]] std::uint32_t* links(std::uint32_t row, int level);
  [[nodiscard]] const std::uint32_t* links(std::uint32_t row, int level) const;

  std::size_t width_;
  Options options_;
  std::vector<std::uint8_t> levels_;
  std::vector<std::size_t> offsets_;  // rows + 1
  std::vector<std::uint32_t> data_;
  std::uint32_t entry_ = 0;
  std::size_t added_ = 0;
};

}  // namespace galen::tasks
