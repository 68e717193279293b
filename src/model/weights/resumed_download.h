#pragma once

#include <filesystem>
#include <string>

#include "base/progress.h"
#include "net/http/client.h"

namespace galen::model {

/// Appends what `url` names to `file` from its present size on (Range), as long as the server still
/// has the content that `etag` names; else starts over. Throws as HttpClient::send, io.
net::HttpResponse resume_download(net::HttpClient& client, const std::string& url,
                                  const std::filesystem::path& file, const std::string& etag,
                                  Progress& progress);

}  // namespace galen::model
