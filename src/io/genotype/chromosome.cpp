#include "io/genotype/chromosome.h"

#include <array>
#include <cctype>

namespace galen::genotype {
namespace {

std::string upper(std::string_view word) {
  std::string out(word);
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

struct Lengths {
  std::string_view chromosome;
  std::int64_t grch37;
  std::int64_t grch38;
};

/// Sequence lengths of the two assemblies (NCBI GCF_000001405.25 and .26).
constexpr std::array kLengths{
    Lengths{"1", 249250621, 248956422},  Lengths{"2", 243199373, 242193529},
    Lengths{"3", 198022430, 198295559},  Lengths{"4", 191154276, 190214555},
    Lengths{"5", 180915260, 181538259},  Lengths{"6", 171115067, 170805979},
    Lengths{"7", 159138663, 159345973},  Lengths{"8", 146364022, 145138636},
    Lengths{"9", 141213431, 138394717},  Lengths{"10", 135534747, 133797422},
    Lengths{"11", 135006516, 135086622}, Lengths{"12", 133851895, 133275309},
    Lengths{"13", 115169878, 114364328}, Lengths{"14", 107349540, 107043718},
    Lengths{"15", 102531392, 101991189}, Lengths{"16", 90354753, 90338345},
    Lengths{"17", 81195210, 83257441},   Lengths{"18", 78077248, 80373285},
    Lengths{"19", 59128983, 58617616},   Lengths{"20", 63025520, 64444167},
    Lengths{"21", 48129895, 46709983},   Lengths{"22", 51304566, 50818468},
    Lengths{"X", 155270560, 156040895},  Lengths{"Y", 59373566, 57227415}};

}  // namespace

std::string chromosome_name(std::string_view word) {
  if (word.size() > 3 && upper(word.substr(0, 3)) == "CHR") word.remove_prefix(3);
  if (word.size() == 2 && word[0] == '0') word.remove_prefix(1);
  const std::string name = upper(word);
  if (name == "23" || name == "25" || name == "XY" || name == "PAR1" || name == "PAR2") return "X";
  if (name == "24") return "Y";
  if (name == "26" || name == "M") return "MT";
  if (name == "X" || name == "Y" || name == "MT") return name;
  return std::string(word);
}

std::string build_of_length(std::string_view name, std::int64_t length) {
  const std::string chromosome = chromosome_name(name);
  for (const Lengths& row : kLengths) {
    if (row.chromosome != chromosome) continue;
    if (row.grch37 == length) return "GRCh37";
    if (row.grch38 == length) return "GRCh38";
  }
  return "";
}

std::string build_name(std::string_view word) {
  const std::string name = upper(word);
  if (name == "GRCH37" || name == "HG19" || name == "B37") return "GRCh37";
  if (name == "GRCH38" || name == "HG38") return "GRCh38";
  return name == "NR" || name == "NA" ? "" : std::string(word);
}

}  // namespace galen::genotype
