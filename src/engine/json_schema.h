#pragma once

#include <string>
#include <string_view>

namespace galen::engine {

/// A GBNF grammar, root rule "root", whose texts are the JSON values that the schema describes.
///
/// The subset: type object (properties, required, additionalProperties false; properties come in
/// the schema's order), array (items, minItems, maxItems), string (minLength, maxLength), number,
/// integer, boolean, null; a list of types; enum and const; anyOf; title, description and $schema
/// are read over. Throws unsupported naming any other keyword, malformed for broken JSON or a wrong
/// type, limit_exceeded beyond 64 KiB or 16 levels.
[[nodiscard]] std::string grammar_of_schema(std::string_view schema);

}  // namespace galen::engine
