#include "cli/run.h"

int main(int argc, char** argv) {
  return galen::cli::run(argc, argv, {.verbs = galen::cli::general_verbs()});
}
