#include "engine/json_schema.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fmt/format.h>
#include <map>
#include <set>
#include <vector>

#include "base/json.h"
#include "base/raise.h"

namespace galen::engine {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{64} << 10;
constexpr int kMaxDepth = 16;
// llama.cpp refuses larger repetition counts.
constexpr std::int64_t kMaxCount = 1000;

// A little white space is allowed between tokens: models like to indent, and must not do only that.
constexpr std::string_view kBaseRules = R"(ws ::= | " " | "\n" [ \t]{0,20}
char ::= [^"\\\x7F\x00-\x1F] | [\\] (["\\/bfnrt] | "u" [0-9a-fA-F]{4})
integer ::= "-"? ("0" | [1-9] [0-9]{0,15})
number ::= integer ("." [0-9]{1,16})? ([eE] [-+]? [0-9]{1,3})?
boolean ::= "true" | "false"
null ::= "null"
)";

constexpr std::array kAnnotations{"$schema",     "$id",     "$comment", "title",
                                  "description", "default", "examples"};
const std::map<std::string, std::set<std::string>> kKeywordsOfType{
    {"object", {"properties", "required", "additionalProperties"}},
    {"array", {"items", "minItems", "maxItems"}},
    {"string", {"minLength", "maxLength"}},
    {"number", {}},
    {"integer", {}},
    {"boolean", {}},
    {"null", {}},
};

