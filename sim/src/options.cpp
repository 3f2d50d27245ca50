#include "options.h"

#include <getopt.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>

namespace sim {

const char* const kHelp =
    R"(sluice-sim serves the chip (hdl/rtl, compiled by Verilator) as a PCI function over vfio-user.

  sluice-sim --socket PATH [options]

  --socket PATH       UNIX socket to serve, one client after another
  --latency N         cycles from a DMA read to its first line, 1 to 100000 (100)
  --write-latency N   cycles from a DMA write to its answer, 1 to 100000 (8)
  --bandwidth N       bytes a cycle in each direction, 1 to 64 (64)
  --stall PERCENT     cycles in which a stream is not ready, at random, 0 to 90 (0)
  --seed N            of what is random (1)
  --cycle-limit N     end with an error after N cycles (10^12)
  --trace FILE.fst    write waves; GTKWave shows them. Cycle n is at time 2n, its rising edge at 2n+1
  --from N, --to N    only those of cycles N to before N
  --stats FILE        write statistics as JSON at the end
  --ready-fd FD       write a byte to the descriptor and close it once the socket accepts
  --help              this text

The clock runs while the chip has something to do and stands still otherwise. SIGINT and SIGTERM end the simulator: the trace is
closed, statistics are written. Exit status: 0 ended by a signal, 1 it could not serve, 2 wrong command line, 3 the chip broke a
rule of its bus or an assertion failed, 4 the cycle limit was reached.
)";

namespace {

uint64_t number(const char* name, const char* text, uint64_t least, uint64_t most) {
  char* end = nullptr;
  errno = 0;
  const uint64_t v = std::strtoull(text, &end, 10);
  if (*text < '0' || *text > '9' || *end != 0 || errno != 0 || v < least || v > most) {
    throw std::invalid_argument(std::string("--") + name + " " + text + ": a number from " + std::to_string(least) + " to " +
                                std::to_string(most) + " is wanted");
  }
  return v;
}

}  // namespace

Options parse_options(int argc, char** argv) {
  static constexpr option kOptions[] = {
      {"socket", required_argument, nullptr, 's'},        {"latency", required_argument, nullptr, 'l'},
      {"write-latency", required_argument, nullptr, 'w'}, {"bandwidth", required_argument, nullptr, 'b'},
      {"stall", required_argument, nullptr, 'p'},         {"seed", required_argument, nullptr, 'r'},
      {"cycle-limit", required_argument, nullptr, 'c'},   {"trace", required_argument, nullptr, 't'},
      {"from", required_argument, nullptr, 'f'},          {"to", required_argument, nullptr, 'e'},
      {"stats", required_argument, nullptr, 'j'},         {"ready-fd", required_argument, nullptr, 'y'},
      {"help", no_argument, nullptr, 'h'},                {nullptr, 0, nullptr, 0},
  };
  Options o;
  opterr = 0;
  for (int index = 0;;) {
    const int c = ::getopt_long(argc, argv, "", kOptions, &index);
    if (c < 0) break;
    const char* name = c == '?' ? "" : kOptions[index].name;
    const auto value = [&](uint64_t least, uint64_t most) { return number(name, optarg, least, most); };
    switch (c) {
      case 's':
        o.socket = optarg;
        break;
      case 'l':
        o.bus.latency = static_cast<uint32_t>(value(1, 100000));
        break;
      case 'w':
        o.bus.write_latency = static_cast<uint32_t>(value(1, 100000));
        break;
      case 'b':
        o.bus.bandwidth = static_cast<uint32_t>(value(1, kLine));
        break;
      case 'p':
        o.bus.stall = static_cast<uint32_t>(value(0, 90));
        break;
      case 'r':
        o.bus.seed = value(0, UINT64_MAX);
        break;
      case 'c':
        o.bus.cycle_limit = value(1, UINT64_MAX);
        break;
      case 't':
        o.trace = optarg;
        break;
      case 'f':
        o.trace_from = value(0, UINT64_MAX);
        break;
      case 'e':
        o.trace_to = value(1, UINT64_MAX);
        break;
      case 'j':
        o.stats = optarg;
        break;
      case 'y':
        o.ready_fd = static_cast<int>(value(3, 1 << 20));
        break;
      case 'h':
        o.help = true;
        return o;
      default:
        throw std::invalid_argument(std::string("unknown option, or one without its value: ") + argv[optind - 1]);
    }
  }
  if (optind < argc) throw std::invalid_argument(std::string("unexpected argument: ") + argv[optind]);
  if (o.socket.empty()) throw std::invalid_argument("--socket PATH is missing");
  if (o.trace_from >= o.trace_to) throw std::invalid_argument("--from is not before --to");
  return o;
}

}  // namespace sim
