#pragma once
// profile.json: what a model folder is and can do. Tasks ask the profile, they never name a model.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <galen/geometry.h>

namespace galen::model {

enum class Family {
  gemma3,  ///< decoder, with or without a vision tower: MedGemma, Gemma 3
  siglip,  ///< two towers, no decoder: MedSigLIP, SigLIP
  vit,     ///< an image encoder alone, as `galen train ssl` makes them
};

/// The name of a family in profile.json and in reports.
[[nodiscard]] std::string_view family_name(Family family);

/// The content of profile.json. Paths are relative to `folder`.
struct Profile {
  std::filesystem::path folder;
  std::string name;  ///< e.g. "medgemma-1.5-4b-it"
  Family family = Family::gemma3;
  std::string licence;  ///< one line for the user
  std::string decoder;  ///< GGUF of the language model; empty for siglip
  std::string vision;  ///< GGUF of the vision tower (mmproj) or of both SigLIP towers; may be empty
  std::string tokenizer;              ///< SentencePiece model of a SigLIP text tower; may be empty
  std::string head;                   ///< safetensors of classes trained on the tower; may be empty
  std::vector<std::string> adapters;  ///< LoRA GGUF files applied to the decoder

  int image_size = 896;              ///< pixels, square
  int tokens_per_image = 256;        ///< soft tokens after the projector
  bool pad_to_square = true;         ///< zero-pad before resizing
  bool chat = false;                 ///< instruction-tuned: the chat template applies
  bool thinking = false;             ///< may emit <unused94>thought ... <unused95>
  std::vector<HuWindow> ct_windows;  ///< three, for R, G, B
  int max_slices = 85;               ///< of a volume
  int max_patches = 126;             ///< of a slide
  int patch_size = 896;              ///< pixels of a slide patch
  double patch_mpp = 1.0;            ///< micrometres per pixel of a slide patch (10X)
  int context_length = 131072;
  int max_answer_tokens = 2000;
  std::map<std::string, std::string>
      prompts;                                ///< by task, e.g. "localize", "ct.before", "ct.after"
  std::map<std::string, std::string> sha256;  ///< by file name

  [[nodiscard]] bool has_vision() const { return !vision.empty(); }
};

/// Reads and checks `folder`/profile.json. Throws not_found, malformed (with the field's name).
[[nodiscard]] Profile load_profile(const std::filesystem::path& folder);
/// Writes `profile.folder`/profile.json.
void save_profile(const Profile& profile);

/// A model by name (searched in $GALEN_MODELS, then the data folder), by folder, or by GGUF file (a
/// llama.cpp GGUF, with its mmproj beside it or named by `mmproj`, taken as it is). Empty name: the
/// default model. Throws not_found, listing what is there.
[[nodiscard]] Profile find_model(const std::string& name_or_path, const std::string& mmproj = "");
/// The same for work that needs a vision and a text tower: without a name the default two-tower
/// model, where there is one.
[[nodiscard]] Profile find_towers(const std::string& name_or_path);
/// Every model found, for `galen models list`.
[[nodiscard]] std::vector<Profile> list_models();
/// Where models are kept: $GALEN_MODELS, or $XDG_DATA_HOME/galen/models, or
/// ~/.local/share/galen/models.
[[nodiscard]] std::filesystem::path models_folder();

}  // namespace galen::model
