#include "model/weights/hub.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "base/raise.h"
#include "base/sha256.h"
#include "model/weights/resumed_download.h"
#include "net/http/client.h"
#include "net/http/url.h"

namespace galen::model {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxListing = std::size_t{1} << 26;

std::string environment(const char* variable) {
  const char* value = std::getenv(variable);
  return value == nullptr ? "" : value;
}

bool is_on(const std::string& value) {
  return !value.empty() && value != "0" && value != "false" && value != "no";
}

fs::path cache_folder(const HubOptions& options) {
  if (!options.cache.empty()) return options.cache;
  if (const auto cache = environment("HF_HUB_CACHE"); !cache.empty()) return cache;
  if (const auto home = environment("HF_HOME"); !home.empty()) return fs::path(home) / "hub";
  return fs::path(environment("HOME")) / ".cache" / "huggingface" / "hub";
}

bool is_plain(const std::string& text) {
  return !text.empty() && text.front() != '.' && text.front() != '-' &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-';
         });
}

/// "owner/name" to "models--owner--name".
std::string repository_folder(const std::string& repository) {
  const std::size_t slash = repository.find('/');
  if (slash == std::string::npos || !is_plain(repository.substr(0, slash)) ||
      !is_plain(repository.substr(slash + 1))) {
    raise(ErrorKind::invalid_argument, "'{}' is not a model of a hub; OWNER/NAME is wanted",
          repository);
  }
  return fmt::format("models--{}--{}", repository.substr(0, slash), repository.substr(slash + 1));
}

