#include "io/slide/ome.h"

#include <gtest/gtest.h>

namespace galen::slide {
namespace {

TEST(Ome, ReadsNameChannelsDirectoryAndPixelSize) {
  const auto images = read_ome(
      "<?xml version=\"1.0\"?><OME xmlns=\"x\"><Image ID=\"Image:0\" Name=\"tissue\"><Pixels "
      "SizeC=\"3\" "
      "PhysicalSizeX=\"0.25\" PhysicalSizeY=\"0.26\"><TiffData IFD=\"2\"/></Pixels></Image>"
      "<Image Name='label image'><Pixels SizeC='1'/></Image></OME>");
  ASSERT_EQ(images.size(), 2U);
  EXPECT_EQ(images[0].name, "tissue");
  EXPECT_EQ(images[0].channels, 3);
  EXPECT_EQ(images[0].ifd, 2);
  ASSERT_TRUE(images[0].mpp);
  EXPECT_DOUBLE_EQ(images[0].mpp->x, 0.25);
  EXPECT_DOUBLE_EQ(images[0].mpp->y, 0.26);
  EXPECT_EQ(images[1].name, "label image");
  EXPECT_EQ(images[1].ifd, 1);
  EXPECT_FALSE(images[1].mpp);
}

TEST(Ome, TurnsEveryUnitIntoMicrometres) {
  const auto mpp_in = [](const std::string& unit) {
    return read_ome("<OME><Image><Pixels PhysicalSizeX=\"500\" PhysicalSizeXUnit=\"" + unit +
                    "\" PhysicalSizeY=\"500\" PhysicalSizeYUnit=\"" + unit + "\"/></Image></OME>")
        .front()
        .mpp;
  };
  EXPECT_DOUBLE_EQ(mpp_in("nm")->x, 0.5);
  EXPECT_DOUBLE_EQ(mpp_in("\u00b5m")->x, 500);
  EXPECT_DOUBLE_EQ(mpp_in("mm")->x, 500000);
  EXPECT_FALSE(mpp_in("pixel"));
}

TEST(Ome, IsEmptyForOtherTextAndForBrokenXml) {
  EXPECT_TRUE(read_ome("Aperio Image Library").empty());
  EXPECT_TRUE(read_ome("").empty());
  EXPECT_TRUE(read_ome("<OME><Image").empty() || !read_ome("<OME><Image").front().mpp);
  EXPECT_FALSE(read_ome("<OME><Image><Pixels PhysicalSizeX=\"0.5").front().mpp);
}

}  // namespace
}  // namespace galen::slide
