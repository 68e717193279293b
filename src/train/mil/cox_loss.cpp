#include "train/mil/cox_loss.h"

namespace galen::train {

torch::Tensor cox_loss(const torch::Tensor& risks, const torch::Tensor& times,
                       const torch::Tensor& events) {
  const torch::Tensor is_event = events.to(torch::kBool);
  const int64_t event_count = is_event.sum().item<int64_t>();
  if (event_count == 0) return (risks * 0).sum();
  const torch::Tensor largest = risks.max().detach();
  const torch::Tensor hazards = torch::exp(risks - largest);
  torch::Tensor log_likelihood = (risks - largest).masked_select(is_event).sum();
  const torch::Tensor event_times = std::get<0>(torch::_unique2(times.masked_select(is_event)));
  for (int64_t i = 0; i < event_times.numel(); ++i) {
    const torch::Tensor tied = is_event.logical_and(times == event_times[i]);
    const torch::Tensor at_risk = hazards.masked_select(times >= event_times[i]).sum();
    const torch::Tensor tied_hazard = hazards.masked_select(tied).sum();
    const int64_t ties = tied.sum().item<int64_t>();
    for (int64_t l = 0; l < ties; ++l) {
      const double share = static_cast<double>(l) / static_cast<double>(ties);
      log_likelihood = log_likelihood - torch::log(at_risk - share * tied_hazard);
    }
  }
  return -log_likelihood / event_count;
}

}  // namespace galen::train
