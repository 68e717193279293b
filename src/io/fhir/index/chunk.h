#pragma once
// A file in pieces that are parsed by themselves and written in one transaction.

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "io/fhir/index/resource_facts.h"

namespace galen::fhir {

/// Bytes of one file: a whole document, or some lines of NDJSON.
struct Chunk {
  std::filesystem::path path;
  std::string name;  ///< relative to the folder, for the index and for errors
  std::size_t begin = 0;
  std::size_t end = 0;
  bool is_lines = false;
};

struct ParsedChunk {
  std::vector<ResourceFacts> resources;
  std::vector<std::string> errors;  ///< of the document, or one of each bad line
};

/// Cuts a file from byte `begin` on; NDJSON at the ends of lines.
[[nodiscard]] std::vector<Chunk> cut_file(const std::filesystem::path& path,
                                          const std::string& name, std::size_t begin);

/// Never throws for what the file holds: that becomes an error of the result. A bad document gives
/// no resources, a bad line leaves the others.
[[nodiscard]] ParsedChunk parse_chunk(const Chunk& chunk, ResourceReader& reader);

}  // namespace galen::fhir
