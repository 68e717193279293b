#include "io/store/hdf5.h"

#include <array>
#include <hdf5.h>
#include <mutex>

#include "base/checked.h"
#include "base/raise.h"

namespace galen::store {
namespace {

static_assert(sizeof(hid_t) == sizeof(std::int64_t), "the header keeps identifiers as int64");

constexpr std::size_t kMaxValues = std::size_t{1} << 31;
constexpr int kMaxDimensions = 8;
constexpr std::size_t kMaxTextBytes = 65536;

std::mutex library;

/// Holds the library for one call, and keeps it from printing its error stack.
struct Turn {
  std::lock_guard<std::mutex> lock{library};
  Turn() {
    // At the end of the program the library would write a file again that a full disk refused, and
    // crash. All files are closed before.
    [[maybe_unused]] static const herr_t first_call = H5dont_atexit();
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
};

/// An identifier of the library, closed by `Close`.
template <auto Close>
class Handle {
 public:
  explicit Handle(hid_t id) : id_(id) {}
  ~Handle() {
    if (id_ >= 0) Close(id_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  [[nodiscard]] hid_t id() const { return id_; }
  [[nodiscard]] bool ok() const { return id_ >= 0; }

 private:
  hid_t id_;
};

using Dataset = Handle<H5Dclose>;
using Space = Handle<H5Sclose>;
using Type = Handle<H5Tclose>;
using Properties = Handle<H5Pclose>;
using OpenAttribute = Handle<H5Aclose>;

bool is_there(hid_t file, const std::string& array, const std::string& name) {
  if (H5Lexists(file, array.c_str(), H5P_DEFAULT) <= 0) return false;
  H5L_info_t info;
  if (H5Lget_info(file, array.c_str(), &info, H5P_DEFAULT) < 0 || info.type != H5L_TYPE_HARD) {
    raise(ErrorKind::unsupported, "{}: '{}' is a link, which may lead to another file", name,
          array);
  }
  return true;
}

void refuse_outside_data(const Dataset& dataset, const std::string& where) {
  const Properties properties(H5Dget_create_plist(dataset.id()));
  if (H5Pget_external_count(properties.id()) > 0 || H5Pget_layout(properties.id()) == H5D_VIRTUAL) {
    raise(ErrorKind::unsupported, "{}: its data lie in other files", where);
  }
}

std::vector<std::size_t> shape_of(const Dataset& dataset, const std::string& where) {
  const Space space(H5Dget_space(dataset.id()));
  const int dimensions = H5Sget_simple_extent_ndims(space.id());
  if (dimensions < 0 || dimensions > kMaxDimensions) {
    raise(ErrorKind::malformed, "{}: {} dimensions, up to {} are read", where, dimensions,
          kMaxDimensions);
  }
  std::array<hsize_t, kMaxDimensions> sizes{};
  H5Sget_simple_extent_dims(space.id(), sizes.data(), nullptr);
  return {sizes.begin(), sizes.begin() + dimensions};
}

std::size_t value_count(const std::vector<std::size_t>& shape, const std::string& where) {
  std::size_t count = 1;
  for (const std::size_t size : shape) count = checked_mul(count, size, where);
  if (count > kMaxValues) {
    raise(ErrorKind::limit_exceeded, "{}: {} values, at most {} are read", where, count,
          kMaxValues);
  }
  return count;
}

std::optional<Attribute> text_of(const OpenAttribute& attribute, const Type& type) {
  std::string text;
  if (H5Tis_variable_str(type.id()) > 0) {
    char* value = nullptr;
    const Type memory(H5Tcopy(H5T_C_S1));
    H5Tset_size(memory.id(), H5T_VARIABLE);
    H5Tset_cset(memory.id(), H5Tget_cset(type.id()));
    if (H5Aread(attribute.id(), memory.id(), &value) < 0 || value == nullptr) return std::nullopt;
    text = value;
    H5free_memory(value);
  } else {
    const std::size_t size = H5Tget_size(type.id());
    if (size > kMaxTextBytes) return std::nullopt;
    text.resize(size);
    if (H5Aread(attribute.id(), type.id(), text.data()) < 0) return std::nullopt;
    text.resize(text.find('\0') == std::string::npos ? size : text.find('\0'));
  }
  return text;
}

/// The value when it is one number or text.
std::optional<Attribute> value_of(const OpenAttribute& attribute) {
  const Space space(H5Aget_space(attribute.id()));
  if (H5Sget_simple_extent_npoints(space.id()) != 1) return std::nullopt;
  const Type type(H5Aget_type(attribute.id()));
  switch (H5Tget_class(type.id())) {
    case H5T_STRING: return text_of(attribute, type);
    case H5T_INTEGER: {
      std::int64_t value = 0;
      if (H5Aread(attribute.id(), H5T_NATIVE_INT64, &value) < 0) return std::nullopt;
      return value;
    }
    case H5T_FLOAT: {
      double value = 0;
      if (H5Aread(attribute.id(), H5T_NATIVE_DOUBLE, &value) < 0) return std::nullopt;
      return value;
    }
    default: return std::nullopt;
  }
}

using AttributeMap = std::map<std::string, Attribute>;

herr_t collect_attribute(hid_t dataset, const char* name, const H5A_info_t* /*info*/, void* into) {
  const OpenAttribute attribute(H5Aopen(dataset, name, H5P_DEFAULT));
  if (const auto value = value_of(attribute)) (*static_cast<AttributeMap*>(into))[name] = *value;
  return 0;
}

bool write_attribute(hid_t dataset, const std::string& name, const Attribute& value) {
  const Space scalar(H5Screate(H5S_SCALAR));
  const auto put = [&](hid_t type, const void* bytes) {
    const OpenAttribute attribute(
        H5Acreate2(dataset, name.c_str(), type, scalar.id(), H5P_DEFAULT, H5P_DEFAULT));
    return attribute.ok() && H5Awrite(attribute.id(), type, bytes) >= 0;
  };
  if (const auto* number = std::get_if<std::int64_t>(&value)) return put(H5T_NATIVE_INT64, number);
  if (const auto* number = std::get_if<double>(&value)) return put(H5T_NATIVE_DOUBLE, number);
  // Of variable length: h5py gives a str for it, and bytes for a fixed one.
  const char* text = std::get<std::string>(value).c_str();
  const Type type(H5Tcopy(H5T_C_S1));
  H5Tset_size(type.id(), H5T_VARIABLE);
  H5Tset_cset(type.id(), H5T_CSET_UTF8);
  return put(type.id(), &text);
}

}  // namespace

Hdf5Reader::Hdf5Reader(const std::filesystem::path& path) : name_(path.string()) {
  if (!std::filesystem::exists(path)) raise(ErrorKind::not_found, "{}: no such file", name_);
  const Turn turn;
  file_ = H5Fopen(name_.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  if (file_ < 0) raise(ErrorKind::malformed, "{}: not a complete HDF5 file", name_);
}

Hdf5Reader::~Hdf5Reader() {
  const Turn turn;
  H5Fclose(file_);
}

std::optional<std::vector<std::size_t>> Hdf5Reader::shape(const std::string& array) const {
  const Turn turn;
  if (!is_there(file_, array, name_)) return std::nullopt;
  const Dataset dataset(H5Dopen2(file_, array.c_str(), H5P_DEFAULT));
  if (!dataset.ok()) raise(ErrorKind::malformed, "{}: '{}' is no array", name_, array);
  return shape_of(dataset, name_ + ": " + array);
}

template <typename T>
std::vector<T> Hdf5Reader::read(const std::string& array, std::int64_t memory_type) const {
  const std::string where = name_ + ": " + array;
  if (!is_there(file_, array, name_)) raise(ErrorKind::malformed, "{}: not there", where);
  const Dataset dataset(H5Dopen2(file_, array.c_str(), H5P_DEFAULT));
  if (!dataset.ok()) raise(ErrorKind::malformed, "{}: no array", where);
  refuse_outside_data(dataset, where);
  const Type type(H5Dget_type(dataset.id()));
  const H5T_class_t kind = H5Tget_class(type.id());
  if (kind != H5T_FLOAT && kind != H5T_INTEGER)
    raise(ErrorKind::unsupported, "{}: the values are not numbers", where);
  std::vector<T> values(value_count(shape_of(dataset, where), where));
  if (!values.empty() &&
      H5Dread(dataset.id(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0) {
    raise(ErrorKind::malformed, "{}: the values cannot be read; the file was cut short or damaged",
          where);
  }
  return values;
}

std::vector<float> Hdf5Reader::floats(const std::string& array) const {
  const Turn turn;
  return read<float>(array, H5T_NATIVE_FLOAT);
}

std::vector<std::int64_t> Hdf5Reader::integers(const std::string& array) const {
  const Turn turn;
  return read<std::int64_t>(array, H5T_NATIVE_INT64);
}

std::map<std::string, Attribute> Hdf5Reader::attributes(const std::string& array) const {
  const Turn turn;
  AttributeMap found;
  const Dataset dataset(H5Dopen2(file_, array.c_str(), H5P_DEFAULT));
  if (dataset.ok())
    H5Aiterate2(dataset.id(), H5_INDEX_NAME, H5_ITER_INC, nullptr, collect_attribute, &found);
  return found;
}

Hdf5Writer::Hdf5Writer(const std::filesystem::path& path) : name_(path.string()) {
  const Turn turn;
  file_ = H5Fcreate(name_.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  if (file_ < 0) raise(ErrorKind::io, "{}: cannot be created", name_);
}

Hdf5Writer::~Hdf5Writer() {
  const Turn turn;
  if (file_ >= 0) H5Fclose(file_);
}

std::int64_t Hdf5Writer::create(const std::string& array, std::span<const std::size_t> shape,
                                std::int64_t type, const void* values) const {
  const std::vector<hsize_t> sizes(shape.begin(), shape.end());
  const Space space(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr));
  const Properties properties(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_obj_track_times(properties.id(), 0);
  const hid_t dataset =
      H5Dcreate2(file_, array.c_str(), type, space.id(), H5P_DEFAULT, properties.id(), H5P_DEFAULT);
  if (dataset >= 0 && values == nullptr) return dataset;
  if (dataset < 0 || H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0) {
    if (dataset >= 0) H5Dclose(dataset);
    raise(ErrorKind::io, "{}: '{}' cannot be written; is the disk full?", name_, array);
  }
  return dataset;
}

void Hdf5Writer::write(const std::string& array, std::span<const std::size_t> shape,
                       std::span<const float> values) {
  const Turn turn;
  const Dataset dataset(create(array, shape, H5T_NATIVE_FLOAT, values.data()));
}

void Hdf5Writer::write(const std::string& array, std::span<const std::size_t> shape,
                       std::span<const std::int64_t> values,
                       const std::map<std::string, Attribute>& attributes) {
  const Turn turn;
  const Dataset dataset(create(array, shape, H5T_NATIVE_INT64, values.data()));
  for (const auto& [name, value] : attributes) {
    if (!write_attribute(dataset.id(), name, value))
      raise(ErrorKind::io, "{}: the attribute '{}' cannot be written", name_, name);
  }
}

void Hdf5Writer::write_rows(const std::string& array, std::size_t rows, std::size_t width,
                            const std::function<std::vector<float>()>& next) {
  const Turn turn;
  const Dataset dataset(
      create(array, std::vector<std::size_t>{rows, width}, H5T_NATIVE_FLOAT, nullptr));
  if (!dataset.ok()) raise(ErrorKind::io, "{}: '{}' cannot be written", name_, array);
  for (std::size_t row = 0; row < rows;) {
    const std::vector<float> part = next();
    const std::array<hsize_t, 2> first{row, 0};
    const std::array<hsize_t, 2> size{part.size() / width, width};
    if (size[0] == 0 || size[0] > rows - row || part.size() % width != 0) {
      raise(ErrorKind::internal, "{}: '{}': {} values after row {} of {}", name_, array,
            part.size(), row, rows);
    }
    const Space place(H5Dget_space(dataset.id()));
    const Space memory(H5Screate_simple(2, size.data(), nullptr));
    H5Sselect_hyperslab(place.id(), H5S_SELECT_SET, first.data(), nullptr, size.data(), nullptr);
    if (H5Dwrite(dataset.id(), H5T_NATIVE_FLOAT, memory.id(), place.id(), H5P_DEFAULT,
                 part.data()) < 0) {
      raise(ErrorKind::io, "{}: '{}' cannot be written; is the disk full?", name_, array);
    }
    row += size[0];
  }
}

void Hdf5Writer::close() {
  const Turn turn;
  const herr_t status = H5Fclose(file_);
  file_ = -1;
  if (status < 0) raise(ErrorKind::io, "{}: cannot be written; is the disk full?", name_);
}

}  // namespace galen::store
