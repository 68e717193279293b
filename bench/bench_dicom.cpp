// Decoding of one 512x512 frame of 16 bits, per codec; the peer is pydicom's pixel_array, one
// thread.

#include <benchmark/benchmark.h>
#include <cmath>
#include <cstring>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmjpeg/djcparam.h>
#include <dcmtk/dcmjpeg/djeijg16.h>
#include <memory>
#include <openjpeg.h>
#include <string_view>
#include <vector>

#include "dicom_file.h"
#include "io/dicom/frames.h"

namespace galen::dicom {
namespace {

constexpr int kSide = 512;
using Stream = std::vector<std::uint8_t>;

/// A smooth body with some noise, 12 bits used: packs about as well as a CT slice.
std::vector<std::uint16_t> make_slice() {
  std::vector<std::uint16_t> slice(kSide * kSide);
  std::uint32_t state = 1;
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      state = state * 1664525U + 1013904223U;
      const double radius = std::hypot(x - kSide / 2, y - kSide / 2);
      const double body = radius < 200 ? 1024 + 40 * std::sin(x * 0.05) * std::cos(y * 0.07) : 24;
      slice[static_cast<std::size_t>(y * kSide + x)] =
          static_cast<std::uint16_t>(body + static_cast<double>(state >> 28));
    }
  }
  return slice;
}

Stream jpeg_lossless(std::vector<std::uint16_t> slice) {
  const DJCodecParameter parameters(ECC_lossyYCbCr, EDC_photometricInterpretation, EUC_default,
                                    EPC_colorByPixel);
  DJCompressIJG16Bit encoder(parameters, EJM_lossless, 1, 0);
  Uint8* bytes = nullptr;
  Uint32 size = 0;
  encoder.encode(kSide, kSide, EPI_Monochrome2, 1, slice.data(), bytes, size);
  const std::unique_ptr<Uint8[]> owner(bytes);
  return {bytes, bytes + size};
}

OPJ_SIZE_T append(void* bytes, OPJ_SIZE_T count, void* user) {
  auto& stream = *static_cast<Stream*>(user);
  const auto* first = static_cast<const std::uint8_t*>(bytes);
  stream.insert(stream.end(), first, first + count);
  return count;
}

Stream jpeg_2000(const std::vector<std::uint16_t>& slice) {
  opj_image_cmptparm_t component{};
  component.dx = component.dy = 1;
  component.w = component.h = kSide;
  component.prec = 16;
  const std::unique_ptr<opj_image_t, void (*)(opj_image_t*)> image(
      opj_image_create(1, &component, OPJ_CLRSPC_GRAY), opj_image_destroy);
  image->x1 = image->y1 = kSide;
  std::copy(slice.begin(), slice.end(), image->comps[0].data);
  opj_cparameters_t parameters;
  opj_set_default_encoder_parameters(&parameters);
  parameters.tcp_numlayers = 1;
  parameters.cp_disto_alloc = 1;
  Stream bytes;
  const std::unique_ptr<opj_codec_t, void (*)(opj_codec_t*)> codec(
      opj_create_compress(OPJ_CODEC_J2K), opj_destroy_codec);
  const std::unique_ptr<opj_stream_t, void (*)(opj_stream_t*)> stream(
      opj_stream_default_create(OPJ_FALSE), opj_stream_destroy);
  opj_stream_set_user_data(stream.get(), &bytes, nullptr);
  opj_stream_set_write_function(stream.get(), append);
  opj_setup_encoder(codec.get(), &parameters, image.get());
  opj_start_compress(codec.get(), image.get(), stream.get());
  opj_encode(codec.get(), stream.get());
  opj_end_compress(codec.get(), stream.get());
  return bytes;
}

/// Two byte planes of PackBits: literal runs, and repeats where three bytes are equal.
Stream rle(const std::vector<std::uint16_t>& slice) {
  Stream bytes(64);
  std::uint32_t offsets[3] = {2, 0, 0};
  for (const int shift : {8, 0}) {
    offsets[shift == 8 ? 1 : 2] = static_cast<std::uint32_t>(bytes.size());
    std::vector<std::uint8_t> plane;
    for (const std::uint16_t value : slice)
      plane.push_back(static_cast<std::uint8_t>(value >> shift));
    for (std::size_t at = 0; at < plane.size();) {
      std::size_t run = 1;
      while (run < 128 && at + run < plane.size() && plane[at + run] == plane[at]) ++run;
      bytes.push_back(static_cast<std::uint8_t>(run > 1 ? 257 - run : 0));
      bytes.push_back(plane[at]);
      at += run;
    }
  }
  std::memcpy(bytes.data(), offsets, sizeof offsets);
  return bytes;
}

/// Decodes the first frame of a file in memory; `bytes` are its stream, or plain samples.
void run(benchmark::State& state, const Stream& bytes, std::string_view syntax) {
  DicomFile file;
  file.grey(kSide, kSide, 16, 16);
  if (syntax == kExplicitLittleUid) {
    file.bytes(kPixelData, bytes);
  } else {
    file.encapsulated({bytes});
  }
  const FrameReader reader(Dataset::parse(file.file(syntax), "frame"));
  for (auto _ : state) benchmark::DoNotOptimize(reader.decode(0));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * kSide * kSide * 2);
  state.counters["packed_bytes"] = static_cast<double>(bytes.size());
}

Stream plain(const std::vector<std::uint16_t>& slice) {
  const auto* first = reinterpret_cast<const std::uint8_t*>(slice.data());
  return {first, first + slice.size() * 2};
}

void bench_plain(benchmark::State& state) {
  run(state, plain(make_slice()), kExplicitLittleUid);
}
void bench_rle(benchmark::State& state) {
  run(state, rle(make_slice()), "1.2.840.10008.1.2.5");
}
void bench_jpeg_lossless(benchmark::State& state) {
  run(state, jpeg_lossless(make_slice()), "1.2.840.10008.1.2.4.70");
}
void bench_jpeg_2000(benchmark::State& state) {
  run(state, jpeg_2000(make_slice()), "1.2.840.10008.1.2.4.90");
}

BENCHMARK(bench_plain)->Unit(benchmark::kMillisecond);
BENCHMARK(bench_rle)->Unit(benchmark::kMillisecond);
BENCHMARK(bench_jpeg_lossless)->Unit(benchmark::kMillisecond);
BENCHMARK(bench_jpeg_2000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace galen::dicom
