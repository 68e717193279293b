#include "model/weights/import.h"

#include <functional>
#include <gtest/gtest.h>

#include <galen/error.h>

#include "base/file.h"
#include "base/json.h"
#include "io/store/safetensors.h"
#include "model/weights/gguf_check.h"
#include "model/weights/quantize.h"
#include "model/weights/verify.h"

namespace galen::model {
namespace {

namespace fs = std::filesystem;

class ImportTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / "galen_import_test" /
              testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    fs::copy(fs::path(GALEN_SOURCE_DIR) / "tests" / "golden" / "gemma3" / "pattern" / "checkpoint",
             source());
  }

  [[nodiscard]] fs::path source() const { return folder_ / "medgemma-tiny-it"; }
  [[nodiscard]] ImportOptions options(WeightType type = WeightType::f32,
                                      const std::string& name = "out") const {
    return {.name = "", .out = folder_ / name, .type = type};
  }
  Profile import() { return import_model(source(), options()); }

  /// Writes the weights again with other names and shapes; an empty name drops the tensor.
  void rewrite(const std::function<void(store::Tensor&)>& change) const {
    const auto path = source() / "model.safetensors";
    const auto copy = folder_ / "old.safetensors";
    fs::rename(path, copy);
    const auto old = store::Safetensors::open(copy);
    std::vector<store::Tensor> tensors;
    std::vector<std::span<const std::uint8_t>> data;
    for (store::Tensor tensor : old.tensors()) {
      data.push_back(old.data(tensor));
      change(tensor);
      if (tensor.name.empty()) {
        data.pop_back();
      } else {
        tensors.push_back(tensor);
      }
    }
    store::SafetensorsWriter writer(path, tensors);
    for (const auto bytes : data) writer.write(bytes);
    writer.commit();
  }

  /// The import must fail with this message and leave nothing behind.
  void expect_failure(ErrorKind kind, const std::string& message) {
    try {
      (void)import();
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), kind) << error.what();
      EXPECT_NE(std::string(error.what()).find(message), std::string::npos) << error.what();
    }
    for (const auto& entry : fs::directory_iterator(folder_)) {
      EXPECT_FALSE(entry.path().filename().string().starts_with("out")) << entry.path();
    }
  }

  fs::path folder_;
};

TEST_F(ImportTest, writes_llama_cpps_names_and_adds_one_to_the_norms) {
  const Profile profile = import();
  EXPECT_EQ(profile.name, "medgemma-tiny-it");
  EXPECT_TRUE(profile.chat);
  EXPECT_EQ(profile.tokens_per_image, 16);
  EXPECT_EQ(profile.image_size, 32);
  const Gguf gguf = Gguf::open(profile.folder / profile.decoder);
  EXPECT_EQ(gguf.text("general.architecture"), "gemma3");
  EXPECT_EQ(gguf.integer("gemma3.attention.head_count_kv"), 2);
  EXPECT_EQ(gguf.array_length("tokenizer.ggml.tokens"), 385U);
  // The rows of the table behind the vocabulary are cut.
  EXPECT_EQ(gguf.tensor("token_embd.weight").shape[1], 385);
  const auto weights = store::Safetensors::open(source() / "model.safetensors");
  const float norm = weights.floats(weights.tensor("language_model.model.norm.weight")).front();
  float stored = 0;
  std::memcpy(&stored, gguf.data(gguf.tensor("output_norm.weight")).data(), sizeof stored);
  EXPECT_FLOAT_EQ(stored, norm + 1);
}

TEST_F(ImportTest, takes_published_and_newer_tensor_names_alike) {
  const Profile first = import();
  rewrite([](store::Tensor& tensor) {
    if (tensor.name.starts_with("vision_tower.")) tensor.name.insert(13, "vision_model.");
    if (tensor.name.starts_with("language_model.model.")) {
      tensor.name = "model.language_model." + tensor.name.substr(21);
    }
  });
  const Profile second = import_model(source(), options(WeightType::f32, "again"));
  EXPECT_EQ(first.sha256, second.sha256);
}

TEST_F(ImportTest, refuses_a_head_that_is_not_the_embedding_table) {
  rewrite([](store::Tensor& tensor) {
    if (tensor.name == "language_model.model.layers.0.self_attn.q_proj.weight")
      tensor.name = "lm_head.weight";
  });
  expect_failure(ErrorKind::unsupported, "lm_head.weight differs from the embedding table");
}

