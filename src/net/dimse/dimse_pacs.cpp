#include "net/dimse/dimse_pacs.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmnet/diutil.h>
#include <dcmtk/dcmnet/scu.h>
#include <exception>
#include <fmt/core.h>
#include <map>
#include <set>

#include "base/file.h"
#include "base/raise.h"
#include "net/dimse/association.h"
#include "net/pacs/instance_file.h"

namespace galen::net {
namespace {

namespace fs = std::filesystem;

/// Presentation contexts of one association: their ids are odd numbers of one byte.
constexpr std::size_t kMaxContexts = 120;

OFList<OFString> plain_syntaxes() {
  OFList<OFString> list;
  list.push_back(UID_LittleEndianExplicitTransferSyntax);
  list.push_back(UID_LittleEndianImplicitTransferSyntax);
  return list;
}

/// As the archive keeps them; plain ones last.
OFList<OFString> storage_syntaxes() {
  OFList<OFString> list;
  for (const char* uid : {UID_JPEGProcess14SV1TransferSyntax, UID_JPEGProcess14TransferSyntax,
                          UID_JPEGLSLosslessTransferSyntax, UID_JPEGLSLossyTransferSyntax,
                          UID_JPEG2000LosslessOnlyTransferSyntax, UID_JPEG2000TransferSyntax,
                          UID_RLELosslessTransferSyntax, UID_JPEGProcess1TransferSyntax,
                          UID_JPEGProcess2_4TransferSyntax, UID_LittleEndianExplicitTransferSyntax,
                          UID_LittleEndianImplicitTransferSyntax}) {
    list.push_back(uid);
  }
  return list;
}

/// One association. C-GET stores what comes into a folder.
class Client : public DcmSCU {
 public:
  Client(const PacsAddress& address, const PacsOptions& options) : address_(address) {
    prepare_dcmtk();
    setAETitle(options.calling_ae.c_str());
    setPeerAETitle(address.called_ae.c_str());
    setPeerHostName(address.host.c_str());
    setPeerPort(static_cast<Uint16>(address.port));
    setDIMSEBlockingMode(DIMSE_NONBLOCKING);
    setDIMSETimeout(static_cast<Uint32>(options.timeout_s));
    setACSETimeout(static_cast<Uint32>(options.timeout_s));
    setConnectionTimeout(options.timeout_s);
  }
  ~Client() override {
    if (isConnected()) releaseAssociation();
  }

  void connect() {
    check_condition(initNetwork(), address_, "open the network");
    check_condition(negotiateAssociation(), address_, "connect");
  }

  T_ASC_PresentationContextID context(const char* sop_class) {
    const T_ASC_PresentationContextID id = findPresentationContextID(sop_class, "");
    if (id == 0) {
      raise(ErrorKind::unavailable, "{}: the PACS does not offer {}", address_.url,
            dcmFindNameOfUID(sop_class, sop_class));
    }
    return id;
  }

  /// Where C-GET puts instances, and who is told.
  fs::path folder;
  std::string study_uid;
  std::function<void(const std::string& uid)> on_instance;

 protected:
  OFCondition handleSTORERequest(const T_ASC_PresentationContextID, DcmDataset* object,
                                 OFBool& go_on, Uint16& status) override {
    status = STATUS_STORE_Refused_OutOfResources;
    go_on = OFTrue;
    if (object == nullptr) return EC_Normal;
    try {
      keep(*object);
      status = STATUS_Success;
    } catch (const std::exception&) {
      // Nothing may leave a callback of DCMTK. The caller sees that the instance is not there.
    }
    return EC_Normal;
  }

 private:
  void keep(DcmDataset& object) {
    const auto text = [&](const DcmTagKey& key) {
      OFString value;
      object.findAndGetOFString(key, value);
      return std::string(value.c_str());
    };
    const std::string uid = text(DCM_SOPInstanceUID);
    if (text(DCM_StudyInstanceUID) != study_uid) {
      raise(ErrorKind::malformed, "the PACS sent an instance of another study");
    }
    const fs::path file = instance_path(folder, {text(DCM_SeriesInstanceUID), uid});
    fs::create_directories(file.parent_path());
    AtomicFile out(file);
    DcmFileFormat format(&object);
    const OFCondition saved =
        format.saveFile(out.temporary().c_str(), object.getOriginalXfer(), EET_UndefinedLength);
    if (saved.bad()) raise(ErrorKind::io, "{}: cannot write: {}", file.string(), saved.text());
    out.commit();
    if (on_instance) on_instance(uid);
  }

