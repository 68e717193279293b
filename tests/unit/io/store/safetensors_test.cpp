#include "io/store/safetensors.h"

#include <cmath>

#include "../../malformed_cases.h"

namespace galen::store {
namespace {

std::filesystem::path scratch(const std::string& name) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "galen_safetensors_test";
  std::filesystem::create_directories(folder);
  return folder / name;
}

TEST(Safetensors, refuses_every_malformed_case_with_its_error) {
  expect_malformed_cases("safetensors", 12,
                         [](const std::filesystem::path& path) { (void)Safetensors::open(path); });
}

TEST(Safetensors, reads_back_what_was_written) {
  const auto path = scratch("two.safetensors");
  SafetensorsWriter writer(path, {{"a", Dtype::f32, {2, 2}, 0, 0}, {"ids", Dtype::i64, {1}, 0, 0}},
                           {{"model", "tiny"}});
  writer.write(std::vector<float>{1, 2, 3, 4});
  writer.write(std::vector<std::uint8_t>{7, 0, 0, 0, 0, 0, 0, 0});
  writer.commit();
  const Safetensors file = Safetensors::open(path);
  ASSERT_EQ(file.tensors().size(), 2U);
  EXPECT_EQ(file.floats(file.tensor("a")), (std::vector<float>{1, 2, 3, 4}));
  EXPECT_EQ(file.floats(file.tensor("ids")), (std::vector<float>{7}));
  EXPECT_EQ(file.metadata().at("model"), "tiny");
  EXPECT_THROW((void)file.tensor("b"), Error);
}

TEST(Safetensors, leaves_no_file_when_fewer_bytes_came_than_stated) {
  const auto path = scratch("half.safetensors");
  {
    SafetensorsWriter writer(path, {{"a", Dtype::f32, {2}, 0, 0}});
    writer.write(std::vector<float>{1});
    EXPECT_THROW(writer.commit(), Error);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Dtype, converts_half_precision_exactly) {
  EXPECT_EQ(f16_to_float(0x3C00), 1.0F);
  EXPECT_EQ(f16_to_float(0xC000), -2.0F);
  EXPECT_EQ(f16_to_float(0x0001), std::ldexp(1.0F, -24));
  EXPECT_EQ(f16_to_float(0x7BFF), 65504.0F);
  EXPECT_TRUE(std::isinf(f16_to_float(0x7C00)));
  EXPECT_TRUE(std::isnan(f16_to_float(0x7E00)));
  EXPECT_EQ(bf16_to_float(0x3F80), 1.0F);
  EXPECT_EQ(bf16_to_float(0xC040), -3.0F);
}

}  // namespace
}  // namespace galen::store
