#include "net/http/url.h"

#include <gtest/gtest.h>

#include <galen/error.h>

namespace galen::net {
namespace {

TEST(UrlTest, encodes_parameters) {
  EXPECT_EQ(with_query("http://h/Condition", {{"code", "http://loinc.org|4548-4"}, {"a", "x y"}}),
            "http://h/Condition?code=http%3A%2F%2Floinc.org%7C4548-4&a=x%20y");
  EXPECT_EQ(with_query("http://h/p?x=1", {{"y", "2"}}), "http://h/p?x=1&y=2");
}

TEST(UrlTest, names_the_port_of_an_origin) {
  EXPECT_EQ(origin_of("https://Host.Example/fhir"), "https://host.example:443");
  EXPECT_EQ(origin_of("http://host:8080/"), "http://host:8080");
  for (const char* bad : {"", "ftp://host/x", "host/x", "http://"}) {
    EXPECT_THROW((void)origin_of(bad), Error) << bad;
  }
}

TEST(UrlTest, resolves_links) {
  EXPECT_EQ(resolved("http://h/fhir/Patient?x=1", "?page=2"), "http://h/fhir/Patient?page=2");
  EXPECT_EQ(resolved("http://h/fhir/Patient", "/other"), "http://h/other");
  EXPECT_EQ(resolved("http://h/fhir", "https://other/p"), "https://other/p");
}

TEST(UrlTest, shows_neither_secrets_nor_queries) {
  EXPECT_EQ(shown_address("https://user:secret@host/fhir/Patient?name=Meyer#x"),
            "https://host/fhir/Patient");
  EXPECT_EQ(shown_address("http://host/a@b"), "http://host/a@b");
}

}  // namespace
}  // namespace galen::net