  const PacsAddress& address_;
};

std::string text_of(DcmDataset& dataset, const DcmTagKey& key) {
  OFString value;
  dataset.findAndGetOFStringArray(key, value);
  return value.c_str();
}

/// The responses of a query, freed at the end.
struct Responses {
  OFList<QRResponse*> list;
  ~Responses() {
    for (QRResponse* response : list) delete response;
  }
};

class DimsePacs : public Pacs {
 public:
  DimsePacs(PacsAddress address, const PacsOptions& options)
      : address_(std::move(address)), options_(options) {}

  std::vector<StudyRow> find(const StudyQuery& query) override {
    DcmDataset keys;
    const auto set = [&](const DcmTagKey& tag, const std::string& value) {
      keys.putAndInsertOFStringArray(tag, value.c_str());
    };
    set(DCM_QueryRetrieveLevel, "STUDY");
    set(DCM_StudyInstanceUID, query.study_uid);
    set(DCM_PatientID, query.patient_id);
    set(DCM_PatientName, query.patient_name);
    set(DCM_AccessionNumber, query.accession);
    set(DCM_StudyDate, query.date);
    set(DCM_ModalitiesInStudy, query.modality);
    for (const DcmTagKey& tag :
         {DCM_StudyTime, DCM_StudyDescription, DCM_NumberOfStudyRelatedInstances}) {
      set(tag, "");
    }
    std::vector<StudyRow> rows;
    ask(keys, [&](DcmDataset& row) {
      if (rows.size() >= query.limit) return;
      rows.push_back({text_of(row, DCM_StudyInstanceUID), text_of(row, DCM_PatientID),
                      text_of(row, DCM_PatientName), text_of(row, DCM_StudyDate),
                      text_of(row, DCM_StudyTime), text_of(row, DCM_AccessionNumber),
                      text_of(row, DCM_StudyDescription), text_of(row, DCM_ModalitiesInStudy),
                      text_of(row, DCM_NumberOfStudyRelatedInstances)});
    });
    return rows;
  }

  std::vector<InstanceRow> instances(const std::string& study_uid) override {
    std::vector<std::string> series;
    DcmDataset keys;
    keys.putAndInsertString(DCM_QueryRetrieveLevel, "SERIES");
    keys.putAndInsertString(DCM_StudyInstanceUID, study_uid.c_str());
    keys.putAndInsertString(DCM_SeriesInstanceUID, "");
    ask(keys, [&](DcmDataset& row) { series.push_back(text_of(row, DCM_SeriesInstanceUID)); });
    std::vector<InstanceRow> rows;
    for (const std::string& uid : series) {
      DcmDataset images;
      images.putAndInsertString(DCM_QueryRetrieveLevel, "IMAGE");
      images.putAndInsertString(DCM_StudyInstanceUID, study_uid.c_str());
      images.putAndInsertString(DCM_SeriesInstanceUID, uid.c_str());
      images.putAndInsertString(DCM_SOPInstanceUID, "");
      ask(images, [&](DcmDataset& row) {
        rows.push_back({uid, text_of(row, DCM_SOPInstanceUID)});
      });
    }
    return rows;
  }

  /// Series by series, so that what is there already is not brought again.
  void get(const std::string& study_uid, const std::vector<InstanceRow>& wanted,
           const fs::path& folder,
           const std::function<void(const std::string& uid)>& on_instance) override {
    std::set<std::string> series;
    for (const InstanceRow& row : wanted) series.insert(row.series_uid);
    Client client(address_, options_);
    client.folder = folder;
    client.study_uid = study_uid;
    client.on_instance = on_instance;
    client.addPresentationContext(UID_GETStudyRootQueryRetrieveInformationModel, plain_syntaxes());
    const int classes = numberOfDcmLongSCUStorageSOPClassUIDs;
    for (int i = 0; i < std::min<int>(classes, kMaxContexts); ++i) {
      client.addPresentationContext(dcmLongSCUStorageSOPClassUIDs[i], storage_syntaxes(),
                                    ASC_SC_ROLE_SCP);
    }
    client.connect();
    for (const std::string& uid : series) {
      check_cancelled();
      DcmDataset keys;
      keys.putAndInsertString(DCM_QueryRetrieveLevel, "SERIES");
      keys.putAndInsertString(DCM_StudyInstanceUID, study_uid.c_str());
      keys.putAndInsertString(DCM_SeriesInstanceUID, uid.c_str());
      OFList<RetrieveResponse*> responses;
      const OFCondition condition = client.sendCGETRequest(
          client.context(UID_GETStudyRootQueryRetrieveInformationModel), &keys, &responses);
      for (RetrieveResponse* response : responses) delete response;
      check_condition(condition, address_, "get a series");
    }
  }

