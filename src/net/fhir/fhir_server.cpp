#include "net/fhir/fhir_server.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/raise.h"
#include "io/fhir/index/resource_facts.h"
#include "io/fhir/partial_date.h"
#include "io/fhir/reference.h"
#include "net/fhir/outcome.h"
#include "net/fhir/search_form.h"
#include "net/http/url.h"

namespace galen::net {
namespace {

using fhir::CodeUse;
using fhir::Coding;
using fhir::ResourceFacts;
using fhir::TypeUse;

constexpr std::size_t kMaxPages = 1000;

std::string text_of(const Json& object, const char* field) {
  const auto found = object.is_object() ? object.find(field) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

constexpr const char* kIncluded = "Medication";  // what the search forms ask to include

/// A resource with what the index would know of it.
struct Found {
  Json resource;
  ResourceFacts facts;
  bool is_match = true;  ///< false for one that was included
};

std::string next_link(const Json& bundle) {
  const auto links = bundle.find("link");
  if (links == bundle.end() || !links->is_array()) return "";
  for (const Json& link : *links) {
    if (text_of(link, "relation") == "next") return text_of(link, "url");
  }
  return "";
}

void add_use(std::map<Coding, CodeUse>& codes, const ResourceFacts& facts) {
  for (const Coding& coding : facts.codes) {
    CodeUse& use = codes[coding];
    use.coding = coding;
    ++use.count;
    if (facts.date.empty()) continue;
    if (use.first.empty() || facts.date < use.first) use.first = facts.date;
    use.last = std::max(use.last, facts.date);
  }
}

bool has_code(const ResourceFacts& facts, const std::vector<std::string>& codes) {
  const auto is_wanted = [&](const Coding& coding) {
    return std::find(codes.begin(), codes.end(), coding.code) != codes.end();
  };
  return std::any_of(facts.codes.begin(), facts.codes.end(), is_wanted) ||
         std::any_of(facts.categories.begin(), facts.categories.end(), is_wanted);
}

bool is_within(const ResourceFacts& facts, const std::string& from, const std::string& to) {
  const std::string day = facts.date.substr(0, 10);
  // A date that is a year or a month only fits as far as it overlaps the range.
  return (day + "-99-99").substr(0, 10) >= from && (to.empty() || (!day.empty() && day <= to));
}

/// "a,b" of a token parameter; the separators of FHIR are escaped (R4, 3.1.1.4.0.1).
std::string token_list(const std::vector<std::string>& codes) {
  std::string list;
  for (const std::string& code : codes) {
    if (!list.empty()) list += ',';
    for (const char c : code) {
      if (c == ',' || c == '|' || c == '$' || c == '\\') list += '\\';
      list += c;
    }
  }
  return list;
}

}  // namespace

struct FhirServer::State {
  std::string base;
  FhirServerOptions options;
  HttpClient client;
  std::unique_ptr<SmartToken> smart;
  fhir::ResourceReader reader;
  std::set<std::string> types;                          ///< that the server has
  std::map<std::string, std::set<std::string>> params;  ///< search parameters it names, by type

  State(std::string address, FhirServerOptions wanted)
      : base(std::move(address)), options(std::move(wanted)), client(options.http) {
    while (base.ends_with('/')) base.pop_back();
    (void)origin_of(base);
    if (options.smart.client_id.empty()) return;
    smart = std::make_unique<SmartToken>(base, options.smart, options.http);
  }

  HttpResponse send(const std::string& url) {
    HttpRequest request;
    request.url = url;
    request.headers = {{"Accept", "application/fhir+json"}};
    request.max_bytes = std::size_t{256} << 20;
    if (smart) client.set_bearer(smart->get());
    HttpResponse response = client.send(request);
    if (response.status != 401 || !smart) return response;
    smart->forget();  // revoked before its end
    client.set_bearer(smart->get());
    return client.send(request);
  }

  Json get(const std::string& url) { return read_resource(send(url)); }

