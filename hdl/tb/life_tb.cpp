// Writes the life of one command as a timing diagram (WaveDrom, standard output): what the chip's bus carries from the doorbell to the
// interrupt, in the cycles in which it does. The command is a batch of four SHA-256 messages, the bus as in kMood.
//
// usage: life_tb FILE SEED
#include <array>
#include <iostream>

#include "chip_host.h"

namespace {

using namespace bench;

constexpr Mood kMood = {"life", 24, 0, 100, 100, 100, 100, 100};
constexpr uint32_t kQueue = 1, kJobs = 4;
constexpr size_t kBytes = 55;  // messages of up to so many bytes fit in one block

constexpr const char* kLanes[] = {"rd_o", "beat_i", "wr_o", "wr_done_i", "irq_o", "doorbell"};

struct Seen {
  uint64_t cycle;
  size_t lane;
  std::string label;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s FILE SEED\n", argv[0]);
    return 2;
  }
  return bench::run("life", [&] {
    const auto jobs = read_jobs(argv[1]);
    Host h(100000, uint32_t(std::stoul(argv[2])), kMood);
    Queue q(h, kQueue, 4);
    h.set(zchip::kGlobalIntrEnable, 15);
    h.set(zchip::kGlobalControl, 1);
    std::vector<Job> from;
    for (const auto& j : jobs.at(1)) {
      if (!j.message.empty() && j.message.size() <= kBytes && from.size() < kJobs) from.push_back(j);
    }
    if (from.size() < kJobs) fail("vectors: too few messages of one block");
    const Batch b(h, from, 0, kJobs, 1);

    const auto name = [&](uint64_t addr) -> std::string {
      const auto in = [&](uint64_t base, size_t n) { return addr >= base && addr < base + (n + 63) / 64 * 64; };
      if (in(q.sq(), 256)) return "SQ";
      if (in(q.cq(), 128)) return "CQ";
      if (in(b.s.ends, 4 * kJobs)) return "end";
      if (in(b.s.messages, b.s.message_bytes)) return "msg";
      if (in(b.s.verdict, kJobs)) return "verd";
      if (in(b.s.out, 32 * kJobs)) return "out";
      fail("traffic elsewhere");
    };
    std::vector<Seen> seen;
    h.saw = [&](Host::Event what, uint64_t addr) {
      std::string label;
      if (what == Host::Event::kRegister) label = addr == zchip::kDoorbellSQTail(kQueue) ? "SQ" : "CQ";
      else if (what == Host::Event::kInterrupt) label = std::to_string(addr);
      else label = name(addr);
      seen.push_back({h.cycle(), size_t(what), label});
    };
    q.submit(b.s);
    q.wait();
    h.step(50);
    if (b.check("life") != kJobs) fail("not all jobs are decided");

    // A column for each cycle with an event, and one for what lies between.
    std::array<std::string, std::size(kLanes)> waves, data;
    std::string clock, cycles, numbers;
    uint64_t before = 0;
    const uint64_t zero = seen[0].cycle;
    const auto column = [&](uint64_t cycle, bool gap) {
      clock += clock.empty() ? 'p' : gap ? '|' : '.';
      cycles += gap ? 'x' : '2';
      if (!gap) numbers += (numbers.empty() ? "\"" : ", \"") + std::to_string(cycle - zero) + '"';
      for (size_t l = 0; l < waves.size(); l++) {
        const Seen* hit = nullptr;
        for (const auto& s : seen) if (!gap && s.cycle == cycle && s.lane == l) hit = &s;
        const char idle = waves[l].empty() || waves[l].back() != 'x' ? 'x' : '.';
        const bool still = !waves[l].empty() && waves[l].back() == '.';
        waves[l] += hit ? char('3' + l) : still ? '.' : idle;
        if (hit) data[l] += (data[l].empty() ? "\"" : ", \"") + hit->label + '"';
      }
    };
    for (const auto& s : seen) {
      if (before && s.cycle == before) continue;
      if (before && s.cycle > before + 1) column(0, true);
      column(s.cycle, false);
      before = s.cycle;
    }
    std::cout << "{\n  \"head\": {\"text\": \"The life of a command: " << kJobs << " SHA-256 messages of a block each; memory answers after "
              << kMood.latency << " cycles\"},\n  \"signal\": [\n    {\"name\": \"clk\", \"wave\": \"" << clock
              << "\"},\n    {\"name\": \"cycle\", \"wave\": \"" << cycles << "\", \"data\": [" << numbers << "]}";
    for (size_t l : {5, 0, 1, 2, 3, 4}) {
      std::cout << ",\n    {\"name\": \"" << kLanes[l] << "\", \"wave\": \"" << waves[l] << "\", \"data\": [" << data[l] << "]}";
    }
    std::cout << "\n  ],\n  \"foot\": {\"text\": \"Written by make -C hdl life from the RTL\"}\n}\n";
  });
}
