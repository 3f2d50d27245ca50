// sluice-sim: the chip, simulated, as a PCI function that other processes drive over vfio-user.

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>

#include "device.h"
#include "options.h"
#include "server.h"
#include "verilated_chip.h"

namespace {

enum Exit { kEnded = 0, kFailed = 1, kUsage = 2, kMismatch = 3, kLimit = 4 };

// Blocks the signals that end us; they are read from the descriptor, so none interrupts a cycle.
sim::Fd take_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  sim::Fd fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) throw std::runtime_error("signalfd failed");
  return fd;
}

// The build that writes waves lies beside this one; waves cost speed even when none are written.
void become_tracing(char** argv) {
  char self[4096];
  const ssize_t n = ::readlink("/proc/self/exe", self, sizeof(self) - 1);
  const std::string path = std::string(self, n > 0 ? static_cast<size_t>(n) : 0) + "-trace";
  ::execv(path.c_str(), argv);
  throw std::runtime_error("waves need " + path + ", which cannot be run: " + std::strerror(errno) + "; run `make waves`");
}

void announce(int fd) {
  if (fd < 0) return;
  const ssize_t n = ::write(fd, "r", 1);
  ::close(fd);
  if (n != 1) throw std::runtime_error("nobody waits at --ready-fd");
}

void finish(const sim::Options& o, sim::Stats* stats, std::chrono::steady_clock::time_point begin) {
  stats->wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  rusage use{};
  ::getrusage(RUSAGE_SELF, &use);
  const auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  stats->cpu_seconds = seconds(use.ru_utime) + seconds(use.ru_stime);
  sim::say(stats->line());
  if (o.stats.empty()) return;
  std::ofstream file(o.stats);
  file << stats->json();
  file.close();
  if (!file) throw std::runtime_error("statistics cannot be written to " + o.stats);
}

int serve(const sim::Options& o) {
  const auto begin = std::chrono::steady_clock::now();
  sim::Stats stats;
  int status = kEnded;
  const sim::Fd signals = take_signals();
  sim::Memory::guard();
  try {
    sim::Listener listener(o.socket);  // first: who cannot serve says so at once
    sim::VerilatedChip chip(o.bus.seed, o.trace, o.trace_from, o.trace_to);
    sim::Device device(&chip, o.bus, &stats);
    sim::Server server(&device, &listener, &stats);
    announce(o.ready_fd);
    server.run(signals.get());
  } catch (const sim::Mismatch& e) {
    sim::say(std::string("mismatch: ") + e.what());
    status = kMismatch;
  } catch (const sim::Limit& e) {
    sim::say(e.what());
    status = kLimit;
  }
  finish(o, &stats, begin);
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const sim::Options o = sim::parse_options(argc, argv);
    if (o.help) {
      std::fputs(sim::kHelp, stdout);
      return kEnded;
    }
    if (!o.trace.empty() && !sim::VerilatedChip::can_trace()) become_tracing(argv);
    return serve(o);
  } catch (const std::invalid_argument& e) {
    sim::say(std::string(e.what()) + "; --help tells the options");
    return kUsage;
  } catch (const std::exception& e) {
    sim::say(e.what());
    return kFailed;
  }
}
