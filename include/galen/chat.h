#pragma once
// The language model of work that talks to one in several turns: the built-in engine, or any
// OpenAI-compatible endpoint.

#include <string>

#include <galen/ask.h>

namespace galen {

struct ChatModelOptions {
  ModelOptions model;             ///< of the built-in engine, used unless `endpoint` is set
  std::string endpoint;           ///< "http://host:8000/v1"; empty = the built-in engine
  std::string endpoint_model;     ///< name of the model there
  std::string api_key;            ///< sent as a bearer token; empty = none
  std::string ca_file;            ///< PEM of the authorities to trust; empty = the system's
  int endpoint_context = 32'768;  ///< tokens of context of the model there
  int timeout_seconds = 600;      ///< of one answer of the endpoint
};

}  // namespace galen
