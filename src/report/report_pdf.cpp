#include <algorithm>
#include <hpdf.h>
#include <memory>
#include <new>
#include <string>
#include <string_view>

#include <galen/report.h>

#include "base/raise.h"
#include "report/outline.h"
#include "report/windows_1252.h"

namespace galen {
namespace {

// Points of 1/72 inch, on A4.
constexpr float kMargin = 50;
constexpr float kTextSize = 10;
constexpr float kHeadingSize = 13;
constexpr float kTitleSize = 18;
constexpr float kLeading = 1.35F;  ///< line height in font sizes
constexpr float kTallestPicture = 330;

/// Fills pages from top to bottom.
class PdfWriter {
 public:
  PdfWriter() : document_(HPDF_New(nullptr, nullptr), &HPDF_Free) {
    if (document_ == nullptr) throw std::bad_alloc();
    HPDF_SetCompressionMode(document_.get(), HPDF_COMP_ALL);
    plain_ = HPDF_GetFont(document_.get(), "Helvetica", "WinAnsiEncoding");
    bold_ = HPDF_GetFont(document_.get(), "Helvetica-Bold", "WinAnsiEncoding");
    new_page();
  }

  void set_title(const std::string& title) {
    HPDF_SetInfoAttr(document_.get(), HPDF_INFO_TITLE, title.c_str());
  }
  void title(std::string_view text) { write(text, bold_, kTitleSize); }
  void heading(std::string_view text) {
    y_ -= kHeadingSize * 0.6F;
    write(text, bold_, kHeadingSize);
  }
  void bold(std::string_view text) { write(text, bold_, kTextSize); }
  void text(std::string_view text) { write(text, plain_, kTextSize); }

  void picture(const Image& image, std::string_view caption) {
    if (image.bits != 8 || (image.channels != 1 && image.channels != 3)) {
      raise(ErrorKind::invalid_argument, "PDF: a picture of {} channels of {} bits", image.channels,
            image.bits);
    }
    HPDF_Image placed = HPDF_LoadRawImageFromMem(
        document_.get(), image.data.data(), static_cast<HPDF_UINT>(image.width),
        static_cast<HPDF_UINT>(image.height),
        image.channels == 3 ? HPDF_CS_DEVICE_RGB : HPDF_CS_DEVICE_GRAY, 8);
    const auto width = static_cast<float>(image.width);
    const auto height = static_cast<float>(image.height);
    const float scale = std::min((width_ - 2 * kMargin) / width, kTallestPicture / height);
    require(height * scale + 2 * kTextSize * kLeading);
    y_ -= height * scale;
    HPDF_Page_DrawImage(page_, placed, kMargin, y_, width * scale, height * scale);
    write(caption, plain_, kTextSize);
  }

  std::string bytes() {
    HPDF_SaveToStream(document_.get());
    if (const HPDF_STATUS status = HPDF_GetError(document_.get()); status != HPDF_OK)
      raise(ErrorKind::internal, "PDF: libharu error {:#x}", status);
    HPDF_UINT32 size = HPDF_GetStreamSize(document_.get());
    std::string made(size, '\0');
    HPDF_ReadFromStream(document_.get(), reinterpret_cast<HPDF_BYTE*>(made.data()), &size);
    made.resize(size);
    return made;
  }

 private:
  void new_page() {
    page_ = HPDF_AddPage(document_.get());
    HPDF_Page_SetSize(page_, HPDF_PAGE_SIZE_A4, HPDF_PAGE_PORTRAIT);
    width_ = HPDF_Page_GetWidth(page_);
    y_ = HPDF_Page_GetHeight(page_) - kMargin;
  }

  /// Goes to a new page when less than `height` is left of this one.
  void require(float height) {
    if (y_ - height < kMargin) new_page();
  }

  void write_line(const std::string& line, HPDF_Font font, float size) {
    require(size * kLeading);
    y_ -= size * kLeading;
    HPDF_Page_BeginText(page_);
    HPDF_Page_SetFontAndSize(page_, font, size);
    HPDF_Page_TextOut(page_, kMargin, y_, line.c_str());
    HPDF_Page_EndText(page_);
  }

  /// Lines broken between words where they fit, within a word where none does.
  void write(std::string_view text, HPDF_Font font, float size) {
    std::string rest = report::to_windows_1252(text);
    std::erase(rest, '\r');
    std::replace(rest.begin(), rest.end(), '\t', ' ');
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      std::string paragraph = rest.substr(0, end);
      rest.erase(0, end + 1);
      do {
        const std::size_t fits = fitting(paragraph, font, size);
        write_line(paragraph.substr(0, fits), font, size);
        paragraph.erase(0, fits);
        paragraph.erase(0, paragraph.find_first_not_of(' '));
      } while (!paragraph.empty());
    }
  }

  /// How many characters of a line fit into the width, words kept whole where one fits.
  std::size_t fitting(const std::string& line, HPDF_Font font, float size) const {
    const auto measure = [&](HPDF_BOOL by_words) {
      return static_cast<std::size_t>(
          HPDF_Font_MeasureText(font, reinterpret_cast<const HPDF_BYTE*>(line.data()),
                                static_cast<HPDF_UINT>(line.size()), width_ - 2 * kMargin, size, 0,
                                0, by_words, nullptr));
    };
    const std::size_t words = measure(HPDF_TRUE);
    if (words > 0 || line.empty()) return words;
    return std::max<std::size_t>(1, measure(HPDF_FALSE));
  }

  std::unique_ptr<_HPDF_Doc_Rec, void (*)(HPDF_Doc)> document_;
  HPDF_Font plain_ = nullptr;
  HPDF_Font bold_ = nullptr;
  HPDF_Page page_ = nullptr;
  float width_ = 0;
  float y_ = 0;
};

}  // namespace

std::string report_pdf(const Report& report) {
  using report::Entry;
  PdfWriter pdf;
  const std::string title = report::title_of(report);
  pdf.set_title("Galen: " + title);
  pdf.title(title);
  pdf.bold(std::string(report::kNotClinical) + " A model wrote this; it may be wrong.");
  if (const std::string subject = report::subject_line(report); !subject.empty()) pdf.text(subject);
  for (const Entry& answer : report::answers_of(report)) {
    pdf.heading(answer.label);
    pdf.text(answer.text);
  }
  if (!report.is_complete) pdf.text("The answer was cut: --max-tokens.");
  if (const auto coded = report::coded_lines(report); !coded.empty()) {
    pdf.heading("Read from the text by rules, and boxes");
    for (const std::string& line : coded) pdf.text("- " + line);
  }
  if (!report.pictures.empty()) pdf.heading("What the model was shown");
  for (const ReportPicture& picture : report.pictures) pdf.picture(picture.pixels, picture.caption);
  pdf.heading("How it was made");
  for (const Entry& entry : report::origin_of(report)) {
    pdf.bold(entry.label);
    pdf.text(entry.text);
  }
  return pdf.bytes();
}

}  // namespace galen
