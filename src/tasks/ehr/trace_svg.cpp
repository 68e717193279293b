// A trace as a picture: tools to the left, what the model made of them to the right, time downward.

#include <algorithm>
#include <fmt/core.h>
#include <string>
#include <vector>

#include <galen/ehr.h>

#include "base/utf8.h"
#include "report/html.h"
#include "tasks/ehr/trace.h"

namespace galen {
namespace {

constexpr int kWidth = 920;
constexpr int kLeft = 30;
constexpr int kRight = 330;
constexpr int kLine = 18;
constexpr int kGap = 12;
constexpr std::size_t kCharacters = 80;  ///< of a line to the right
constexpr std::size_t kShort = 40;       ///< characters of a line to the left
constexpr std::size_t kMaxLines = 8;

struct Panel {
  bool is_tool = false;
  std::string title;
  std::vector<std::string> lines;
};

std::string text_of(const OrderedJson& object, const char* field) {
  const auto found = object.is_object() ? object.find(field) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

/// Lines of at most kCharacters bytes, broken at spaces.
std::vector<std::string> wrapped(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size() && lines.size() < kMaxLines;) {
    std::size_t end = std::min({text.find('\n', at), at + kCharacters, text.size()});
    if (end == at + kCharacters) {
      const std::size_t space = text.rfind(' ', end);
      if (space != std::string::npos && space > at) end = space;
    }
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
    lines.push_back(text.substr(at, end - at));
    at = end + (end < text.size() && (text[end] == ' ' || text[end] == '\n') ? 1 : 0);
  }
  return lines;
}

Panel tool_panel(const OrderedJson& event) {
  Panel panel{true, text_of(event, "name"), {}};
  const OrderedJson args = event.value("args", OrderedJson::object());
  const OrderedJson result = event.value("result", OrderedJson::object());
  for (const char* field : {"fhir_resource", "reference", "expression"}) {
    if (const std::string text = text_of(args, field); !text.empty())
      panel.lines.emplace_back(utf8_prefix(text, kShort));
  }
  if (result.contains("total") && result.contains("resources")) {
    panel.lines.push_back(fmt::format("{} of {} resources", result["resources"].size(),
                                      result["total"].get<std::size_t>()));
  } else if (result.contains("types")) {
    panel.lines.push_back(fmt::format("{} resource types", result["types"].size()));
  } else if (result.contains("value") || result.contains("error")) {
    panel.lines.emplace_back(
        utf8_prefix(text_of(result, "value") + text_of(result, "error"), kShort));
  }
  return panel;
}

Panel model_panel(const OrderedJson& event) {
  const std::string step = text_of(event, "step");
  Panel panel{false, step, {}};
  const OrderedJson reply = OrderedJson::parse(text_of(event, "reply"), nullptr, false);
  if (step == "facts" && reply.is_object() && reply.contains("facts")) {
    for (const OrderedJson& fact : reply["facts"]) {
      for (std::string& line : wrapped("- " + text_of(fact, "fact"))) {
        if (panel.lines.size() < kMaxLines) panel.lines.push_back(std::move(line));
      }
    }
    if (reply["facts"].empty()) panel.lines.emplace_back("(no facts)");
  } else {
    panel.lines = wrapped(text_of(event, "reply"));
  }
  return panel;
}

std::string panel_svg(const Panel& panel, int y, int height) {
  const int x = panel.is_tool ? kLeft : kRight;
  const int width = panel.is_tool ? kRight - kLeft - 30 : kWidth - kRight - kLeft;
  const bool is_answer = panel.title == "answer";
  const char* fill = panel.is_tool ? "#e8f1fa" : is_answer ? "#e6f4ea" : "#f7f7f7";
  std::string svg = fmt::format(
      R"(<rect x="{}" y="{}" width="{}" height="{}" rx="6" fill="{}" stroke="#8899aa"/>)"
      R"(<text x="{}" y="{}" font-weight="bold">{}</text>)",
      x, y, width, height, fill, x + 10, y + kLine, report::escape_html(panel.title));
  int at = y + kLine;
  for (const std::string& line : panel.lines) {
    at += kLine;
    svg += fmt::format(R"(<text x="{}" y="{}">{}</text>)", x + 10, at, report::escape_html(line));
  }
  return svg + "\n";
}

}  // namespace

std::string trace_svg(const std::filesystem::path& trace) {
  const tasks::TraceEvents events = tasks::read_trace(trace);
  std::string boxes;
  int y = 70;
  for (const OrderedJson& event : events) {
    const std::string kind = text_of(event, "event");
    if (kind != "tool" && kind != "model") continue;
    const Panel panel = kind == "tool" ? tool_panel(event) : model_panel(event);
    const int height = kLine * (static_cast<int>(panel.lines.size()) + 1) + kGap;
    boxes += panel_svg(panel, y, height);
    y += height + kGap;
  }
  return fmt::format(
      R"(<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" viewBox="0 0 {0} {1}" )"
      R"(font-family="sans-serif" font-size="13"><rect width="{0}" height="{1}" fill="white"/>)"
      R"(<text x="{2}" y="28" font-size="16" font-weight="bold">{3}</text>)"
      R"(<text x="{2}" y="52" fill="#555555">model {4}, records {5}, {6}</text>)"
      "\n{7}</svg>\n",
      kWidth, y + kGap, kLeft, report::escape_html(text_of(events[0], "question")),
      report::escape_html(text_of(events[0], "model")),
      report::escape_html(text_of(events[0], "source")),
      report::escape_html(text_of(events[0], "today")), boxes);
}

}  // namespace galen