TEST_F(ImportTest, names_a_missing_tensor) {
  rewrite([](store::Tensor& tensor) {
    if (tensor.name.ends_with("layers.1.mlp.up_proj.weight")) tensor.name.clear();
  });
  expect_failure(ErrorKind::malformed,
                 "'language_model.model.layers.1.mlp.up_proj.weight' is missing");
}

TEST_F(ImportTest, names_a_tensor_too_many) {
  auto config = parse_json(read_file(source() / "config.json", 1 << 20), "config");
  config["text_config"]["num_hidden_layers"] = 3;
  config["text_config"]["layer_types"].erase(3);
  write_file(source() / "config.json", config.dump());
  expect_failure(ErrorKind::malformed,
                 "13 tensors that the model does not have: language_model.model.layers.3.");
}

TEST_F(ImportTest, names_both_shapes_when_they_differ) {
  auto config = parse_json(read_file(source() / "config.json", 1 << 20), "config");
  config["text_config"]["intermediate_size"] = 65;
  write_file(source() / "config.json", config.dump());
  expect_failure(ErrorKind::malformed, "[64, 80], config.json asks for [65, 80]");
}

TEST_F(ImportTest, checks_the_total_size_of_the_index) {
  const auto sharded =
      fs::path(GALEN_SOURCE_DIR) / "tests" / "golden" / "gemma3" / "sharded" / "checkpoint";
  fs::remove_all(source());
  fs::copy(sharded, source());
  auto index = parse_json(read_file(source() / "model.safetensors.index.json", 1 << 20), "index");
  index["metadata"]["total_size"] = 12345;
  write_file(source() / "model.safetensors.index.json", index.dump());
  expect_failure(ErrorKind::malformed, "total_size is 12345");
}

TEST_F(ImportTest, names_a_missing_shard) {
  const auto sharded =
      fs::path(GALEN_SOURCE_DIR) / "tests" / "golden" / "gemma3" / "sharded" / "checkpoint";
  fs::remove_all(source());
  fs::copy(sharded, source());
  fs::remove(source() / "model-00002-of-00003.safetensors");
  expect_failure(ErrorKind::not_found, "model-00002-of-00003.safetensors");
}

TEST_F(ImportTest, refuses_other_model_types) {
  write_file(source() / "config.json", R"({"model_type": "llama"})");
  expect_failure(ErrorKind::unsupported, "model type 'llama'");
}

TEST_F(ImportTest, leaves_nothing_when_it_is_cancelled) {
  CancelToken cancel;
  cancel.cancel();
  ImportOptions stopped = options();
  stopped.cancel = &cancel;
  EXPECT_THROW((void)import_model(source(), stopped), Error);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

TEST_F(ImportTest, does_not_overwrite_a_model) {
  (void)import();
  EXPECT_THROW((void)import(), Error);
  EXPECT_NO_THROW(verify_model(load_profile(folder_ / "out")));
}

TEST_F(ImportTest, reads_the_vocabulary_of_tokenizer_json_when_there_is_no_tokenizer_model) {
  fs::remove(source() / "tokenizer.model");
  fs::remove(source() / "tokenizer_config.json");
  fs::remove(source() / "added_tokens.json");
  write_file(source() / "tokenizer.json", R"({"model": {"type": "BPE", "unk_token": "<unk>",
      "vocab": {"<unk>": 0, "<0x41>": 1, "a": 2, "b": 3, "ab": 4, "abb": 5},
      "merges": [["a", "b"], "ab b"]},
      "added_tokens": [{"id": 6, "content": "<bos>", "special": true}, {"id": 7, "content": "\u2581x"}]})");
  const Profile profile = import();
  const Gguf gguf = Gguf::open(profile.folder / profile.decoder);
  EXPECT_EQ(gguf.texts("tokenizer.ggml.tokens"),
            (std::vector<std::string>{"<unk>", "<0x41>", "a", "b", "ab", "abb", "<bos>", " x"}));
  EXPECT_EQ(gguf.numbers("tokenizer.ggml.token_type"),
            (std::vector<double>{2, 6, 1, 1, 1, 1, 3, 4}));
  const auto scores = gguf.numbers("tokenizer.ggml.scores");
  EXPECT_GT(scores[4], scores[5]);
  EXPECT_GT(scores[5], scores[2]);
  EXPECT_EQ(gguf.integer("tokenizer.ggml.bos_token_id"), 6);
}

