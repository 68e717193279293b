#include "engine/json_schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <galen/error.h>

#include "../model/gemma/test_model.h"
#include "engine/grammar.h"

namespace galen::engine {
namespace {

struct Accepts {
  const char* schema;
  std::vector<const char*> yes;
  std::vector<const char*> no;
};

/// Whether the grammar of a schema takes the whole text, token by token.
bool takes(const model::Decoder& decoder, const std::string& gbnf, const char* text) {
  Grammar grammar(gbnf, decoder.vocab());
  for (const model::Token token : decoder.tokenize(text, false)) {
    if (!grammar.allows(token)) return false;
    grammar.accept(token);
  }
  constexpr model::Token end = 1;
  return grammar.allows(end);
}

const std::vector<Accepts> kTable{
    {R"({"type":"boolean"})", {"true", " false"}, {"yes", "1", "true false"}},
    {R"({"type":"integer"})", {"0", "-12"}, {"1.5", "01", "a"}},
    {R"({"type":"number"})", {"0", "-1.25", "1e-3"}, {".5", "1.", "NaN"}},
    {R"({"type":["string","null"]})", {"null", "\"a\""}, {"1", "nul"}},
    {R"({"type":"string","minLength":2,"maxLength":3})",
     {"\"ab\"", "\"abc\""},
     {"\"a\"", "\"abcd\""}},
    {R"({"type":"string"})", {R"("a\n\"\u00e9")", "\"äµ\""}, {"\"a\nb\"", "\"a"}},
    {R"({"enum":["yes","no",3,null]})", {"\"yes\"", "3", "null"}, {"yes", "\"maybe\""}},
    {R"({"const":{"a":"q\"\\"}})", {R"({"a":"q\"\\"})"}, {R"({"a":"q"})"}},
    {R"({"anyOf":[{"type":"integer"},{"type":"array","items":{"type":"integer"}}]})",
     {"7", "[1, 2]"},
     {"\"7\""}},
    {R"({"type":"array","items":{"type":"integer"},"minItems":2,"maxItems":3})",
     {"[1,2]", "[ 1, 2, 3 ]"},
     {"[1]", "[]", "[1,2,3,4]", "[1,2,]"}},
    {R"({"type":"array","items":{"type":"boolean"}})", {"[]", "[true]", "[true,false]"}, {"[,]"}},
    {R"({"type":"array","items":{"type":"boolean"},"maxItems":0})", {"[]"}, {"[true]"}},
    {R"({"type":"object","properties":{"finding":{"type":"string"},"size":{"type":"number"},"side":{"enum":["left","right"]}},
        "required":["finding"],"additionalProperties":false})",
     {R"({"finding":"nodule"})", R"({"finding":"nodule","size":4.5})",
      R"({"finding":"n", "side": "left"})",
      "{\n  \"finding\": \"n\",\n  \"size\": 1,\n  \"side\": \"right\"\n}"},
     {"{}", R"({"size":1})", R"({"finding":"n","other":1})", R"({"size":1,"finding":"n"})",
      R"({"finding":"n",})"}},
    {R"({"type":"object","properties":{"a":{"type":"null"},"b":{"type":"null"}}})",
     {"{}", R"({"a":null})", R"({"b":null})", R"({"a":null,"b":null})"},
     {R"({,"b":null})", R"({"b":null,"a":null})"}},
    {R"({"type":"object"})", {"{}"}, {R"({"a":1})"}},
    {R"({"title":"t","description":"d","type":"object","properties":{"x y\"z":{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}},"required":["x y\"z"]})",
     {R"({"x y\"z":{"n":1}})"},
     {R"({"x y\"z":{}})"}},
};

TEST(JsonSchema, GrammarsTakeWhatTheSchemaDescribesAndNothingElse) {
  if (!std::filesystem::exists(model::test_model()))
    GTEST_SKIP() << "no Gemma 3 270M: run scripts/setup";
  model::DecoderOptions options;
  options.context = 256;
  const auto decoder = model::Decoder::load(model::test_model(), options);
  for (const Accepts& row : kTable) {
    const std::string gbnf = grammar_of_schema(row.schema);
    for (const char* text : row.yes)
      EXPECT_TRUE(takes(*decoder, gbnf, text)) << row.schema << "\n" << text;
    for (const char* text : row.no)
      EXPECT_FALSE(takes(*decoder, gbnf, text)) << row.schema << "\n" << text;
  }
}

struct Refused {
  const char* schema;
  ErrorKind kind;
  const char* message;
};

class RefusedSchema : public testing::TestWithParam<Refused> {};

TEST_P(RefusedSchema, IsAnErrorThatNamesThePlace) {
  try {
    (void)grammar_of_schema(GetParam().schema);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), GetParam().kind) << error.what();
    EXPECT_THAT(error.what(), testing::HasSubstr(GetParam().message));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, RefusedSchema,
    testing::Values(
        Refused{"{", ErrorKind::malformed, "JSON schema"},
        Refused{"true", ErrorKind::malformed, "/"},
        Refused{"{}", ErrorKind::unsupported, "needs a type"},
        Refused{R"({"type":"text"})", ErrorKind::malformed, "/type"},
        Refused{R"({"type":"string","pattern":"a+"})", ErrorKind::unsupported, "/pattern"},
        Refused{R"({"type":"integer","minimum":1})", ErrorKind::unsupported, "/minimum"},
        Refused{R"({"$ref":"#/x"})", ErrorKind::unsupported, "/$ref"},
        Refused{R"({"type":"array"})", ErrorKind::unsupported, "without items"},
        Refused{R"({"type":"array","items":{"type":"null"},"minItems":3,"maxItems":2})",
                ErrorKind::malformed, "/maxItems"},
        Refused{R"({"type":"array","items":{"type":"null"},"minItems":-1})", ErrorKind::malformed,
                "/minItems"},
        Refused{R"({"type":"string","maxLength":100000})", ErrorKind::limit_exceeded, "/maxLength"},
        Refused{R"({"type":"object","additionalProperties":true})", ErrorKind::unsupported,
                "/additionalProperties"},
        Refused{R"({"type":"object","properties":{"a":{"type":"x"}}})", ErrorKind::malformed,
                "/properties/a/type"},
        Refused{R"({"type":"object","required":["b"]})", ErrorKind::malformed, "names b"},
        Refused{R"({"enum":[]})", ErrorKind::malformed, "/enum"},
        Refused{R"({"anyOf":[]})", ErrorKind::malformed, "/anyOf"}));

TEST(JsonSchema, DepthIsLimited) {
  std::string schema = R"({"type":"null"})";
  for (int i = 0; i < 20; ++i) schema = R"({"type":"array","items":)" + schema + "}";
  EXPECT_THROW((void)grammar_of_schema(schema), Error);
}

}  // namespace
}  // namespace galen::engine