/// A GBNF literal of exactly these bytes.
std::string literal(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\x{:02X}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

/// GBNF's {least,most}; `most` < 0 = no limit.
std::string repetition(std::int64_t least, std::int64_t most) {
  return most < 0 ? fmt::format("{{{},}}", least) : fmt::format("{{{},{}}}", least, most);
}

class SchemaWriter {
 public:
  std::string write(const OrderedJson& schema) {
    const std::string root = value(schema, "", 0);
    return fmt::format("root ::= ws {} ws\n{}{}", root, kBaseRules, rules_);
  }

 private:
  /// The name of a rule for the values of `schema`; `place` is its JSON pointer.
  std::string value(const OrderedJson& schema, const std::string& place, int depth);
  std::string typed(const std::string& type, const OrderedJson& schema, const std::string& place,
                    int depth);
  std::string object(const OrderedJson& schema, const std::string& place, int depth);
  std::string array(const OrderedJson& schema, const std::string& place, int depth);
  std::string string(const OrderedJson& schema, const std::string& place);
  std::string one_of(const OrderedJson& values, const std::string& place);

  std::string add_rule(const std::string& body) {
    const std::string name = fmt::format("r{}", next_++);
    rules_ += fmt::format("{} ::= {}\n", name, body);
    return name;
  }
  static std::vector<std::string> types_of(const OrderedJson& schema, const std::string& place);
  static void check_keywords(const OrderedJson& schema, const std::vector<std::string>& types,
                             const std::string& place);
  static std::int64_t count(const OrderedJson& schema, const char* key, std::int64_t fallback,
                            const std::string& place);

  std::string rules_;
  int next_ = 0;
};

std::vector<std::string> SchemaWriter::types_of(const OrderedJson& schema,
                                                const std::string& place) {
  std::vector<std::string> types;
  if (!schema.contains("type")) return types;
  const OrderedJson& type = schema["type"];
  for (const OrderedJson& name : type.is_array() ? type : OrderedJson::array({type})) {
    if (!name.is_string() || !kKeywordsOfType.contains(name.get<std::string>())) {
      raise(ErrorKind::malformed,
            "JSON schema: {}/type is not one of object, array, string, number, integer, boolean, "
            "null",
            place);
    }
    types.push_back(name.get<std::string>());
  }
  return types;
}

void SchemaWriter::check_keywords(const OrderedJson& schema, const std::vector<std::string>& types,
                                  const std::string& place) {
  std::set<std::string> known{"type", "enum", "const", "anyOf"};
  known.insert(kAnnotations.begin(), kAnnotations.end());
  for (const std::string& type : types)
    known.insert(kKeywordsOfType.at(type).begin(), kKeywordsOfType.at(type).end());
  for (const auto& [key, ignored] : schema.items()) {
    if (known.contains(key)) continue;
    raise(ErrorKind::unsupported,
          "JSON schema: the keyword {}/{} is not supported here; leave it out", place, key);
  }
}

std::int64_t SchemaWriter::count(const OrderedJson& schema, const char* key, std::int64_t fallback,
                                 const std::string& place) {
  if (!schema.contains(key)) return fallback;
  const OrderedJson& number = schema[key];
  if (!number.is_number_unsigned())
    raise(ErrorKind::malformed, "JSON schema: {}/{} is not a whole number", place, key);
  const auto n = number.get<std::uint64_t>();
  if (n > static_cast<std::uint64_t>(kMaxCount)) {
    raise(ErrorKind::limit_exceeded, "JSON schema: {}/{} is {}, more than {}", place, key, n,
          kMaxCount);
  }
  return static_cast<std::int64_t>(n);
}

std::string SchemaWriter::value(const OrderedJson& schema, const std::string& place, int depth) {
  if (!schema.is_object())
    raise(ErrorKind::malformed, "JSON schema: {} is not an object", place.empty() ? "/" : place);
  if (depth > kMaxDepth)
    raise(ErrorKind::limit_exceeded, "JSON schema: deeper than {} levels", kMaxDepth);
  const std::vector<std::string> types = types_of(schema, place);
  check_keywords(schema, types, place);
  if (schema.contains("const")) return add_rule(literal(schema["const"].dump()));
  if (schema.contains("enum")) return one_of(schema["enum"], place + "/enum");
  std::vector<std::string> choices;
  if (schema.contains("anyOf")) {
    const OrderedJson& any = schema["anyOf"];
    if (!any.is_array() || any.empty())
      raise(ErrorKind::malformed, "JSON schema: {}/anyOf is not a list", place);
    for (std::size_t i = 0; i < any.size(); ++i) {
      choices.push_back(value(any[i], fmt::format("{}/anyOf/{}", place, i), depth + 1));
    }
  } else {
    for (const std::string& type : types) choices.push_back(typed(type, schema, place, depth));
  }
  if (choices.empty()) {
    raise(ErrorKind::unsupported, "JSON schema: {} needs a type, enum, const or anyOf",
          place.empty() ? "/" : place);
  }
  return choices.size() == 1 ? choices.front()
                             : add_rule(fmt::format("{}", fmt::join(choices, " | ")));
}

std::string SchemaWriter::typed(const std::string& type, const OrderedJson& schema,
                                const std::string& place, int depth) {
  if (type == "object") return object(schema, place, depth);
  if (type == "array") return array(schema, place, depth);
  if (type == "string") return string(schema, place);
  return type;  // a base rule
}

std::string SchemaWriter::one_of(const OrderedJson& values, const std::string& place) {
  if (!values.is_array() || values.empty())
    raise(ErrorKind::malformed, "JSON schema: {} is not a list of values", place);
  std::vector<std::string> literals;
  for (const OrderedJson& v : values) literals.push_back(literal(v.dump()));
  return add_rule(fmt::format("{}", fmt::join(literals, " | ")));
}

std::string SchemaWriter::string(const OrderedJson& schema, const std::string& place) {
  const std::int64_t least = count(schema, "minLength", 0, place);
  const std::int64_t most = count(schema, "maxLength", -1, place);
  if (most >= 0 && most < least)
    raise(ErrorKind::malformed, "JSON schema: {}/maxLength is below minLength", place);
  return add_rule(fmt::format(R"("\"" char{} "\"")", repetition(least, most)));
}

std::string SchemaWriter::array(const OrderedJson& schema, const std::string& place, int depth) {
  const std::int64_t least = count(schema, "minItems", 0, place);
  const std::int64_t most = count(schema, "maxItems", -1, place);
  if (most >= 0 && most < least)
    raise(ErrorKind::malformed, "JSON schema: {}/maxItems is below minItems", place);
  if (!schema.contains("items"))
    raise(ErrorKind::unsupported, "JSON schema: {} is an array without items", place);
  const std::string item = value(schema["items"], place + "/items", depth + 1);
  if (most == 0) return add_rule(R"("[" ws "]")");
  const std::string more =
      repetition(std::max<std::int64_t>(least - 1, 0), most < 0 ? -1 : most - 1);
  std::string items = fmt::format(R"({} (ws "," ws {}){})", item, item, more);
  if (least == 0) items = fmt::format("({})?", items);
  return add_rule(fmt::format(R"("[" ws {} ws "]")", items));
}

std::string SchemaWriter::object(const OrderedJson& schema, const std::string& place, int depth) {
  if (schema.contains("additionalProperties") && schema["additionalProperties"] != false) {
    raise(ErrorKind::unsupported, "JSON schema: {}/additionalProperties can only be false", place);
  }
  std::vector<std::string> required;
  if (schema.contains("required")) {
    const OrderedJson& names = schema["required"];
    if (!names.is_array() ||
        !std::ranges::all_of(names, [](const OrderedJson& n) { return n.is_string(); })) {
      raise(ErrorKind::malformed, "JSON schema: {}/required is not a list of names", place);
    }
    required = names.get<std::vector<std::string>>();
  }
  const OrderedJson properties =
      schema.contains("properties") ? schema["properties"] : OrderedJson::object();
  if (!properties.is_object())
    raise(ErrorKind::malformed, "JSON schema: {}/properties is not an object", place);
  for (const std::string& name : required) {
    if (!properties.contains(name)) {
      raise(ErrorKind::malformed, "JSON schema: {}/required names {}, which is no property", place,
            name);
    }
  }
  // From the last property to the first: what may follow when something, or nothing, came before.
  std::string after_some;
  std::string after_none = R"("")";
  for (auto it = properties.end(); it != properties.begin();) {
    --it;
    const std::string rule = value(it.value(), place + "/properties/" + it.key(), depth + 1);
    const std::string pair =
        fmt::format(R"({} ws ":" ws {})", literal(OrderedJson(it.key()).dump()), rule);
    const bool is_required = std::ranges::find(required, it.key()) != required.end();
    const std::string first = pair + " " + after_some;
    after_none = add_rule(is_required ? first : fmt::format("{} | {}", first, after_none));
    const std::string next = fmt::format(R"(ws "," ws {})", pair);
    after_some = is_required ? fmt::format("{} {}", next, after_some)
                             : fmt::format("({})? {}", next, after_some);
  }
  return add_rule(fmt::format(R"("{{" ws {} ws "}}")", after_none));
}

}  // namespace

std::string grammar_of_schema(std::string_view schema) {
  JsonLimits limits;
  limits.max_bytes = kMaxBytes;
  (void)parse_json(schema, "JSON schema", limits);  // for its errors; it does not keep the order
  return SchemaWriter().write(OrderedJson::parse(schema));
}

}  // namespace galen::engine
