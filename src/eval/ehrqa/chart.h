#pragma once
// A patient's record as the facts that EHRQA's questions are about.

#include <filesystem>
#include <string>
#include <vector>

namespace galen::eval {

struct ConditionFact {
  std::string name;
  std::string onset;  ///< day
  bool is_active = false;
  std::string encounter;  ///< as referred to; may be empty
  std::string reference;  ///< "Condition/id", where the fact stands
};

struct ImmunizationFact {
  std::string name;
  std::string date;  ///< day
  std::string reference;
};

struct MedicationFact {
  std::string name;
  std::string date;  ///< day it was prescribed
  bool is_active = false;
  std::string prescriber;  ///< may be empty
  std::string reason;      ///< the condition's name; may be empty
  std::string reference;
};

struct ObservationFact {
  std::string name;
  std::string date;  ///< day
  double value = 0;
  std::string number;  ///< the value as written
  std::string unit;
  std::string encounter;  ///< as referred to; may be empty
  std::string reference;
};

/// Facts in the order of their dates.
struct Chart {
  std::filesystem::path file;
  std::string patient;  ///< id
  std::vector<ConditionFact> conditions;
  std::vector<ImmunizationFact> immunizations;
  std::vector<MedicationFact> medications;
  std::vector<ObservationFact> observations;  ///< numbers only, components of panels included
};

/// Reads a Bundle of one patient. Resources entered in error and those without a date or name are
/// left out. Throws as open_record; unsupported for a file without a Patient.
[[nodiscard]] Chart read_chart(const std::filesystem::path& file);

}  // namespace galen::eval
