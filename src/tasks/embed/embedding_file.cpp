#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>
#include <utility>

#include <galen/embed.h>

#include "base/file.h"
#include "base/json.h"
#include "base/raise.h"
#include "io/store/npy.h"
#include "io/store/patches.h"
#include "io/store/safetensors.h"

namespace galen {
namespace {

constexpr std::size_t kMaxTextBytes = std::size_t{8} << 30;

std::filesystem::path ids_path(std::filesystem::path path) {
  return path.replace_extension(".ids.txt");
}

std::size_t rows_of(const Embeddings& embeddings) {
  return embeddings.names.size();
}

void save_npy(const std::filesystem::path& path, const Embeddings& embeddings) {
  std::string ids;
  for (const std::string& name : embeddings.names) {
    if (name.find('\n') != std::string::npos) {
      raise(ErrorKind::invalid_argument,
            "a name holds a line break, which an .ids.txt cannot keep: use .safetensors");
    }
    ids += name + "\n";
  }
  write_file(ids_path(path), ids);
  store::write_npy(path, {rows_of(embeddings), static_cast<std::size_t>(embeddings.width)},
                   embeddings.values);
}

Embeddings load_npy(const std::filesystem::path& path) {
  store::Npy<float> array = store::read_npy_f32(path);
  if (array.shape.size() != 2) {
    raise(ErrorKind::malformed, "{}: {} dimensions, embeddings have 2", path.string(),
          array.shape.size());
  }
  Embeddings embeddings;
  embeddings.width = static_cast<int>(array.shape[1]);
  embeddings.values = std::move(array.values);
  const std::string ids = read_file(ids_path(path), kMaxTextBytes);
  for (std::size_t begin = 0; begin < ids.size();) {
    const std::size_t end = std::min(ids.find('\n', begin), ids.size());
    embeddings.names.push_back(ids.substr(begin, end - begin));
    begin = end + 1;
  }
  if (rows_of(embeddings) != array.shape[0]) {
    raise(ErrorKind::malformed, "{}: {} rows, but {} names in {}", path.string(), array.shape[0],
          rows_of(embeddings), ids_path(path).string());
  }
  return embeddings;
}

void save_safetensors(const std::filesystem::path& path, const Embeddings& embeddings) {
  store::Tensor tensor;
  tensor.name = "embeddings";
  tensor.dtype = store::Dtype::f32;
  tensor.shape = {rows_of(embeddings), static_cast<std::uint64_t>(embeddings.width)};
  store::SafetensorsWriter writer(
      path, {tensor}, {{"model", embeddings.model}, {"names", Json(embeddings.names).dump()}});
  writer.write(embeddings.values);
  writer.commit();
}

Embeddings load_safetensors(const std::filesystem::path& path) {
  const store::Safetensors file = store::Safetensors::open(path);
  const store::Tensor& tensor = file.tensor("embeddings");
  const auto names = file.metadata().find("names");
  if (tensor.shape.size() != 2 || names == file.metadata().end()) {
    raise(ErrorKind::malformed,
          "{}: a tensor \"embeddings\" of 2 dimensions and \"names\" in the metadata are wanted",
          path.string());
  }
  Embeddings embeddings;
  embeddings.width = static_cast<int>(tensor.shape[1]);
  embeddings.values = file.floats(tensor);
  const Json list = parse_json(names->second, path.string());
  for (const Json& name : list) {
    if (!name.is_string())
      raise(ErrorKind::malformed, "{}: \"names\" holds something other than text", path.string());
    embeddings.names.push_back(name.get<std::string>());
  }
  if (rows_of(embeddings) != tensor.shape[0]) {
    raise(ErrorKind::malformed, "{}: {} rows, but {} names", path.string(), tensor.shape[0],
          rows_of(embeddings));
  }
  if (const auto model = file.metadata().find("model"); model != file.metadata().end()) {
    embeddings.model = model->second;
  }
  return embeddings;
}

void save_jsonl(const std::filesystem::path& path, const Embeddings& embeddings) {
  AtomicFile file(path);
  const auto width = static_cast<std::size_t>(embeddings.width);
  for (std::size_t row = 0; row < rows_of(embeddings); ++row) {
    OrderedJson line;
    line["name"] = embeddings.names[row];
    line["model"] = embeddings.model;
    const float* values = embeddings.values.data() + row * width;
    line["embedding"] = std::vector<float>(values, values + width);
    file.write(line.dump() + "\n");
  }
  file.commit();
}

void append_line(const Json& line, const std::string& where, Embeddings& embeddings) {
  if (!line.is_object() || !line.contains("name") || !line["name"].is_string() ||
      !line.contains("embedding") || !line["embedding"].is_array()) {
    raise(ErrorKind::malformed, "{}: an object with \"name\" and \"embedding\" is wanted", where);
  }
  const Json& vector = line["embedding"];
  if (embeddings.names.empty()) embeddings.width = static_cast<int>(vector.size());
  if (vector.size() != static_cast<std::size_t>(embeddings.width)) {
    raise(ErrorKind::malformed, "{}: {} values, the lines before have {}", where, vector.size(),
          embeddings.width);
  }
  embeddings.names.push_back(line["name"].get<std::string>());
  if (line.contains("model") && line["model"].is_string())
    embeddings.model = line["model"].get<std::string>();
  for (const Json& value : vector) {
    if (!value.is_number())
      raise(ErrorKind::malformed, "{}: \"embedding\" holds something other than numbers", where);
    embeddings.values.push_back(value.get<float>());
  }
}

Embeddings load_jsonl(const std::filesystem::path& path) {
  const std::string text = read_file(path, kMaxTextBytes);
  Embeddings embeddings;
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string where = fmt::format("{}: line {}", path.string(), ++number);
    if (end > begin)
      append_line(parse_json(std::string_view(text).substr(begin, end - begin), where), where,
                  embeddings);
    begin = end + 1;
  }
  return embeddings;
}

void refuse_non_finite(const std::filesystem::path& path, const Embeddings& embeddings) {
  for (std::size_t i = 0; i < embeddings.values.size(); ++i) {
    if (!std::isfinite(embeddings.values[i])) {
      raise(ErrorKind::malformed, "{}: row {} holds a value that is not finite", path.string(),
            i / static_cast<std::size_t>(embeddings.width));
    }
  }
}

bool is_patch_file(const std::filesystem::path& path) {
  return path.extension() == ".h5" || path.extension() == ".hdf5";
}

/// A row for each patch of a slide, of length 1.
void append_patches(const std::filesystem::path& path, Embeddings& embeddings) {
  const store::Patches patches = store::read_patches(path);
  if (patches.count == 0) return;
  if (embeddings.names.empty()) embeddings.width = static_cast<int>(patches.width);
  if (static_cast<std::size_t>(embeddings.width) != patches.width) {
    raise(ErrorKind::malformed, "{}: {} features a patch, the files before have {}", path.string(),
          patches.width, embeddings.width);
  }
  const auto encoder = patches.attributes.find("encoder");
  if (encoder != patches.attributes.end()) {
    if (const auto* name = std::get_if<std::string>(&encoder->second)) embeddings.model = *name;
  }
  const std::string slide = path.stem().string();
  for (std::size_t i = 0; i < patches.count; ++i) {
    embeddings.names.push_back(
        patches.coords.empty()
            ? fmt::format("{}:{}", slide, i)
            : fmt::format("{}:{},{}", slide, patches.coords[2 * i], patches.coords[2 * i + 1]));
    const auto row = std::span(patches.features).subspan(i * patches.width, patches.width);
    double sum = 0;
    for (const float value : row) sum += double{value} * double{value};
    const double scale = sum > 0 ? 1 / std::sqrt(sum) : 0;
    for (const float value : row)
      embeddings.values.push_back(static_cast<float>(double{value} * scale));
  }
}

Embeddings load_patch_folder(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (is_patch_file(entry.path())) files.push_back(entry.path());
  }
  if (files.empty())
    raise(ErrorKind::not_found, "{}: the folder holds no patch features (.h5)", folder.string());
  std::sort(files.begin(), files.end());
  Embeddings embeddings;
  for (const std::filesystem::path& file : files) append_patches(file, embeddings);
  return embeddings;
}

[[noreturn]] void refuse_extension(const std::filesystem::path& path) {
  raise(ErrorKind::unsupported, "{}: embeddings are kept in .npy, .safetensors or .jsonl",
        path.string());
}

}  // namespace

void save_embeddings(const std::filesystem::path& path, const Embeddings& embeddings) {
  const std::string extension = path.extension().string();
  if (extension == ".npy") return save_npy(path, embeddings);
  if (extension == ".safetensors") return save_safetensors(path, embeddings);
  if (extension == ".jsonl") return save_jsonl(path, embeddings);
  refuse_extension(path);
}

Embeddings load_embeddings(const std::filesystem::path& path) {
  const std::string extension = path.extension().string();
  Embeddings embeddings;
  if (std::filesystem::is_directory(path)) {
    embeddings = load_patch_folder(path);
  } else if (is_patch_file(path)) {
    append_patches(path, embeddings);
  } else if (extension == ".npy") {
    embeddings = load_npy(path);
  } else if (extension == ".safetensors") {
    embeddings = load_safetensors(path);
  } else if (extension == ".jsonl") {
    embeddings = load_jsonl(path);
  } else {
    refuse_extension(path);
  }
  refuse_non_finite(path, embeddings);
  return embeddings;
}

}  // namespace galen