TEST_F(ImportTest, makes_a_gguf_adapter_of_a_peft_folder) {
  const Profile base = import();
  const auto adapter = folder_ / "peft";
  fs::create_directories(adapter);
  write_file(adapter / "adapter_config.json",
             R"({"peft_type": "LORA", "r": 2, "lora_alpha": 8, "bias": "none",
      "use_rslora": true, "use_dora": false, "rank_pattern": {}})");
  const std::string name = "base_model.model.model.language_model.layers.1.self_attn.q_proj.lora_";
  {
    store::SafetensorsWriter writer(adapter / "adapter_model.safetensors",
                                    {{name + "A.weight", store::Dtype::f32, {2, 80}, 0, 0},
                                     {name + "B.weight", store::Dtype::f32, {128, 2}, 0, 0}});
    writer.write(std::vector<float>(2 * 80, 0.5F));
    writer.write(std::vector<float>(128 * 2, 0.25F));
    writer.commit();
  }
  const Profile adapted = import_adapter(adapter, base, options(WeightType::f32, "adapted"));
  ASSERT_EQ(adapted.adapters.size(), 1U);
  const Gguf gguf = Gguf::open(adapted.folder / adapted.adapters[0]);
  EXPECT_FLOAT_EQ(static_cast<float>(gguf.number("adapter.lora.alpha")), 8 * std::sqrt(2.0F));
  EXPECT_EQ(gguf.tensor("blk.1.attn_q.weight.lora_a").shape[0], 80);
  EXPECT_EQ(gguf.tensor("blk.1.attn_q.weight.lora_b").shape[1], 128);
  EXPECT_NO_THROW(verify_model(load_profile(adapted.folder)));
}

TEST_F(ImportTest, refuses_an_adapter_of_the_vision_tower) {
  const Profile base = import();
  const auto adapter = folder_ / "peft";
  fs::create_directories(adapter);
  write_file(adapter / "adapter_config.json", R"({"peft_type": "LORA", "r": 2, "lora_alpha": 8})");
  store::SafetensorsWriter writer(
      adapter / "adapter_model.safetensors",
      {{"base_model.model.vision_tower.encoder.layers.0.self_attn.q_proj.lora_A.weight",
        store::Dtype::f32,
        {1},
        0,
        0}});
  writer.write(std::vector<float>{1});
  writer.commit();
  EXPECT_THROW((void)import_adapter(adapter, base, options(WeightType::f32, "adapted")), Error);
}

TEST_F(ImportTest, quantises_a_model_into_a_new_folder) {
  const Profile base = import();
  const Profile small = quantize_model(base, options(WeightType::q8_0, "small"));
  EXPECT_EQ(small.decoder, "medgemma-tiny-it-Q8_0.gguf");
  const Gguf decoder = Gguf::open(small.folder / small.decoder);
  // Rows of 64 hold two blocks of 32; rows of 80 do not and fall back.
  EXPECT_EQ(decoder.tensor("blk.0.ffn_down.weight").type, 8);
  EXPECT_EQ(decoder.tensor("blk.0.attn_norm.weight").type, 0);
  const Gguf tower = Gguf::open(small.folder / small.vision);
  EXPECT_EQ(tower.tensor("v.blk.0.attn_q.weight").type, 8);
  EXPECT_EQ(tower.tensor("v.position_embd.weight").type, 0);
  EXPECT_THROW((void)quantize_model(small, options(WeightType::q8_0, "again")), Error);
}

TEST_F(ImportTest, verification_notices_a_changed_file) {
  const Profile profile = import();
  std::string bytes = read_file(profile.folder / profile.decoder, std::size_t{1} << 26);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  write_file(profile.folder / profile.decoder, bytes);
  try {
    verify_model(profile);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::malformed);
    EXPECT_NE(std::string(error.what()).find("SHA-256"), std::string::npos) << error.what();
  }
}

TEST_F(ImportTest, runs_llama_cpp_files_as_they_are) {
  const Profile profile = import();
  const Profile bare = find_model((profile.folder / profile.decoder).string());
  EXPECT_EQ(bare.decoder, profile.decoder);
  EXPECT_EQ(bare.vision, profile.vision);
  EXPECT_EQ(bare.tokens_per_image, 16);
  EXPECT_TRUE(bare.chat);
}

TEST(CheckpointName, knows_the_layout_of_the_hubs_cache) {
  EXPECT_EQ(checkpoint_name("/x/models--google--medgemma-1.5-4b-it/snapshots/0a1b"),
            "medgemma-1.5-4b-it");
  EXPECT_EQ(checkpoint_name("/x/medgemma-4b-it/"), "medgemma-4b-it");
}

}  // namespace
}  // namespace galen::model
