#include "engine/conversation.h"

#include <utility>

#include "base/raise.h"
#include "model/chat/thinking.h"

namespace galen::engine {
namespace {

std::vector<model::ChatMessage> chat_messages(const std::vector<Message>& messages,
                                              std::vector<const Part*>& images) {
  std::vector<model::ChatMessage> chat;
  for (const Message& message : messages) {
    model::ChatMessage& made = chat.emplace_back();
    made.role = message.role;
    for (const Part& part : message.parts) {
      if (const auto* text = std::get_if<TextPart>(&part)) {
        made.parts.emplace_back(text->text);
      } else {
        made.parts.emplace_back(model::ImageMark{static_cast<int>(images.size())});
        images.push_back(&part);
      }
    }
  }
  return chat;
}

void ask_to_think(std::vector<model::ChatMessage>& chat, const model::Profile& profile) {
  if (!profile.thinking) {
    raise(ErrorKind::unsupported,
          "the model {} does not think before it answers; ask without thinking", profile.name);
  }
  const std::string instruction(model::kThinkingInstruction);
  if (chat.empty() || chat.front().role != Role::system) {
    chat.insert(chat.begin(), {Role::system, {instruction}});
  } else {
    chat.front().parts.insert(chat.front().parts.begin(), instruction + " ");
  }
}

}  // namespace

Conversation read_conversation(const std::vector<Message>& messages, const model::Profile& profile,
                               bool think, const model::Decoder& tokenizer,
                               const std::function<CacheItem(const Part&)>& item_of) {
  Conversation result;
  std::vector<const Part*> images;
  std::vector<model::ChatMessage> chat = chat_messages(messages, images);
  if (think) ask_to_think(chat, profile);
  model::Prompt prompt =
      profile.chat ? model::chat_prompt(chat, tokenizer) : model::plain_prompt(chat, tokenizer);
  for (const auto& span : prompt.spans) {
    if (const auto* mark = std::get_if<model::ImageMark>(&span)) {
      const Part* part = images[static_cast<std::size_t>(mark->index)];
      result.items.push_back(item_of(*part));
      result.part_of_item.push_back(part);
      continue;
    }
    for (const model::Token token : std::get<std::vector<model::Token>>(span)) {
      result.items.push_back({token, {}});
      result.part_of_item.push_back(nullptr);
    }
  }
  result.stops = std::move(prompt.stops);
  return result;
}

}  // namespace galen::engine
