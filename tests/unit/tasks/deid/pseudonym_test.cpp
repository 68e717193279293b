#include "tasks/deid/pseudonym.h"

#include <array>
#include <sys/stat.h>

#include "study.h"
#include "tasks/deid/values.h"

namespace galen::deid {
namespace {

TEST(Pseudonyms, WriteNumbersOf128BitsInDecimal) {
  std::array<std::uint8_t, 16> bytes{};
  EXPECT_EQ(decimal(bytes.data()), "0");
  bytes[15] = 255;
  bytes[14] = 1;
  EXPECT_EQ(decimal(bytes.data()), "511");
  bytes.fill(255);
  EXPECT_EQ(decimal(bytes.data()), "340282366920938463463374607431768211455");
}

TEST(Pseudonyms, MakeAKeyOnceForItsOwnerAlone) {
  const fs::path file = test_folder() / "new" / "deid.key";
  const std::string first = Pseudonyms(file).uid("1.2.3");
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  EXPECT_EQ(Pseudonyms(file).uid("1.2.3"), first);
  EXPECT_LE(first.size(), 64U);
  ::chmod(file.c_str(), 0644);
  EXPECT_THROW(Pseudonyms{file}, Error);
}

TEST(Pseudonyms, RefuseAFileThatIsNoKey) {
  const fs::path file = test_folder() / "deid.key";
  write_file(file, "my dog\n");
  ::chmod(file.c_str(), 0600);
  EXPECT_THROW(Pseudonyms{file}, Error);
}

TEST(DeidValues, ShiftDatesAcrossYearsAndDropWhatIsNone) {
  EXPECT_EQ(earlier_date("20040301", 1), "20040229");
  EXPECT_EQ(earlier_date("2004.03.01", 61), "20031231");
  EXPECT_FALSE(earlier_date("20041399", 1).has_value());
  EXPECT_EQ(earlier_values("DA", "20040301\\junk\\20040302", 1), "20040229\\\\20040301");
  EXPECT_EQ(earlier_values("DT", "2004", 800), "2002");
  EXPECT_EQ(capped_age("095Y\\040Y"), "090Y\\040Y");
}

}  // namespace
}  // namespace galen::deid
