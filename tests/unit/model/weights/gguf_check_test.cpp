#include "model/weights/gguf_check.h"

#include "../../malformed_cases.h"

namespace galen::model {
namespace {

TEST(Gguf, refuses_every_malformed_case_with_its_error) {
  expect_malformed_cases("gguf", 12,
                         [](const std::filesystem::path& path) { (void)Gguf::open(path); });
}

/// Little-endian bytes of a small file, written by hand as the format's page shows them.
class Bytes {
 public:
  template <typename T>
  Bytes& put(T value) {
    text_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  Bytes& text(const std::string& value) {
    put<std::uint64_t>(value.size());
    text_ += value;
    return *this;
  }
  Bytes& pad(std::size_t alignment) {
    text_.resize((text_.size() + alignment - 1) / alignment * alignment);
    return *this;
  }
  Bytes& raw(const std::string& value) {
    text_ += value;
    return *this;
  }
  [[nodiscard]] std::span<const std::uint8_t> span() const {
    return {reinterpret_cast<const std::uint8_t*>(text_.data()), text_.size()};
  }

 private:
  std::string text_;
};

Bytes small_file(std::uint32_t version = 3) {
  Bytes bytes;
  bytes.raw("GGUF").put<std::uint32_t>(version).put<std::uint64_t>(2).put<std::uint64_t>(4);
  bytes.text("general.architecture").put<std::uint32_t>(8).text("gemma3");
  bytes.text("count").put<std::uint32_t>(10).put<std::uint64_t>(7);
  bytes.text("rate").put<std::uint32_t>(6).put<float>(0.5F);
  bytes.text("words")
      .put<std::uint32_t>(9)
      .put<std::uint32_t>(8)
      .put<std::uint64_t>(2)
      .text("a")
      .text("bc");
  bytes.text("x")
      .put<std::uint32_t>(2)
      .put<std::int64_t>(3)
      .put<std::int64_t>(2)
      .put<std::int32_t>(0)
      .put<std::uint64_t>(0);
  bytes.text("y")
      .put<std::uint32_t>(1)
      .put<std::int64_t>(1)
      .put<std::int32_t>(0)
      .put<std::uint64_t>(32);
  bytes.pad(32);
  for (int i = 0; i < 6; ++i) bytes.put<float>(static_cast<float>(i));
  return bytes.pad(32).put<float>(9.0F);
}

TEST(Gguf, reads_values_with_their_types) {
  const Bytes bytes = small_file();
  const Gguf gguf = Gguf::parse(bytes.span(), "small");
  EXPECT_EQ(gguf.text("general.architecture"), "gemma3");
  EXPECT_EQ(gguf.integer("count"), 7);
  EXPECT_EQ(gguf.number("rate"), 0.5);
  EXPECT_EQ(gguf.texts("words"), (std::vector<std::string>{"a", "bc"}));
  EXPECT_EQ(gguf.integer("absent", 5), 5);
}

TEST(Gguf, names_the_key_that_is_missing_or_of_another_type) {
  const Bytes bytes = small_file();
  const Gguf gguf = Gguf::parse(bytes.span(), "small");
  EXPECT_THROW((void)gguf.integer("absent"), Error);
  EXPECT_THROW((void)gguf.integer("rate"), Error);
  EXPECT_THROW((void)gguf.texts("count"), Error);
}

TEST(Gguf, gives_the_bytes_of_each_tensor) {
  const Bytes bytes = small_file(2);
  const Gguf gguf = Gguf::parse(bytes.span(), "small");
  const GgufTensor& x = gguf.tensor("x");
  EXPECT_EQ(x.elements(), 6);
  EXPECT_EQ(x.bytes, 24U);
  float last = 0;
  std::memcpy(&last, gguf.data(gguf.tensor("y")).data(), 4);
  EXPECT_EQ(last, 9.0F);
  EXPECT_EQ(gguf.find("z"), nullptr);
}

TEST(Gguf, refuses_other_versions_as_unsupported) {
  const Bytes bytes = small_file(1);
  try {
    (void)Gguf::parse(bytes.span(), "small");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unsupported);
  }
}

TEST(Gguf, refuses_every_shorter_prefix_of_a_good_file) {
  const Bytes bytes = small_file();
  for (std::size_t size = 0; size < bytes.span().size(); ++size) {
    EXPECT_THROW((void)Gguf::parse(bytes.span().first(size), "cut"), Error) << size;
  }
}

}  // namespace
}  // namespace galen::model
