#include "io/store/table.h"

#include <gtest/gtest.h>

#include <galen/error.h>

#include "base/file.h"

namespace galen::store {
namespace {

using Row = std::vector<std::string>;

std::filesystem::path written(const std::string& name, const std::string& text) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "galen_table_test";
  std::filesystem::create_directories(folder);
  write_file(folder / name, text);
  return folder / name;
}

ErrorKind kind_of(const std::string& name, const std::string& text) {
  try {
    (void)read_table(written(name, text));
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::internal;
}

TEST(Table, reads_csv_with_quotes_line_breaks_and_either_line_end) {
  const Table table = read_table(written(
      "a.csv", "\xEF\xBB\xBFpath,label\r\na.png,\"x, \"\"y\"\"\nz\"\n\nb.png,\r\n\"c\",\"\""));
  EXPECT_EQ(table.columns, (Row{"path", "label"}));
  ASSERT_EQ(table.rows.size(), 3U);
  EXPECT_EQ(table.rows[0], (Row{"a.png", "x, \"y\"\nz"}));
  EXPECT_EQ(table.rows[1], (Row{"b.png", ""}));
  EXPECT_EQ(table.rows[2], (Row{"c", ""}));
}

TEST(Table, reads_jsonl_with_fields_that_come_and_go) {
  const Table table = read_table(written(
      "a.jsonl",
      "{\"path\":\"a\",\"n\":1.5}\n\n{\"path\":\"b\",\"labels\":[\"x\",\"y\"],\"n\":null}\n"));
  const std::size_t path = table.column("path");
  const std::size_t n = table.column("n");
  const std::size_t labels = table.column("labels");
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.rows[0][path], "a");
  EXPECT_EQ(table.rows[0][n], "1.5");
  EXPECT_EQ(table.rows[0][labels], "");
  EXPECT_EQ(table.rows[1][n], "");
  EXPECT_EQ(table.rows[1][labels], "x|y");
}

TEST(Table, names_the_columns_that_are_there) {
  const Table table = read_table(written("b.csv", "file,label\n"));
  EXPECT_FALSE(table.find("path").has_value());
  try {
    (void)table.column("path");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
    EXPECT_NE(std::string(error.what()).find("file, label"), std::string::npos);
  }
}

TEST(Table, refuses_broken_lists) {
  EXPECT_EQ(kind_of("empty.csv", ""), ErrorKind::malformed);
  EXPECT_EQ(kind_of("short.csv", "a,b\n1\n"), ErrorKind::malformed);
  EXPECT_EQ(kind_of("open.csv", "a,b\n1,\"2\n"), ErrorKind::malformed);
  EXPECT_EQ(kind_of("after.csv", "a,b\n1,\"2\"3\n"), ErrorKind::malformed);
  EXPECT_EQ(kind_of("wide.csv", std::string(10001, ',')), ErrorKind::limit_exceeded);
  EXPECT_EQ(kind_of("cut.jsonl", "{\"a\":1}\n{\"a\":"), ErrorKind::malformed);
  EXPECT_EQ(kind_of("list.jsonl", "[1]\n"), ErrorKind::malformed);
  EXPECT_EQ(kind_of("nested.jsonl", "{\"a\":{\"b\":1}}\n"), ErrorKind::malformed);
}

TEST(CsvLine, is_read_back_as_written) {
  const Row fields{"plain", "with, comma", "with \"quotes\"", "two\nlines", ""};
  const Table table = read_table(written("round.csv", csv_line(fields) + csv_line(fields)));
  EXPECT_EQ(table.columns, fields);
  EXPECT_EQ(table.rows.at(0), fields);
}

}  // namespace
}  // namespace galen::store
