#include <algorithm>
#include <gtest/gtest.h>

#include <galen/slide.h>

#include "../../malformed_cases.h"

namespace galen::slide {
namespace {

TEST(MalformedSlides, AreRefusedWithTheirReason) {
  expect_malformed_cases("slide", 30, [](const std::filesystem::path& path) {
    const auto slide = open_slide(path);
    const SlideLevel& base = slide->levels().front();
    static_cast<void>(slide->read_level(0, 0, 0,
                                        static_cast<int>(std::min<std::int64_t>(base.width, 64)),
                                        static_cast<int>(std::min<std::int64_t>(base.height, 64))));
  });
}

}  // namespace
}  // namespace galen::slide
