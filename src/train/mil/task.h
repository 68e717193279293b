#pragma once

namespace galen::train {

/// What is predicted for a bag.
enum class MilTask {
  classification,  ///< one of several classes
  regression,      ///< a number
  survival,        ///< a risk, from times and events (Cox)
};

}  // namespace galen::train
