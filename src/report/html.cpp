#include "report/html.h"

#include <fmt/format.h>

#include "base/base64.h"
#include "io/raster/raster.h"

namespace galen::report {
namespace {

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
header, section { border-bottom: 1px solid #8888; padding-bottom: 1rem; }
.warning { border-left: .4rem solid #c62828; padding: .4rem .8rem; font-weight: 600; }
figure { margin: 1rem 0; display: inline-block; vertical-align: top; max-width: 100%; }
img { max-width: 100%; max-height: 28rem; height: auto; background: #000; }
figcaption, footer, .cut { font-size: .875rem; }
dt { font-weight: 600; margin-top: .8rem; }
dd { margin: .2rem 0 0 1rem; white-space: pre-wrap; }
@media print { section { break-inside: avoid; } }
)";

constexpr std::string_view kWarning =
    "Not for clinical use. A model wrote these answers; they may be wrong. Not a medical device.";

std::string figure_html(const Figure& figure) {
  const std::string caption = escape_html(figure.caption);
  return fmt::format(
      "<figure><img alt=\"{}\" width=\"{}\" height=\"{}\" src=\"data:image/png;base64,{}\">"
      "<figcaption>{}</figcaption></figure>\n",
      caption, figure.pixels.width, figure.pixels.height,
      encode_base64(raster::encode_png(figure.pixels)), caption);
}

std::string exchange_html(const Exchange& exchange) {
  return fmt::format("<dt>{}</dt>\n<dd>{}{}</dd>\n", escape_html(exchange.question),
                     escape_html(exchange.answer),
                     exchange.is_complete ? "" : " <span class=\"cut\">[cut short]</span>");
}

std::string section_html(const Section& section) {
  std::string html = fmt::format("<section>\n<h2>{}</h2>\n", escape_html(section.title));
  for (const Figure& figure : section.figures) html += figure_html(figure);
  if (!section.exchanges.empty()) {
    html += "<dl>\n";
    for (const Exchange& exchange : section.exchanges) html += exchange_html(exchange);
    html += "</dl>\n";
  }
  return html + "</section>\n";
}

std::string footer_html(const Page& page) {
  std::string html = fmt::format("<footer>\n<p>Model: {}. Date: {}. Made by Galen.</p>\n",
                                 escape_html(page.model), escape_html(page.date));
  if (!page.licence.empty())
    html += fmt::format("<p>Licence of the model: {}</p>\n", escape_html(page.licence));
  return html + "</footer>\n";
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&': escaped += "&amp;"; break;
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '"': escaped += "&quot;"; break;
      case '\'': escaped += "&#39;"; break;
      default: escaped += c;
    }
  }
  return escaped;
}

std::string html_page(const Page& page) {
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "img-src data:; style-src 'unsafe-inline'\">\n"
      "<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n<header>\n<h1>{0}</h1>\n"
      "<p class=\"warning\" role=\"note\">{2}</p>\n</header>\n<main>\n",
      escape_html(page.title), kStyle, kWarning);
  for (const Section& section : page.sections) html += section_html(section);
  return html + "</main>\n" + footer_html(page) + "</body>\n</html>\n";
}

}  // namespace galen::report
