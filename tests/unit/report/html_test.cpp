#include "report/html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <regex>

#include "base/base64.h"
#include "io/raster/raster.h"

namespace galen::report {
namespace {

using testing::HasSubstr;
using testing::Not;

Page page_of(Section section) {
  return {"Answers", "a-model", "a licence", "2026-11-25", {std::move(section)}};
}

TEST(HtmlPage, TextOfTheUserAndTheModelIsEscaped) {
  const std::string attack = "<script>alert('x')</script> & \"quoted\"";
  const std::string html =
      html_page({attack,
                 attack,
                 attack,
                 attack,
                 {{attack, {{make_image(2, 2, 1), attack}}, {{attack, attack}}}}});
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("\"quoted\"")));
  EXPECT_THAT(
      html, HasSubstr("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;quoted&quot;"));
}

TEST(HtmlPage, PictureIsInsideAsPngToTheLastBit) {
  Image image = make_image(3, 2, 3);
  for (std::size_t i = 0; i < image.data.size(); ++i)
    image.data[i] = static_cast<std::uint8_t>(9 * i);
  const std::string html = html_page(page_of({"s", {{image, "a picture"}}, {}}));
  std::smatch match;
  ASSERT_TRUE(std::regex_search(html, match, std::regex("base64,([^\"]+)\"")));
  const auto png = decode_base64(match[1].str());
  ASSERT_TRUE(png);
  const Image read = raster::decode_image(
      {reinterpret_cast<const std::uint8_t*>(png->data()), png->size()}, "png");
  EXPECT_EQ(read.width, 3);
  EXPECT_EQ(read.data, image.data);
  EXPECT_THAT(html, HasSubstr("alt=\"a picture\" width=\"3\" height=\"2\""));
}

TEST(HtmlPage, LoadsNothingAndSaysWhatItIsNot) {
  const std::string html = html_page(page_of({"s", {}, {{"q", "a"}}}));
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
  EXPECT_THAT(html, Not(HasSubstr("http:")));
  EXPECT_THAT(html, Not(HasSubstr("https:")));
  EXPECT_THAT(html, HasSubstr("Not for clinical use"));
  EXPECT_THAT(html, HasSubstr("Model: a-model. Date: 2026-11-25."));
  EXPECT_THAT(html, HasSubstr("<html lang=\"en\">"));
}

TEST(HtmlPage, AnAnswerCutShortIsMarked) {
  EXPECT_THAT(html_page(page_of({"s", {}, {{"q", "half an", false}}})), HasSubstr("[cut short]"));
  EXPECT_THAT(html_page(page_of({"s", {}, {{"q", "whole", true}}})), Not(HasSubstr("[cut short]")));
}

TEST(HtmlPage, ElementsAreClosed) {
  const std::string html =
      html_page(page_of({"s", {{make_image(1, 1, 1), "c"}}, {{"q", "a"}, {"q", "a"}}}));
  for (const std::string name : {"html", "head", "style", "body", "header", "main", "section",
                                 "figure", "figcaption", "dl", "dt", "dd", "footer", "h1", "h2"}) {
    const auto count = [&html](const std::regex& tag) {
      return std::distance(std::sregex_iterator(html.begin(), html.end(), tag), {});
    };
    EXPECT_EQ(count(std::regex("<" + name + "[ >]")), count(std::regex("</" + name + ">"))) << name;
  }
}

}  // namespace
}  // namespace galen::report
