// What a simulator counts; the Go package reads it as JSON.
#pragma once

#include <cstdint>
#include <string>

namespace sim {

struct Stats {
  uint64_t cycles = 0;
  uint64_t resets = 0;
  double wall_seconds = 0;
  double run_seconds = 0;
  double cpu_seconds = 0;
  uint64_t read_requests = 0;
  uint64_t write_requests = 0;
  uint64_t refused_requests = 0;
  uint64_t bytes_read = 0;
  uint64_t bytes_written = 0;
  uint64_t register_reads = 0;
  uint64_t register_writes = 0;
  uint64_t interrupts = 0;
  uint64_t clients = 0;
  uint64_t refused = 0;
  uint64_t messages = 0;

  double cycles_per_second() const { return run_seconds > 0 ? static_cast<double>(cycles) / run_seconds : 0; }
  std::string json() const;
  std::string line() const;  // for people
};

}  // namespace sim