  void read_capabilities() {
    HttpRequest request;
    request.url = base + "/metadata";
    request.headers = {{"Accept", "application/fhir+json"}};
    const Json statement = read_resource(client.send(request));
    const std::string version = text_of(statement, "fhirVersion");
    if (!version.starts_with("4.")) {
      raise(ErrorKind::unsupported, "{}: speaks FHIR {}, Galen R4 (4.0.1)", shown_address(base),
            version.empty() ? "of an unknown version" : version.substr(0, 20));
    }
    const Json::json_pointer place("/rest/0/resource");
    if (!statement.contains(place) || !statement.at(place).is_array()) return;
    for (const Json& resource : statement.at(place)) {
      const std::string type = text_of(resource, "type");
      types.insert(type);
      const auto named = resource.find("searchParam");
      if (named == resource.end() || !named->is_array()) continue;
      for (const Json& parameter : *named) params[type].insert(text_of(parameter, "name"));
    }
  }

  /// A server that names no types is asked for any.
  bool has_type(const std::string& type) const { return types.empty() || types.contains(type); }

  /// A server that names no parameters of a type is taken at the standard's word.
  bool knows(const std::string& type, const std::string& parameter) const {
    const auto named = params.find(type);
    return named == params.end() || named->second.contains(parameter);
  }

  ResourceFacts facts_of(const Json& resource) {
    ResourceFacts facts;
    reader.read(resource.dump(), 0, shown_address(base),
                [&](ResourceFacts read) { facts = std::move(read); });
    return facts;
  }

  void add_page(const Json& bundle, std::vector<Found>& found) {
    const auto entries = bundle.find("entry");
    if (entries == bundle.end() || !entries->is_array()) return;
    for (const Json& entry : *entries) {
      const auto resource = entry.find("resource");
      if (resource == entry.end() || text_of(*resource, "resourceType") == "OperationOutcome")
        continue;
      const Json::json_pointer mode("/search/mode");
      const bool is_match = !entry.contains(mode) || entry.at(mode) != "include";
      // Some servers add whatever a match refers to, asked or not.
      if (!is_match && text_of(*resource, "resourceType") != kIncluded) continue;
      found.push_back({*resource, facts_of(*resource), is_match});
    }
  }

  /// Every page of a search.
  std::vector<Found> search_all(const std::string& type, const Query& parameters) {
    std::vector<Found> found;
    std::set<std::string> visited;
    std::string url = with_query(base + "/" + type, parameters);
    while (!url.empty()) {
      if (!visited.insert(url).second || visited.size() > kMaxPages) {
        raise(ErrorKind::malformed, "{}: the server's pages of {} do not end", shown_address(base),
              type);
      }
      const Json bundle = get(url);
      if (text_of(bundle, "resourceType") != "Bundle") {
        raise(ErrorKind::malformed, "{}: a search of {} gave a {} in place of a Bundle",
              shown_address(base), type, text_of(bundle, "resourceType").substr(0, 40));
      }
      add_page(bundle, found);
      if (found.size() > options.max_resources) {
        raise(
            ErrorKind::limit_exceeded,
            "{}: more than {} resources of {} for one patient; export the record and ask the files",
            shown_address(base), options.max_resources, type);
      }
      const std::string next = next_link(bundle);
      url = next.empty() ? "" : resolved(url, next);
      if (!url.empty() && origin_of(url) != origin_of(base)) {
        raise(ErrorKind::permission,
              "{}: the next page lies on another host, {}; correct the server's own address, or "
              "name that one",
              shown_address(base), shown_address(url));
      }
    }
    return found;
  }

  Query patient_query(const std::string& type, const std::string& patient) const {
    // Device and a few others name the patient only by "patient"; all R4 types here have it.
    Query query{{"patient", "Patient/" + patient}, {"_count", std::to_string(options.page)}};
    const SearchForm* form = search_form(type);
    if (form != nullptr && !form->include.empty())
      query.emplace_back("_include", std::string(form->include));
    return query;
  }

