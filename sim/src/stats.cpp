#include "stats.h"

#include <cinttypes>
#include <cstdio>

namespace sim {

std::string Stats::json() const {
  std::string s = "{\n";
  auto number = [&s](const char* name, uint64_t v) { s += std::string("  \"") + name + "\": " + std::to_string(v) + ",\n"; };
  auto real = [&s](const char* name, double v, const char* end) {
    char text[64];
    std::snprintf(text, sizeof(text), "%.6f", v);
    s += std::string("  \"") + name + "\": " + text + end;
  };
  number("cycles", cycles);
  number("resets", resets);
  number("read_requests", read_requests);
  number("write_requests", write_requests);
  number("refused_requests", refused_requests);
  number("bytes_read", bytes_read);
  number("bytes_written", bytes_written);
  number("register_reads", register_reads);
  number("register_writes", register_writes);
  number("interrupts", interrupts);
  number("clients", clients);
  number("refused", refused);
  number("messages", messages);
  real("wall_seconds", wall_seconds, ",\n");
  real("run_seconds", run_seconds, ",\n");
  real("cpu_seconds", cpu_seconds, ",\n");
  real("cycles_per_second", cycles_per_second(), "\n}\n");
  return s;
}

std::string Stats::line() const {
  char text[256];
  std::snprintf(text, sizeof(text),
                "%" PRIu64 " cycles at %.1f kHz, %" PRIu64 " bytes read, %" PRIu64 " written, %" PRIu64 " requests refused, %" PRIu64
                " interrupts, %" PRIu64 " clients",
                cycles, cycles_per_second() / 1000, bytes_read, bytes_written, refused_requests, interrupts, clients);
  return text;
}

}  // namespace sim
