// Bench of ends_reader: random spans over random ends, right, wrong, refused by the bus, or stopped in the middle.
//
// usage: ends_tb NAME SEED
#include <deque>
#include <vector>

#include "../../sim/zchip.h"
#include "Vblock.h"
#include "bench.h"
#include "bits.h"

namespace {

using namespace bench;

struct Span {
  std::vector<uint32_t> ends;
  uint64_t base;
  uint32_t lo, jobs, bytes;
  uint32_t bad;       // the first job whose end is wrong, or lo + jobs
  uint64_t refused;   // the first line that the bus refuses, or none
  uint64_t stop;      // jobs after which it is stopped, or more
};

Span span(Random& r) {
  Span s;
  const size_t n = 1 + r.next() % (r.chance(20) ? 3000 : 60);
  uint32_t at = 0;
  const uint32_t step = r.chance(30) ? 1 : 1 + r.next() % 5000;
  for (size_t i = 0; i < n; i++) s.ends.push_back(at += r.next() % step);
  s.bytes = at + (r.chance(50) ? 0 : r.next() % 100);
  s.base = (uint64_t(r.next()) << 20 | r.next()) & ~uint64_t(63);
  s.lo = r.next() % n;
  s.jobs = 1 + r.next() % (n - s.lo);
  s.refused = ~uint64_t(0);
  s.stop = r.chance(10) ? r.next() % s.jobs : s.jobs + 1;
  if (r.chance(30)) {  // a wrong end, in the span or not
    const size_t i = r.next() % n;
    if (r.chance(50)) s.ends[i] = s.bytes + 1 + r.next() % 1000;
    else if (i > 0 && s.ends[i - 1] > 0) s.ends[i] = r.next() % s.ends[i - 1];
  }
  if (r.chance(20)) s.refused = s.base + 4 * (s.lo + r.next() % s.jobs) / 64 * 64;
  s.bad = s.lo + s.jobs;
  for (uint32_t i = s.lo + s.jobs; i-- > s.lo;) {
    const uint32_t before = i == 0 ? 0 : s.ends[i - 1];
    if (s.ends[i] < before || s.ends[i] > s.bytes) s.bad = i;
  }
  return s;
}

struct Line {
  uint64_t addr, due;
};

void one(Clock<Vblock>& clock, const Span& s, Random& r, unsigned busy, unsigned latency) {
  auto& m = *clock.operator->();
  const uint32_t hi = s.lo + s.jobs;
  const uint64_t first_line = s.base + (s.lo ? s.lo - 1 : 0) / 16 * 64, last_line = s.base + (hi - 1) / 16 * 64;
  std::deque<Line> asked;
  uint64_t next = first_line;
  uint32_t given = 0;
  bool stopping = false, failed = false;
  m.start_i = 1;
  m.ends_i = s.base >> 6;
  m.lo_i = s.lo;
  m.jobs_i = s.jobs;
  m.bytes_i = s.bytes;
  m.stop_i = 0;
  for (;;) {
    m.ready_i = r.chance(busy) && !stopping;
    m.ask_ready_i = r.chance(busy);
    m.stop_i = stopping;
    const bool line = !asked.empty() && asked.front().due <= clock.cycle() && r.chance(busy);
    m.line_valid_i = line;
    m.line_error_i = line && asked.front().addr == s.refused;
    for (auto& w : m.line_i.m_storage) w = r.next();
    if (line && !m.line_error_i) {
      for (int i = 0; i < 16; i++) {
        const uint64_t at = (asked.front().addr - s.base) / 4 + i;
        if (at < s.ends.size()) m.line_i[i] = s.ends[at];
      }
    }
    clock.eval();
    if (m.ask_valid_o && m.ask_ready_i) {
      const uint64_t addr = bits(m.ask_o, 6, 64);
      const unsigned lines = (m.ask_o[0] & 63) + 1;
      if (addr != next || addr + 64 * (lines - 1) > last_line) fail("asks for the wrong lines");
      if (addr % 4096 / 64 + lines > 64) fail("asks beyond a page");
      for (unsigned i = 0; i < lines; i++) asked.push_back({addr + 64 * i, clock.cycle() + latency});
      if (asked.size() > 8) fail("asks for more than it can hold");
      next += 64 * lines;
    }
    if (m.valid_o && !stopping) {
      const uint32_t job = s.lo + given;
      if (job >= s.bad / 16 * 16 && s.bad < hi && job >= s.lo) {
        if (job / 16 == s.bad / 16) fail("a job of a line with a wrong end");
      }
      if (job >= hi) fail("a job too many");
      if (s.base + 4 * uint64_t(job) / 64 * 64 >= s.refused) fail("a job of a line that was refused");
      if (m.begin_o != (job ? s.ends[job - 1] : 0) || m.end_o != s.ends[job]) fail("a wrong message");
      if (m.ready_i) given++;
    }
    if (m.fail_o && !failed && !stopping) {
      failed = true;
      const uint64_t status = bits(m.why_o, 96, 8), detail = bits(m.why_o, 64, 32), addr = bits(m.why_o, 0, 64);
      const bool refusal = s.refused < s.base + 4 * uint64_t(s.bad) / 64 * 64 || s.bad == hi ||
                           s.refused == s.base + 4 * uint64_t(s.bad) / 64 * 64;
      const bool before = s.refused != ~uint64_t(0) && refusal;
      if (before) {
        const uint32_t job = std::max<uint64_t>(s.lo, (s.refused - s.base) / 4);
        if (status != uint64_t(zchip::Status::kDMARead) || addr != s.refused || detail != job) fail("a refused line is not told as it is");
      } else if (s.bad == hi || status != uint64_t(zchip::Status::kBadMessage) || detail != s.bad || addr != 0) {
        fail("a wrong end is not told as it is");
      }
    }
    if (line) asked.pop_front();
    if (stopping && m.idle_o && asked.empty()) break;
    if (!stopping && (failed || given >= s.stop || given == s.jobs)) stopping = true;
    clock.step();
    m.start_i = 0;
  }
  if (given == s.jobs && (s.bad != hi)) fail("wrong ends are not seen");
  if (!failed && given != s.jobs && given < s.stop) fail("too few jobs");
  clock.step();
  m.stop_i = 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return std::fprintf(stderr, "usage: %s NAME SEED\n", argv[0]), 2;
  return bench::run(argv[1], [&] {
    const uint32_t seed = uint32_t(std::stoul(argv[2]));
    for (unsigned busy : {100u, 50u, 12u}) {
      Clock<Vblock> clock(40000000);
      Random r(seed + busy);
      auto& m = *clock.operator->();
      m.start_i = m.stop_i = m.ready_i = m.ask_ready_i = m.line_valid_i = 0;
      clock.reset();
      for (int i = 0; i < 1500; i++) one(clock, span(r), r, busy, r.next() % 60);
    }
    // Full speed: a job a cycle but for the first line.
    Clock<Vblock> clock(100000);
    Random r(seed);
    auto& m = *clock.operator->();
    m.start_i = m.stop_i = m.ready_i = m.ask_ready_i = m.line_valid_i = 0;
    clock.reset();
    Span s{std::vector<uint32_t>(8000, 0), 4096, 0, 8000, 0, 8000, ~uint64_t(0), 9000};
    const uint64_t began = clock.cycle();
    one(clock, s, r, 100, 5);
    const uint64_t cycles = clock.cycle() - began;
    if (cycles > 8000 + 60) fail("8000 jobs took " + std::to_string(cycles) + " cycles");
    std::printf("%-16s 4500 spans right, a job a cycle\n", argv[1]);
  });
}
