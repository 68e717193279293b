#include <fmt/format.h>

#include "eval/reports/reader_form.h"
#include "report/html.h"

namespace galen::eval {
namespace {

constexpr std::string_view kHead = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>Reader study</title>
<style>
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 70rem; margin: 0 auto; padding: 1rem; }
section { border-top: 1px solid #8888; padding: 1rem 0; }
.texts { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
.texts > div { border: 1px solid #8888; padding: .8rem; white-space: pre-wrap; }
h3 { margin: 0 0 .4rem; }
fieldset { border: 0; padding: .3rem 0; margin: 0; }
legend { float: left; padding: 0 1rem 0 0; font-weight: 600; }
label { margin-right: 1rem; }
input[type=text] { width: 100%; }
#bar { position: sticky; top: 0; background: Canvas; padding: .6rem 0; }
</style>
</head>
<body>
<h1>Reader study</h1>
<p>Two texts stand beside each other for each specimen part: the one that a laboratory reported and
one that a model wrote, in an order that tells nothing. A text is accurate when it holds no error
and no omission that matters for the patient. Save the answers when you stop; they are nowhere
else.</p>
<div id="bar"><button id="save" type="button">Save the answers</button>
<span id="count" role="status"></span></div>
<form>
)";

constexpr std::string_view kTail = R"(</form>
<script>
const fields = ['a_accurate', 'b_accurate', 'preferred', 'comment'];
const items = [...document.querySelectorAll('section')].map(s => s.id);
const form = document.forms[0];
const answer = (item, field) => form.elements[item + '_' + field].value;
const quoted = text => '"' + text.replaceAll('"', '""') + '"';
const done = () => items.filter(i => fields.slice(0, 3).every(f => answer(i, f) !== '')).length;
const count = () => {
  document.getElementById('count').textContent = done() + ' of ' + items.length + ' answered';
};
let saved = true;
form.addEventListener('input', () => { saved = false; count(); });
form.addEventListener('submit', event => event.preventDefault());
addEventListener('beforeunload', event => { if (!saved) event.preventDefault(); });
document.getElementById('save').addEventListener('click', () => {
  const rows = [['item', ...fields], ...items.map(i => [i, ...fields.map(f => answer(i, f))])];
  const csv = rows.map(row => row.map(quoted).join(',') + '\n').join('');
  const link = document.createElement('a');
  link.href = 'data:text/csv;charset=utf-8,' + encodeURIComponent(csv);
  link.download = 'answers.csv';
  link.click();
  saved = true;
});
count();
</script>
</body>
</html>
)";

std::string choice(const std::string& name, std::string_view value, std::string_view label) {
  return fmt::format("<label><input type=\"radio\" name=\"{}\" value=\"{}\"> {}</label>\n", name,
                     value, label);
}

std::string question(const std::string& name, std::string_view legend, const std::string& choices) {
  return fmt::format("<fieldset><legend id=\"{0}\">{1}</legend>\n{2}</fieldset>\n", name, legend,
                     choices);
}

std::string item_html(const ReaderItem& item) {
  const std::string name = item.item + "_";
  const auto yes_or_no = [](const std::string& field) {
    return choice(field, "yes", "yes") + choice(field, "no", "no");
  };
  return fmt::format(
             "<section id=\"{}\">\n<h2>{}: {}</h2>\n<div class=\"texts\">\n"
             "<div><h3>A</h3>{}</div>\n<div><h3>B</h3>{}</div>\n</div>\n",
             item.item, item.item, report::escape_html(item.specimen),
             report::escape_html(item.text_a), report::escape_html(item.text_b)) +
         question(name + "a", "Is A accurate?", yes_or_no(name + "a_accurate")) +
         question(name + "b", "Is B accurate?", yes_or_no(name + "b_accurate")) +
         question(name + "p", "Which is better?",
                  choice(name + "preferred", "A", "A") +
                      choice(name + "preferred", "equal", "equivalent") +
                      choice(name + "preferred", "B", "B")) +
         fmt::format(
             "<label>Comment <input type=\"text\" name=\"{}comment\"></label>\n</section>\n", name);
}

}  // namespace

std::string reader_sheet_html(const ReaderForm& form) {
  std::string html(kHead);
  for (const ReaderItem& item : form.items) html += item_html(item);
  return html.append(kTail);
}

}  // namespace galen::eval