  void store(const std::vector<fs::path>& files,
             const std::function<void(const StoreResult&)>& on_result) override {
    std::vector<std::pair<fs::path, InstanceIdentity>> batch;
    std::set<std::pair<std::string, std::string>> kinds;
    for (const fs::path& file : files) {
      const InstanceIdentity identity = identify(file);
      kinds.insert({identity.sop_class, identity.transfer_syntax});
      batch.emplace_back(file, identity);
      if (kinds.size() == kMaxContexts) {
        store_batch(batch, kinds, on_result);
        batch.clear();
        kinds.clear();
      }
    }
    if (!batch.empty()) store_batch(batch, kinds, on_result);
  }

 private:
  void check_cancelled() const {
    if (options_.cancel != nullptr) options_.cancel->check();
  }

  void ask(DcmDataset& keys, const std::function<void(DcmDataset&)>& use) {
    Client client(address_, options_);
    client.addPresentationContext(UID_FINDStudyRootQueryRetrieveInformationModel, plain_syntaxes());
    client.connect();
    Responses responses;
    check_condition(
        client.sendFINDRequest(client.context(UID_FINDStudyRootQueryRetrieveInformationModel),
                               &keys, &responses.list),
        address_, "find");
    for (QRResponse* response : responses.list) {
      if (DICOM_PENDING_STATUS(response->m_status) && response->m_dataset != nullptr) {
        use(*response->m_dataset);
      } else if (response->m_status != STATUS_Success) {
        raise(ErrorKind::unavailable, "{}: the query failed with status {:04X}", address_.url,
              response->m_status);
      }
    }
  }

  void store_batch(const std::vector<std::pair<fs::path, InstanceIdentity>>& batch,
                   const std::set<std::pair<std::string, std::string>>& kinds,
                   const std::function<void(const StoreResult&)>& on_result) {
    Client client(address_, options_);
    for (const auto& [sop_class, syntax] : kinds) {
      OFList<OFString> syntaxes;
      syntaxes.push_back(syntax.c_str());
      client.addPresentationContext(sop_class.c_str(), syntaxes);
    }
    client.connect();
    for (const auto& [file, identity] : batch) {
      check_cancelled();
      on_result(store_one(client, file, identity));
    }
  }

  StoreResult store_one(Client& client, const fs::path& file, const InstanceIdentity& identity) {
    StoreResult result{file, identity.instance_uid, false, ""};
    const auto id = client.findPresentationContextID(identity.sop_class.c_str(),
                                                     identity.transfer_syntax.c_str());
    if (id == 0) {
      result.detail = fmt::format("the PACS does not take {} in {}",
                                  dcmFindNameOfUID(identity.sop_class.c_str(), "this SOP class"),
                                  dcmFindNameOfUID(identity.transfer_syntax.c_str(), "its syntax"));
      return result;
    }
    Uint16 status = STATUS_Success;
    check_condition(client.sendSTORERequest(id, file.c_str(), nullptr, status), address_, "send");
    result.is_stored = status == STATUS_Success || DICOM_WARNING_STATUS(status);
    if (status != STATUS_Success) result.detail = fmt::format("status {:04X}", status);
    return result;
  }

  PacsAddress address_;
  PacsOptions options_;
};

}  // namespace

std::unique_ptr<Pacs> open_dimse_pacs(PacsAddress address, const PacsOptions& options) {
  return std::make_unique<DimsePacs>(std::move(address), options);
}

void move_study(const PacsAddress& address, const PacsOptions& options,
                const std::string& study_uid, const std::string& destination) {
  Client client(address, options);
  client.addPresentationContext(UID_MOVEStudyRootQueryRetrieveInformationModel, plain_syntaxes());
  client.connect();
  DcmDataset keys;
  keys.putAndInsertString(DCM_QueryRetrieveLevel, "STUDY");
  keys.putAndInsertString(DCM_StudyInstanceUID, study_uid.c_str());
  OFList<RetrieveResponse*> responses;
  const OFCondition condition =
      client.sendMOVERequest(client.context(UID_MOVEStudyRootQueryRetrieveInformationModel),
                             destination.c_str(), &keys, &responses);
  Uint16 last = STATUS_Success;
  for (RetrieveResponse* response : responses) {
    last = response->m_status;
    delete response;
  }
  check_condition(condition, address, "move a study");
  if (last != STATUS_Success && !DICOM_WARNING_STATUS(last)) {
    raise(ErrorKind::unavailable, "{}: the PACS did not move the study to {} (status {:04X})",
          address.url, destination, last);
  }
}

}  // namespace galen::net