bool is_hex(const std::string& text, std::size_t length) {
  return text.size() == length && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// What a model needs; other frameworks' weights and pictures stay on the hub.
bool is_wanted(const fs::path& file) {
  for (const char* ending : {".safetensors", ".json", ".model", ".jinja", ".gguf"}) {
    if (file.extension() == ending) return true;
  }
  return false;
}

/// The hub's answer is a stranger's: a file may not leave the folder.
void refuse_escape(const fs::path& file, const std::string& url) {
  const bool climbs = std::any_of(file.begin(), file.end(),
                                  [](const fs::path& part) { return part == ".." || part == "."; });
  if (file.empty() || file.is_absolute() || climbs) {
    raise(ErrorKind::malformed, "{}: the hub lists a file outside the model's folder", url);
  }
}

struct Listing {
  std::string commit;
  std::vector<std::string> files;
};

Listing read_listing(const std::string& body, const std::string& url) {
  const Json json = parse_json(body, url);
  const auto text = [&](const Json& object, const char* field) {
    const auto found = object.find(field);
    if (found == object.end() || !found->is_string())
      raise(ErrorKind::malformed, "{}: the hub's answer has no '{}'", url, field);
    return found->get<std::string>();
  };
  Listing listing{text(json, "sha"), {}};
  if (!is_hex(listing.commit, 40))
    raise(ErrorKind::malformed, "{}: the hub's commit is not one", url);
  const auto siblings = json.find("siblings");
  if (siblings == json.end() || !siblings->is_array())
    raise(ErrorKind::malformed, "{}: the hub lists no files", url);
  for (const Json& sibling : *siblings) {
    const std::string file = text(sibling, "rfilename");
    refuse_escape(file, url);
    if (is_wanted(file)) listing.files.push_back(file);
  }
  if (listing.files.empty())
    raise(ErrorKind::not_found, "{}: the model has no safetensors or GGUF files", url);
  return listing;
}

std::string unquoted(std::string etag) {
  if (etag.starts_with("W/")) etag.erase(0, 2);
  etag.erase(std::remove(etag.begin(), etag.end(), '"'), etag.end());
  return etag;
}

void check_hub(const net::HttpResponse& response) {
  const bool is_refused = response.status == 401 || response.status == 403;
  if (response.status == 404) {
    raise(ErrorKind::not_found, "{}: the hub has no such model, revision or file",
          net::shown_address(response.url));
  }
  // A file's redirect to the place where it lies is an answer.
  if (response.status < 300 || response.status >= 400)
    net::check_status(response, is_refused ? "accept the model's licence there, set HF_TOKEN" : "");
}

/// Digest and size of one file on the hub.
struct Blob {
  std::string etag;  ///< SHA-256 of a large file, git's SHA-1 of a small one
  std::uint64_t size = 0;
  bool has_size = false;
};

Blob describe_blob(const net::HttpResponse& headers, const std::string& url) {
  Blob blob;
  const std::string linked = headers.header("x-linked-etag");
  blob.etag = unquoted(linked.empty() ? headers.header("etag") : linked);
  if (!is_hex(blob.etag, 64) && !is_hex(blob.etag, 40))
    raise(ErrorKind::malformed, "{}: the hub states no digest", url);
  const std::string linked_size = headers.header("x-linked-size");
  const std::string size =
      linked_size.empty() && linked.empty() ? headers.header("content-length") : linked_size;
  blob.has_size =
      std::from_chars(size.data(), size.data() + size.size(), blob.size).ec == std::errc();
  return blob;
}

net::HttpOptions client_options(const HubOptions& options) {
  net::HttpOptions made;
  made.bearer = options.token.empty() ? environment("HF_TOKEN") : options.token;
  made.cancel = options.cancel;
  return made;
}

/// One repository in the cache.
class Repository {
 public:
  Repository(const std::string& name, const HubOptions& options)
      : name_(name),
        options_(options),
        folder_(cache_folder(options) / repository_folder(name)),
        client_(client_options(options)) {
    if (options.revision.empty() || !is_plain(options.revision)) {
      raise(ErrorKind::invalid_argument, "'{}' is not a revision", options.revision);
    }
  }

  fs::path cached() const {
    const fs::path ref = folder_ / "refs" / options_.revision;
    const std::string commit = fs::exists(ref) ? read_file(ref, 1000) : options_.revision;
    if (is_hex(commit, 40) && fs::exists(folder_ / "snapshots" / commit))
      return folder_ / "snapshots" / commit;
    raise(ErrorKind::unavailable,
          "{}: not in the cache {}, and HF_HUB_OFFLINE forbids to ask the hub", name_,
          folder_.string());
  }

  fs::path download(const std::string& endpoint) {
    const std::string listing_url =
        fmt::format("{}/api/models/{}/revision/{}", endpoint, name_, options_.revision);
    const Listing listing = read_listing(fetch(listing_url), listing_url);
    const fs::path snapshot = folder_ / "snapshots" / listing.commit;
    fs::create_directories(folder_ / "blobs");
    for (const std::string& file : listing.files) {
      const std::string url =
          fmt::format("{}/{}/resolve/{}/{}", endpoint, name_, listing.commit, file);
      const std::string blob = fetch_blob(url, file);
      link(snapshot / file, folder_ / "blobs" / blob);
    }
    fs::create_directories(folder_ / "refs");
    write_file(folder_ / "refs" / options_.revision, listing.commit);
    return snapshot;
  }

 private:
  std::string fetch(const std::string& url) {
    net::HttpRequest request;
    request.url = url;
    request.max_bytes = kMaxListing;
    request.redirects = net::Redirects::anywhere;
    net::HttpResponse response = client_.send(request);
    check_hub(response);
    return std::move(response.body);
  }

  Blob describe(const std::string& url) {
    net::HttpRequest request;
    request.method = "HEAD";
    request.url = url;
    // Digest and size stand in the first answer, not where it redirects to.
    request.redirects = net::Redirects::none;
    const net::HttpResponse response = client_.send(request);
    check_hub(response);
    return describe_blob(response, url);
  }

  std::string fetch_blob(const std::string& url, const std::string& file) {
    const Blob blob = describe(url);
    const fs::path path = folder_ / "blobs" / blob.etag;
    if (fs::exists(path)) return blob.etag;
    fs::path partial = path;
    partial += ".incomplete";
    const std::uint64_t have = fs::exists(partial) ? fs::file_size(partial) : 0;
    if (!blob.has_size || have < blob.size || blob.size == 0) {
      Progress progress("pull " + file, blob.has_size ? blob.size - have : 0, "bytes");
      check_hub(resume_download(client_, url, partial, blob.etag, progress));
    }
    check_blob(partial, blob, url);
    fs::rename(partial, path);
    return blob.etag;
  }

  /// A wrong file is removed, so that the next pull starts over.
  static void check_blob(const fs::path& partial, const Blob& blob, const std::string& url) {
    if (blob.has_size && fs::file_size(partial) < blob.size) {
      raise(ErrorKind::unavailable, "{}: the transfer ended early; pull again to go on", url);
    }
    const bool size_fits = !blob.has_size || fs::file_size(partial) == blob.size;
    const bool digest_fits = !is_hex(blob.etag, 64) || sha256_of_file(partial) == blob.etag;
    if (size_fits && digest_fits) return;
    fs::remove(partial);
    raise(ErrorKind::malformed,
          "{}: the content does not have the hub's size and SHA-256; pull again", url);
  }

  static void link(const fs::path& from, const fs::path& to) {
    fs::create_directories(from.parent_path());
    std::error_code ignored;
    fs::remove(from, ignored);
    fs::create_symlink(fs::relative(to, from.parent_path()), from);
  }

  std::string name_;
  HubOptions options_;
  fs::path folder_;
  net::HttpClient client_;
};

}  // namespace

fs::path pull(const std::string& repository, const HubOptions& options) {
  Repository target(repository, options);
  if (options.offline || is_on(environment("HF_HUB_OFFLINE"))) return target.cached();
  std::string endpoint = options.endpoint.empty() ? environment("HF_ENDPOINT") : options.endpoint;
  if (endpoint.empty()) {
    raise(ErrorKind::invalid_argument,
          "Galen contacts no host that you did not name: give the hub with --endpoint URL or "
          "HF_ENDPOINT");
  }
  if (!endpoint.starts_with("https://") && !endpoint.starts_with("http://")) {
    raise(ErrorKind::invalid_argument, "the endpoint '{}' is not an http or https address",
          endpoint);
  }
  while (endpoint.ends_with('/')) endpoint.pop_back();
  return target.download(endpoint);
}

}  // namespace galen::model
