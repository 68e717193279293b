#include "io/fhir/index/chunk.h"

#include <algorithm>
#include <string_view>

#include "base/file.h"
#include "base/raise.h"

namespace galen::fhir {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{8} << 20;
constexpr std::size_t kMaxErrors = 20;  ///< that are kept of one chunk

std::string_view view_of(const MappedFile& file) {
  const auto bytes = file.bytes();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// NDJSON holds a whole object in its first line and something after it.
bool is_ndjson(std::string_view text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return false;
  const std::string_view line = text.substr(0, end);
  const std::size_t last = line.find_last_not_of(" \t\r");
  const std::size_t first = line.find_first_not_of(" \t\xEF\xBB\xBF");
  // A line of a byte order mark alone has a last character, but no first.
  return last != std::string_view::npos && first != std::string_view::npos && line[first] == '{' &&
         line[last] == '}' && !is_blank(text.substr(end));
}

/// The end of the line that the byte before `end` stands in.
std::size_t line_end(std::string_view text, std::size_t end) {
  if (end >= text.size()) return text.size();
  const std::size_t found = text.find('\n', end - 1);
  return found == std::string_view::npos ? text.size() : found + 1;
}

void parse_lines(std::string_view text, const Chunk& chunk, ResourceReader& reader,
                 ParsedChunk& parsed) {
  const auto take = [&](ResourceFacts facts) { parsed.resources.push_back(std::move(facts)); };
  std::size_t failed = 0;
  for (std::size_t at = chunk.begin; at < chunk.end;) {
    const std::size_t end = std::min(text.find('\n', at), chunk.end);
    const std::string_view line = text.substr(at, end - at);
    const std::size_t kept = parsed.resources.size();
    try {
      if (!is_blank(line))
        reader.read(line, at, fmt::format("{}: line at byte {}", chunk.name, at), take);
    } catch (const Error& error) {
      parsed.resources.resize(kept);
      if (++failed <= kMaxErrors) parsed.errors.emplace_back(error.what());
    }
    at = end + 1;
  }
  if (failed > kMaxErrors)
    parsed.errors.push_back(fmt::format("{}: {} more bad lines", chunk.name, failed - kMaxErrors));
}

}  // namespace

std::vector<Chunk> cut_file(const std::filesystem::path& path, const std::string& name,
                            std::size_t begin) {
  const MappedFile file(path);
  const std::string_view text = view_of(file);
  if (!is_ndjson(text)) return {{path, name, 0, text.size(), false}};
  std::vector<Chunk> chunks;
  while (begin < text.size()) {
    const std::size_t end = line_end(text, begin + kChunkBytes);
    chunks.push_back({path, name, begin, end, true});
    begin = end;
  }
  return chunks;
}

ParsedChunk parse_chunk(const Chunk& chunk, ResourceReader& reader) {
  ParsedChunk parsed;
  try {
    const MappedFile file(chunk.path);
    const std::string_view text = view_of(file);
    if (chunk.end > text.size())
      raise(ErrorKind::io, "{}: became shorter while it was read", chunk.name);
    if (chunk.is_lines) {
      parse_lines(text, chunk, reader, parsed);
    } else {
      reader.read(text, 0, chunk.name,
                  [&](ResourceFacts facts) { parsed.resources.push_back(std::move(facts)); });
    }
  } catch (const Error& error) {
    parsed.resources.clear();
    parsed.errors.emplace_back(error.what());
  }
  return parsed;
}

}  // namespace galen::fhir
