#include <cstdio>
#include <exception>

#include "check.h"
#include "memory.h"

int main() {
  sim::Memory::guard();
  int bad = 0, all = 0;
  for (const auto& group : {test::json_cases(), test::memory_cases(), test::config_cases(), test::interrupt_cases(), test::bus_cases(),
                            test::device_cases()}) {
    for (const test::Case& c : group) {
      all++;
      try {
        c.run();
      } catch (const std::exception& e) {
        bad++;
        std::printf("FAIL %s: %s\n", c.name, e.what());
      }
    }
  }
  std::printf("unit: %d of %d cases pass\n", all - bad, all);
  return bad == 0 ? 0 : 1;
}
