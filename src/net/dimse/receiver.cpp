#include "net/dimse/receiver.h"

#include <atomic>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmnet/diutil.h>
#include <dcmtk/dcmnet/scp.h>
#include <exception>
#include <fmt/core.h>
#include <thread>

#include "base/file.h"
#include "base/log.h"
#include "base/raise.h"
#include "net/dimse/association.h"

namespace galen::net {
namespace {

namespace fs = std::filesystem;

constexpr Uint32 kPollSeconds = 1;

class StorageServer : public DcmSCP {
 public:
  StorageServer(const Receiver::Options& options, const std::atomic<bool>& stops)
      : options_(options), stops_(stops) {
    setPort(static_cast<Uint16>(options.port));
    setAETitle(options.ae_title.c_str());
    setConnectionBlockingMode(DUL_NOBLOCK);
    setConnectionTimeout(kPollSeconds);
    setDIMSEBlockingMode(DIMSE_NONBLOCKING);
    setDIMSETimeout(60);
    setACSETimeout(30);
    setEnableVerification();
    OFList<OFString> syntaxes;
    for (const char* uid :
         {UID_LittleEndianExplicitTransferSyntax, UID_LittleEndianImplicitTransferSyntax,
          UID_BigEndianExplicitTransferSyntax, UID_JPEGProcess1TransferSyntax,
          UID_JPEGProcess2_4TransferSyntax, UID_JPEGProcess14TransferSyntax,
          UID_JPEGProcess14SV1TransferSyntax, UID_JPEGLSLosslessTransferSyntax,
          UID_JPEGLSLossyTransferSyntax, UID_JPEG2000LosslessOnlyTransferSyntax,
          UID_JPEG2000TransferSyntax, UID_RLELosslessTransferSyntax,
          UID_DeflatedExplicitVRLittleEndianTransferSyntax}) {
      syntaxes.push_back(uid);
    }
    for (int i = 0; i < numberOfDcmAllStorageSOPClassUIDs; ++i) {
      addPresentationContext(dcmAllStorageSOPClassUIDs[i], syntaxes);
    }
  }

 protected:
  OFBool stopAfterConnectionTimeout() override { return stops_ ? OFTrue : OFFalse; }
  OFBool stopAfterCurrentAssociation() override { return stops_ ? OFTrue : OFFalse; }
  OFBool checkCalledAETitleAccepted(const OFString& called) override {
    return called == options_.ae_title.c_str() ? OFTrue : OFFalse;
  }

  OFCondition handleIncomingCommand(T_DIMSE_Message* message,
                                    const DcmPresentationContextInfo& context) override {
    if (message->CommandField != DIMSE_C_STORE_RQ) {
      return DcmSCP::handleIncomingCommand(message, context);
    }
    T_DIMSE_C_StoreRQ& request = message->msg.CStoreRQ;
    Uint16 status = STATUS_STORE_Refused_OutOfResources;
    const fs::path file = options_.folder / fmt::format(".incoming.{}", request.MessageID);
    const OFCondition received =
        receiveSTORERequest(request, context.presentationContextID, OFString(file.c_str()));
    if (received.good()) status = keep(file);
    std::error_code ignored;
    fs::remove(file, ignored);
    if (received.bad()) return received;
    return sendSTOREResponse(context.presentationContextID, request, status);
  }

 private:
  Uint16 keep(const fs::path& file) {
    try {
      const InstanceIdentity identity = identify(file);
      const MappedFile bytes(file);
      keep_instance(bytes.bytes(), options_.folder / identity.study_uid, identity.study_uid);
      if (options_.on_instance) options_.on_instance(identity);
      return STATUS_Success;
    } catch (const Error& error) {
      log_warning(std::string("an instance was refused: ") +
                  std::string(error_kind_name(error.kind())));
      return error.kind() == ErrorKind::malformed ? STATUS_STORE_Error_CannotUnderstand
                                                  : STATUS_STORE_Refused_OutOfResources;
    } catch (const std::exception&) {
      // No folder could be made on a full disk, say. What left this thread would end the program.
      log_warning("an instance was refused: it cannot be written");
      return STATUS_STORE_Refused_OutOfResources;
    }
  }

  const Receiver::Options& options_;
  const std::atomic<bool>& stops_;
};

}  // namespace

struct Receiver::State {
  explicit State(Options given) : options(std::move(given)), server(options, stops) {}
  Options options;
  std::atomic<bool> stops{false};
  StorageServer server;
  std::thread thread;
};

Receiver::Receiver(Options options) {
  prepare_dcmtk();
  state_ = std::make_unique<State>(std::move(options));
  fs::create_directories(state_->options.folder);
  if (state_->server.openListenPort().bad()) {
    raise(ErrorKind::unavailable,
          "port {}: cannot listen; another program has it, or it needs rights",
          state_->options.port);
  }
  state_->thread = std::thread([state = state_.get()] {
    while (!state->stops && state->server.acceptAssociations().good()) {
    }
    if (!state->stops) log_warning("the storage server has stopped; start again");
  });
}

Receiver::~Receiver() {
  state_->stops = true;
  state_->thread.join();
}

}  // namespace galen::net
