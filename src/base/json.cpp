#include "base/json.h"

#include "base/raise.h"

namespace galen {

Json parse_json(std::string_view text, const std::string& name, const JsonLimits& limits) {
  if (text.size() > limits.max_bytes) {
    raise(ErrorKind::limit_exceeded, "{}: {} bytes of JSON, at most {} are read", name, text.size(),
          limits.max_bytes);
  }
  const auto check_depth = [&](int depth, Json::parse_event_t event, Json&) {
    const bool opens =
        event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    if (opens && depth >= limits.max_depth) {
      raise(ErrorKind::limit_exceeded, "{}: JSON nested deeper than {} levels", name,
            limits.max_depth);
    }
    return true;
  };
  try {
    return Json::parse(text, check_depth);
  } catch (const Json::parse_error& error) {
    raise(ErrorKind::malformed, "{}: not valid JSON (byte {})", name, error.byte);
  } catch (const Json::out_of_range&) {  // the message of the library quotes the text
    raise(ErrorKind::malformed, "{}: a JSON number is too large for a double", name);
  }
}

}  // namespace galen
