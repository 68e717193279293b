#include <cstdio>
int main() {
  return std::puts("galen") < 0;
}
