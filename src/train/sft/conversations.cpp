#include "train/sft/conversations.h"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>
#include <utility>

#include "base/file.h"
#include "base/json.h"
#include "base/raise.h"

namespace galen::train {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 31;
constexpr std::string_view kMark = "<image>";

const std::string& text_field(const Json& object, const char* field, const std::string& where) {
  const auto found = object.find(field);
  if (found == object.end() || !found->is_string())
    raise(ErrorKind::malformed, "{}: '{}' is not a text", where, field);
  return found->get_ref<const std::string&>();
}

model::Role role_of(const std::string& name, const std::string& where) {
  if (name == "system") return model::Role::system;
  if (name == "user") return model::Role::user;
  if (name == "assistant") return model::Role::assistant;
  raise(ErrorKind::malformed, "{}: role '{}' is none of system, user, assistant", where, name);
}

/// A user's text with the places of its images. `next` counts the images of the conversation.
model::ChatMessage marked(std::string_view text, int& next) {
  model::ChatMessage message{model::Role::user, {}};
  for (std::size_t at = text.find(kMark); at != std::string_view::npos; at = text.find(kMark)) {
    if (at > 0) message.parts.emplace_back(std::string(text.substr(0, at)));
    message.parts.emplace_back(model::ImageMark{next++});
    text.remove_prefix(at + kMark.size());
  }
  if (!text.empty()) message.parts.emplace_back(std::string(text));
  return message;
}

bool has_marks(const Json& messages) {
  return std::ranges::any_of(messages, [](const Json& message) {
    const Json* text =
        message.is_object() && message.contains("content") ? &message["content"] : nullptr;
    return text != nullptr && text->is_string() &&
           text->get_ref<const std::string&>().find(kMark) != std::string::npos;
  });
}

std::vector<std::filesystem::path> images_of(const Json& line, const std::filesystem::path& folder,
                                             const std::string& where) {
  std::vector<std::filesystem::path> images;
  if (line.contains("image")) images.push_back(folder / text_field(line, "image", where));
  const auto several = line.find("images");
  if (several == line.end()) return images;
  if (!several->is_array()) raise(ErrorKind::malformed, "{}: 'images' is not a list", where);
  for (const Json& item : *several) {
    if (!item.is_string()) raise(ErrorKind::malformed, "{}: 'images' holds more than texts", where);
    images.push_back(folder / item.get<std::string>());
  }
  return images;
}

Conversation read_line(const Json& line, const std::filesystem::path& folder,
                       const std::string& where) {
  if (!line.is_object() || !line.contains("messages") || !line["messages"].is_array())
    raise(ErrorKind::malformed, "{}: 'messages' is not a list", where);
  Conversation conversation;
  conversation.images = images_of(line, folder, where);
  // Without any mark, the images stand before the first user's text.
  std::string unmarked;
  if (!has_marks(line["messages"])) {
    for (std::size_t i = 0; i < conversation.images.size(); ++i) unmarked += kMark;
  }
  int marks = 0;
  for (const Json& item : line["messages"]) {
    if (!item.is_object()) raise(ErrorKind::malformed, "{}: a message is no object", where);
    const model::Role role = role_of(text_field(item, "role", where), where);
    const std::string& text = text_field(item, "content", where);
    if (role == model::Role::user) {
      conversation.messages.push_back(marked(std::exchange(unmarked, "") + text, marks));
    } else {
      conversation.messages.push_back({role, {text}});
    }
  }
  if (std::cmp_not_equal(marks, conversation.images.size())) {
    raise(ErrorKind::malformed, "{}: {} images, but {} times {}", where, conversation.images.size(),
          marks, kMark);
  }
  if (line.contains("group")) conversation.group = text_field(line, "group", where);
  if (line.contains("split")) conversation.split = text_field(line, "split", where);
  return conversation;
}

}  // namespace

std::vector<Conversation> read_conversations(const std::filesystem::path& path) {
  const std::string text = read_file(path, kMaxBytes);
  std::vector<Conversation> conversations;
  std::string_view rest = text;
  for (int number = 1; !rest.empty(); ++number) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const std::string where = fmt::format("{}:{}", path.string(), number);
    conversations.push_back(read_line(parse_json(line, where), path.parent_path(), where));
  }
  if (conversations.empty())
    raise(ErrorKind::malformed, "{}: holds no conversations", path.string());
  return conversations;
}

}  // namespace galen::train
