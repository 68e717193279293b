#include "io/slide/ome.h"

#include <charconv>

namespace galen::slide {
namespace {

/// The start tag `<name ...>` from `from` on; empty when there is none.
std::string_view start_tag(std::string_view xml, std::string_view name) {
  for (std::size_t at = xml.find('<'); at != std::string_view::npos; at = xml.find('<', at + 1)) {
    const std::string_view rest = xml.substr(at + 1);
    // A schema prefix such as "ome:" may stand before the name.
    const std::size_t end = rest.find_first_of(" \t\r\n/>");
    const std::string_view full = rest.substr(0, end);
    const std::size_t colon = full.find(':');
    if (full == name || (colon != std::string_view::npos && full.substr(colon + 1) == name)) {
      return xml.substr(at, xml.find('>', at) - at);
    }
  }
  return {};
}

std::string_view attribute(std::string_view tag, std::string_view name) {
  for (std::size_t at = tag.find(name); at != std::string_view::npos; at = tag.find(name, at + 1)) {
    const std::size_t quote = at + name.size() + 1;
    if (at == 0 || tag[at - 1] > ' ' || quote >= tag.size() || tag[quote - 1] != '=') {
      continue;
    }
    const std::size_t end = tag.find(tag[quote], quote + 1);
    return end == std::string_view::npos ? std::string_view()
                                         : tag.substr(quote + 1, end - quote - 1);
  }
  return {};
}

template <typename T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() ? std::optional(value) : std::nullopt;
}

/// Micrometres in one of the schema's length units, which is micrometre itself when not given.
std::optional<double> micrometres(std::string_view unit) {
  if (unit.empty() || unit == "\u00b5m" || unit == "\u03bcm" || unit == "&#181;m" || unit == "um") {
    return 1;
  }
  if (unit == "nm") {
    return 1e-3;
  }
  if (unit == "mm") {
    return 1e3;
  }
  if (unit == "cm") {
    return 1e4;
  }
  return std::nullopt;
}

std::optional<Mpp> physical_size(std::string_view pixels) {
  const auto x = number<double>(attribute(pixels, "PhysicalSizeX"));
  const auto y = number<double>(attribute(pixels, "PhysicalSizeY"));
  const auto unit_x = micrometres(attribute(pixels, "PhysicalSizeXUnit"));
  const auto unit_y = micrometres(attribute(pixels, "PhysicalSizeYUnit"));
  if (!x || !y || !unit_x || !unit_y) {
    return std::nullopt;
  }
  return Mpp{*x * *unit_x, *y * *unit_y};
}

}  // namespace

std::vector<OmeImage> read_ome(std::string_view description) {
  std::vector<OmeImage> images;
  if (start_tag(description, "OME").empty()) {
    return images;
  }
  std::string_view rest = description;
  for (std::string_view tag = start_tag(rest, "Image"); !tag.empty();
       tag = start_tag(rest, "Image")) {
    rest.remove_prefix(static_cast<std::size_t>(tag.data() + tag.size() - rest.data()));
    const std::string_view next = start_tag(rest, "Image");
    const std::string_view body =
        next.empty() ? rest : rest.substr(0, static_cast<std::size_t>(next.data() - rest.data()));
    const std::string_view pixels = start_tag(body, "Pixels");
    OmeImage image;
    image.name = attribute(tag, "Name");
    image.channels = number<int>(attribute(pixels, "SizeC")).value_or(1);
    image.ifd = number<std::int64_t>(attribute(start_tag(body, "TiffData"), "IFD"))
                    .value_or(static_cast<std::int64_t>(images.size()));
    image.mpp = physical_size(pixels);
    images.push_back(image);
  }
  return images;
}

}  // namespace galen::slide
