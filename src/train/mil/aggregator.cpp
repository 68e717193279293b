#include "train/mil/aggregator.h"

#include "base/raise.h"
#include "train/mil/abmil.h"
#include "train/mil/clam.h"
#include "train/mil/pooling.h"
#include "train/mil/transmil.h"

namespace galen::train {

std::shared_ptr<Aggregator> make_aggregator(const AggregatorOptions& options) {
  switch (options.kind) {
    case AggregatorKind::mean:
    case AggregatorKind::max: return std::make_shared<Pooling>(options);
    case AggregatorKind::abmil:
    case AggregatorKind::abmil_plain: return std::make_shared<Abmil>(options);
    case AggregatorKind::clam_sb:
    case AggregatorKind::clam_mb: return std::make_shared<Clam>(options);
    case AggregatorKind::transmil: return std::make_shared<TransMil>(options);
  }
  raise(ErrorKind::internal, "an unknown aggregator");
}

}  // namespace galen::train
