// Files of any kind through the reader of the records' index: whole, and cut into lines.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>

#include <galen/error.h>

#include "io/fhir/index/chunk.h"

namespace {

using namespace galen::fhir;

/// A file in memory that holds `text`.
std::filesystem::path file_of(std::string_view text) {
  static const int descriptor = ::memfd_create("record", 0);
  if (::ftruncate(descriptor, 0) != 0 ||
      ::pwrite(descriptor, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
    __builtin_trap();
  return "/proc/self/fd/" + std::to_string(descriptor);
}

void check(const ResourceFacts& facts, std::string_view text) {
  if (facts.begin > text.size() || facts.length > text.size() - facts.begin) __builtin_trap();
  if (text[facts.begin] != '{') __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static ResourceReader reader;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::filesystem::path file = file_of(text);
  try {
    for (const Chunk& chunk : cut_file(file, "fuzz", 0)) {
      for (const ResourceFacts& facts : parse_chunk(chunk, reader).resources) check(facts, text);
    }
  } catch (const galen::Error&) {
  }
  return 0;
}
