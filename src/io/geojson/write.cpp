#include <cmath>
#include <new>
#include <zlib.h>

#include "base/file.h"
#include "base/json.h"
#include "base/raise.h"
#include "base/sha256.h"
#include "io/geojson/geojson.h"

namespace galen::geojson {
namespace {

constexpr int kGzipWindow = MAX_WBITS + 16;
constexpr std::size_t kChunk = std::size_t{1} << 16;

/// A version 8 UUID (RFC 9562): a digest of ours.
std::string uuid_of(const std::string& slide, std::size_t number) {
  Sha256 digest;
  digest.update(slide);
  digest.update("\n" + std::to_string(number));
  std::string hex = digest.hex().substr(0, 32);
  hex[12] = '8';
  hex[16] = "89ab"[hex[16] % 4];
  for (const std::size_t at : {20, 16, 12, 8}) hex.insert(at, "-");
  return hex;
}

void append_ring(const Ring& ring, std::string& text) {
  text += '[';
  const auto append = [&](const Point& point) {
    // A hundredth of a pixel is more than a mask knows.
    text +=
        fmt::format("[{},{}]", std::round(point.x * 100) / 100, std::round(point.y * 100) / 100);
  };
  for (const Point& point : ring) {
    append(point);
    text += ',';
  }
  append(ring.front());
  text += ']';
}

OrderedJson properties_of(const Annotation& annotation) {
  OrderedJson json{{"objectType", "annotation"}};
  if (!annotation.name.empty()) json["name"] = annotation.name;
  json["classification"] = {{"name", annotation.classification}, {"color", annotation.colour}};
  json["isLocked"] = false;
  if (!annotation.measurements.empty()) json["measurements"] = annotation.measurements;
  return json;
}

}  // namespace

/// A file, gzipped on the way when its name says so.
class AnnotationWriter::Sink {
 public:
  explicit Sink(const std::filesystem::path& path)
      : file_(path), packed_(path.extension() == ".gz") {
    if (packed_ && deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, 8,
                                Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Sink() {
    if (packed_) deflateEnd(&stream_);
  }
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  void write(std::string_view text) {
    if (packed_) {
      pack(text, Z_NO_FLUSH);
    } else {
      file_.write(text);
    }
  }

  void finish() {
    if (packed_) pack({}, Z_FINISH);
    file_.commit();
  }

 private:
  void pack(std::string_view text, int flush) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream_.avail_in = static_cast<uInt>(text.size());
    std::vector<std::uint8_t> chunk(kChunk);
    do {
      stream_.next_out = chunk.data();
      stream_.avail_out = static_cast<uInt>(chunk.size());
      deflate(&stream_, flush);
      file_.write(std::span(chunk).first(chunk.size() - stream_.avail_out));
    } while (stream_.avail_out == 0);
  }

  AtomicFile file_;
  bool packed_;
  z_stream stream_{};
};

AnnotationWriter::AnnotationWriter(const std::filesystem::path& path, std::string slide)
    : sink_(std::make_unique<Sink>(path)), slide_(std::move(slide)) {
  sink_->write("{\"type\":\"FeatureCollection\",\"features\":[");
}

AnnotationWriter::~AnnotationWriter() = default;

void AnnotationWriter::add(const Polygon& polygon, const Annotation& annotation) {
  std::string text = count_ == 0 ? "\n" : ",\n";
  text += fmt::format(
      "{{\"type\":\"Feature\",\"id\":\"{}\",\"geometry\":{{\"type\":\"Polygon\","
      "\"coordinates\":[",
      uuid_of(slide_, count_++));
  append_ring(polygon.outer, text);
  for (const Ring& hole : polygon.holes) {
    text += ',';
    append_ring(hole, text);
  }
  text += "]},\"properties\":" +
          properties_of(annotation).dump(-1, ' ', false, OrderedJson::error_handler_t::replace) +
          "}";
  sink_->write(text);
}

void AnnotationWriter::finish() {
  sink_->write("\n]}\n");
  sink_->finish();
}

}  // namespace galen::geojson
