// PLINK 2 pgen through plink2 itself, which writes a BCF that keeps dosages (DS is the stored
// 1/16384 steps as a float, without loss).

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/parallel.h"
#include "base/raise.h"
#include "io/genotype/genotype.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX wants it declared

namespace galen::genotype {
namespace {

namespace fs = std::filesystem;

/// A folder of this process's own, removed with what is in it.
class ConversionFolder {
 public:
  ConversionFolder() {
    std::string name = (fs::temp_directory_path() / "galen-pgen-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) raise_system_error(errno, name, "making a folder");
    path_ = name;
  }
  ~ConversionFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ConversionFolder(const ConversionFolder&) = delete;
  ConversionFolder& operator=(const ConversionFolder&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// Runs a program found on the PATH without outputand gives its exit status. Throws unavailable
/// when it is absent.
int run_quietly(std::vector<std::string> words, const fs::path& file) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
    posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_WRONLY, 0);
  }
  pid_t child = 0;
  const int code = posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (code == ENOENT) {
    raise(ErrorKind::unavailable,
          "{}: reading .pgen needs the program plink2 (Debian package plink2), or convert it once "
          "with `plink2 --pfile NAME --export bcf vcf-dosage=DS`",
          file.string());
  }
  if (code != 0) raise_system_error(code, words[0], "starting");
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) raise_system_error(errno, words[0], "waiting for");
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

fs::path convert(const fs::path& path, const fs::path& folder, int threads) {
  const fs::path stem = fs::path(path).replace_extension();
  const fs::path out = folder / "genotypes";
  std::vector<std::string> words{"plink2", "--pfile", stem.string()};
  if (fs::exists(stem.string() + ".pvar.zst")) words.emplace_back("vzs");
  for (const std::string& word :
       {std::string("--allow-extra-chr"), std::string("--export"), std::string("bcf"),
        std::string("id-paste=iid"), std::string("vcf-dosage=DS"), std::string("--threads"),
        std::to_string(thread_count(threads)), std::string("--out"), out.string()}) {
    words.push_back(word);
  }
  if (const int status = run_quietly(words, path); status != 0) {
    raise(ErrorKind::malformed, "{}: plink2 could not read it (exit {}); see `plink2 --pfile {}`",
          path.string(), status, stem.string());
  }
  return out.string() + ".bcf";
}

class PgenSource final : public GenotypeSource {
 public:
  PgenSource(const fs::path& path, const GenotypeOptions& options)
      : inner_(open_vcf(convert(path, folder_.path(), options.threads), options)) {
    samples_ = inner_->samples();
  }
  [[nodiscard]] std::string build() const override { return inner_->build(); }
  void begin(Pass pass) override { inner_->begin(pass); }
  bool next(Variant& variant) override { return inner_->next(variant); }
  void read(std::size_t allele, Dosages& dosages) override { inner_->read(allele, dosages); }

 private:
  ConversionFolder folder_;
  std::unique_ptr<GenotypeSource> inner_;
};

}  // namespace

std::unique_ptr<GenotypeSource> open_pgen(const fs::path& path, const GenotypeOptions& options) {
  return std::make_unique<PgenSource>(path, options);
}

}  // namespace galen::genotype
