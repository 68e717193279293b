#include "net/dimse/association.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmnet/assoc.h>
#include <dcmtk/dcmnet/cond.h>
#include <dcmtk/dcmnet/dcmtrans.h>
#include <dcmtk/dcmnet/dimse.h>
#include <dcmtk/dcmnet/dul.h>
#include <dcmtk/oflog/oflog.h>
#include <fmt/core.h>

#include "base/raise.h"

namespace galen::net {
namespace {

constexpr int kSocketTimeout = 60;  // seconds without a byte

}  // namespace

void prepare_dcmtk() {
  static const bool is_ready = [] {
    OFLog::configure(OFLogger::OFF_LOG_LEVEL);
    dcmDisableGethostbyaddr.set(OFTrue);
    dcmSocketReceiveTimeout.set(kSocketTimeout);
    dcmSocketSendTimeout.set(kSocketTimeout);
    return true;
  }();
  (void)is_ready;
}

void check_condition(const OFCondition& condition, const PacsAddress& address,
                     const std::string& what) {
  if (condition.good()) return;
  const std::string where = fmt::format("{}: cannot {}", address.url, what);
  if (condition == DUL_ASSOCIATIONREJECTED) {
    raise(ErrorKind::permission,
          "{}: the PACS does not accept the association; check both AE titles with its "
          "administrator",
          where);
  }
  if (condition == DIMSE_NODATAAVAILABLE || condition == DUL_READTIMEOUT) {
    raise(ErrorKind::timeout, "{}: no answer in time", where);
  }
  raise(ErrorKind::unavailable, "{}: {}", where, condition.text());
}

}  // namespace galen::net
