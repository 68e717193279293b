#include "cli/run.h"
#include "cli/train/train_verbs.h"

int main(int argc, char** argv) {
  return galen::cli::run(argc, argv, {.verbs = galen::cli::train_verbs(), .only_below = "train"});
}
