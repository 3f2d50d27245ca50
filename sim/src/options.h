// The command line of the simulator.
#pragma once

#include <cstdint>
#include <string>

#include "bus.h"

namespace sim {

struct Options {
  std::string socket;
  std::string trace;  // FST file
  uint64_t trace_from = 0, trace_to = UINT64_MAX;
  std::string stats;  // JSON file
  int ready_fd = -1;
  bool help = false;
  BusOptions bus;
};

// Reads the command line. Throws std::invalid_argument with what is wrong.
Options parse_options(int argc, char** argv);

extern const char* const kHelp;

}  // namespace sim
