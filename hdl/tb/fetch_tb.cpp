// Bench of submission_fetch: random submissions, most of them wrong somewhere, against a second opinion in C++.
//
// usage: fetch_tb NAME SEED
#include <cstring>

#include "../../sim/zchip.h"
#include "Vblock.h"
#include "bench.h"
#include "bits.h"

namespace {

using namespace bench;
using zchip::Status;
using Wide = unsigned __int128;

struct Kernel {
  uint16_t id;
  unsigned row, in, out;
  bool message;
};
constexpr Kernel kKernels[] = {{1, 0, 0, 32, true}, {2, 1, 0, 32, true}, {8, 2, 64, 32, false}, {3, 3, 0, 64, true},
                               {4, 4, 0, 32, true}, {5, 5, 0, 32, true}, {6, 6, 0, 32, true}, {9, 7, 120, 36, false}};

uint64_t address(Random& r) {
  uint64_t a = uint64_t(r.next()) << 32 | r.next();
  if (r.chance(30)) a = ~uint64_t(0) - r.next() % 70000;  // near the end
  if (r.chance(95)) a &= ~uint64_t(63);
  return a;
}

zchip::Submission submission(Random& r) {
  zchip::Submission s;
  uint32_t kernel = kKernels[r.next() % 8].id;
  if (r.chance(5)) kernel = r.next() % 80;
  if (r.chance(2)) kernel = r.next() & 0xffff;
  s.command = kernel | (r.chance(95) ? 1 : r.next() % 4) << 16 | uint32_t(r.chance(20)) << 24;
  if (r.chance(3)) s.command |= 1u << (25 + r.next() % 7);
  s.rules = r.chance(97) ? 0 : r.next() % 64;
  s.id = r.next();
  s.lo = r.next() >> (r.next() % 32);
  const uint32_t jobs[] = {0, 1, zchip::kMaxJobs, zchip::kMaxJobs + 1, r.next() % 1000};
  s.hi = s.lo + jobs[r.next() % 5];
  if (r.chance(10)) s.hi = r.next();
  s.message_bytes = r.next() >> (r.next() % 32);
  s.in = address(r), s.ends = address(r), s.messages = address(r), s.verdict = address(r), s.out = address(r);
  return s;
}

bool section(uint64_t a, uint64_t n, unsigned size) {
  return size == 0 || (a % 64 == 0 && Wide(a) + Wide(n) * size < Wide(1) << 64);
}

// The judgement, in the order of chip.toml's statuses.
Status judge(const zchip::Submission& s, const Kernel*& k) {
  k = nullptr;
  const unsigned opcode = s.command >> 16 & 0xff;
  if (s.command >> 25) return Status::kBadOpcode;
  if (opcode == unsigned(zchip::Opcode::kNop)) return Status::kOk;
  if (opcode != unsigned(zchip::Opcode::kRun)) return Status::kBadOpcode;
  const Kernel* found = nullptr;
  for (const auto& c : kKernels) if (c.id == (s.command & 0xffff)) found = &c;
  if (!found) return Status::kBadKernel;
  if (s.rules != 0) return Status::kBadRules;
  if (s.hi < s.lo || s.hi - s.lo > zchip::kMaxJobs) return Status::kBadSpan;
  const bool fits = section(s.in, s.hi, found->in) && section(s.verdict, s.hi, 1) && section(s.out, s.hi, found->out) &&
                    section(s.ends, s.hi, found->message ? 4 : 0) && section(s.messages, s.message_bytes, found->message);
  if (!fits) return Status::kBadAddress;
  k = found;
  return Status::kOk;
}

void check(const Vblock& m, const zchip::Submission& s, unsigned queue, uint32_t began) {
  const auto& c = m.command_o;
  const auto same = [](uint64_t got, uint64_t want, const char* what) {
    if (got != want) fail(std::string(what) + " is " + std::to_string(got) + ", not " + std::to_string(want));
  };
  const Kernel* k;
  const Status want = judge(s, k);
  same(bits(c, 502, 3), queue, "queue");
  same(bits(c, 470, 32), s.id, "id");
  same(bits(c, 462, 8), uint64_t(want), "status");
  same(bits(c, 430, 32), began, "begin");
  same(bits(c, 377, 21), k ? s.hi - s.lo : 0, "jobs");
  if (!k) return;
  same(bits(c, 398, 32), s.lo, "lo");
  same(bits(c, 352, 25), uint64_t(1) << 24 | k->row << 20 | k->in << 12 | k->out << 5 | unsigned(k->message) << 4 | (k->id == 2), "kernel");
  same(bits(c, 320, 32), s.message_bytes, "message bytes");
  if (k->in) same(bits(c, 256, 64), s.in + uint64_t(s.lo) * k->in, "address of rows");
  if (k->message) same(bits(c, 192, 64), s.ends, "address of ends");
  if (k->message) same(bits(c, 128, 64), s.messages, "address of messages");
  same(bits(c, 64, 64), s.verdict + s.lo, "address of verdicts");
  same(bits(c, 0, 64), s.out + uint64_t(s.lo) * k->out, "address of outputs");
}

void play(uint32_t seed, unsigned busy) {
  Clock<Vblock> clock(4000000);
  Random r(seed);
  auto& m = *clock.operator->();
  m.pick_valid_i = m.ask_ready_i = m.line_valid_i = m.command_ready_i = m.dropped_i = m.fail_ready_i = 0;
  m.enable_i = 1;
  clock.reset();
  unsigned failed = 0, orphans = 0;
  for (int i = 0; i < 4000; i++) {
    const auto s = submission(r);
    const unsigned queue = r.next() % 8;
    const uint64_t addr = uint64_t(r.next()) << 6;
    const bool error = r.chance(5);
    const bool dropped = r.chance(10);
    bool told = !dropped;
    int state = 0;  // 0 to be picked, 1 to be asked for, 2 to come, 3 to be taken, 4 done
    uint32_t began = 0;
    bool line = false;
    while (state != 4) {
      m.cycle_i = uint32_t(clock.cycle());
      m.pick_valid_i = state == 0;
      m.pick_i = uint8_t(queue);
      m.pick_addr_i = addr;
      m.enable_i = r.chance(busy);
      m.ask_ready_i = r.chance(busy);
      line = state == 2 && r.chance(busy);
      m.line_valid_i = line;
      for (auto& w : m.line_i.m_storage) w = r.next();
      if (line && !error) std::memcpy(&m.line_i[0], &s, 64);
      m.line_error_i = error;
      m.command_ready_i = m.fail_ready_i = r.chance(busy);
      m.dropped_i = !told && state > 0 && r.chance(20) ? 1u << queue : r.next() & 0xff & ~(1u << queue);
      if (m.dropped_i >> queue & 1) told = true;
      clock.eval();
      if (m.fetch_o && !(state == 0 && m.enable_i)) fail("a fetch that nobody asked for");
      if (m.ask_valid_o && state != 1) fail("a request too many");
      if (m.ask_valid_o && (bits(m.ask_o, 6, 64) != addr || (m.ask_o[0] & 63))) fail("a wrong request");
      if (m.command_valid_o && (state != 3 || error)) fail("a command from nowhere");
      if (m.command_valid_o) check(m, s, queue, began);
      if (m.fail_o && !(state == 3 && error && m.fail_queue_o == queue && m.fail_addr_o == addr)) fail("a wrong failure");
      if (m.fetch_o) began = m.cycle_i;
      const int was = state;
      if (m.fetch_o) state = 1;
      else if (was == 1 && m.ask_valid_o && m.ask_ready_i) state = 2;
      else if (was == 2 && line) state = 3;
      else if (was == 3 && ((m.command_valid_o && m.command_ready_i) || (m.fail_o && m.fail_ready_i))) {
        state = 4;
        if (m.command_valid_o && (m.orphan_o != 0) != (dropped && told)) fail("wrong about being an orphan");
        failed += m.fail_o, orphans += m.orphan_o && m.command_valid_o;
      }
      clock.step();
    }
  }
  if (failed == 0 || orphans == 0) fail("bench: too few failures or orphans");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return std::fprintf(stderr, "usage: %s NAME SEED\n", argv[0]), 2;
  return bench::run(argv[1], [&] {
    const uint32_t seed = uint32_t(std::stoul(argv[2]));
    for (unsigned busy : {100u, 60u, 15u}) play(seed + busy, busy);
    std::printf("%-16s 12000 submissions judged right\n", argv[1]);
  });
}