  /// Matches within the query's dates, whether the server can search by date or not.
  std::vector<Found> search_codes(const fhir::ResourceQuery& query, const char* by) {
    Query parameters = patient_query(query.type, query.patient);
    const SearchForm* form = search_form(query.type);
    const std::string from = fhir::first_day(query.from);
    const std::string to = fhir::last_day(query.to);
    const bool by_server = !query.codes.empty() && knows(query.type, by);
    if (by_server) parameters.emplace_back(by, token_list(query.codes));
    if (form != nullptr && !form->date.empty() && knows(query.type, std::string(form->date))) {
      if (!from.empty()) parameters.emplace_back(std::string(form->date), "ge" + from);
      if (!to.empty()) parameters.emplace_back(std::string(form->date), "le" + to);
    }
    std::vector<Found> found = search_all(query.type, parameters);
    std::erase_if(found, [&](const Found& one) {
      return one.is_match && (!is_within(one.facts, from, to) ||
                              (!query.codes.empty() && !has_code(one.facts, query.codes)));
    });
    return found;
  }
};

FhirServer::FhirServer(std::string base, FhirServerOptions options)
    : state_(std::make_unique<State>(std::move(base), std::move(options))) {
  state_->read_capabilities();
}

FhirServer::~FhirServer() = default;

std::string FhirServer::name() const {
  return shown_address(state_->base);
}

Json FhirServer::patient(const std::string& id) {
  const HttpResponse response = state_->send(state_->base + "/Patient/" + percent_encoded(id));
  if (response.status == 404 || response.status == 410)
    raise(ErrorKind::not_found, "{}: has no such patient", name());
  return read_resource(response);
}

std::vector<TypeUse> FhirServer::manifest(const std::string& patient) {
  std::vector<TypeUse> manifest;
  for (const SearchForm& form : search_forms()) {
    const std::string type(form.type);
    if (!state_->has_type(type)) continue;
    TypeUse use;
    use.type = type;
    std::map<Coding, CodeUse> codes;
    for (const Found& one : state_->search_all(type, state_->patient_query(type, patient))) {
      if (!one.is_match) continue;
      ++use.count;
      add_use(codes, one.facts);
      if (one.facts.date.empty()) continue;
      if (use.first.empty() || one.facts.date < use.first) use.first = one.facts.date;
      use.last = std::max(use.last, one.facts.date);
    }
    for (auto& [coding, code] : codes) use.codes.push_back(std::move(code));
    std::stable_sort(use.codes.begin(), use.codes.end(),
                     [](const CodeUse& a, const CodeUse& b) { return a.count > b.count; });
    if (use.count > 0) manifest.push_back(std::move(use));
  }
  return manifest;
}

fhir::ResourceList FhirServer::search(const fhir::ResourceQuery& query) {
  if (!state_->has_type(query.type)) return {};
  std::vector<Found> found = state_->search_codes(query, "code");
  const auto is_match = [](const Found& one) { return one.is_match; };
  if (!query.codes.empty() && std::none_of(found.begin(), found.end(), is_match))
    found = state_->search_codes(query, "category");
  std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
    return a.is_match != b.is_match ? a.is_match : a.facts.date > b.facts.date;
  });
  fhir::ResourceList list;
  list.total = static_cast<std::size_t>(std::count_if(found.begin(), found.end(), is_match));
  for (Found& one : found) {
    if (one.is_match && list.resources.size() >= query.limit) continue;
    list.resources.push_back(std::move(one.resource));
  }
  return list;
}

std::optional<Json> FhirServer::read(const std::string& reference, const std::string& patient) {
  const fhir::ReferenceParts parts = fhir::reference_parts(reference);
  if (parts.type.empty()) return std::nullopt;
  const bool is_elsewhere = reference.find("://") != std::string::npos && parts.value.empty() &&
                            !reference.starts_with(state_->base + "/");
  if (is_elsewhere) return std::nullopt;
  std::optional<Json> resource;
  if (!parts.value.empty()) {
    const std::string token = parts.system.empty() ? parts.value : parts.system + "|" + parts.value;
    auto found = state_->search_all(parts.type, {{"identifier", token}, {"_count", "1"}});
    if (!found.empty()) resource = std::move(found.front().resource);
  } else {
    const HttpResponse response =
        state_->send(state_->base + "/" + parts.type + "/" + percent_encoded(parts.id));
    if (response.status == 404 || response.status == 410) return std::nullopt;
    resource = read_resource(response);
  }
  if (!resource) return std::nullopt;
  // The record of another patient is none of this question's business.
  const fhir::ReferenceParts owner = fhir::reference_parts(state_->facts_of(*resource).patient);
  const bool is_other = (parts.type == "Patient" && text_of(*resource, "id") != patient) ||
                        (owner.type == "Patient" && owner.id != patient);
  if (is_other) return std::nullopt;
  return resource;
}

}  // namespace galen::net
