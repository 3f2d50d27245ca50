// What the benches of units share: jobs of a vector file, the streams of unit_pkg, moods of source and sink, resets.
#pragma once

#include <cstring>
#include <deque>
#include <fstream>
#include <sstream>
#include <vector>

#include "Vunit.h"
#include "bench.h"

namespace unit {

using Bytes = std::vector<uint8_t>;

struct Job {
  uint8_t op;
  Bytes message;
  bool valid;
  Bytes out;
};

// How busy the two ends are, in percent of cycles. A lazy sink raises ready only after it saw valid: a unit whose valid
// waits for ready hangs.
struct Mood {
  const char* name;
  unsigned offer, take;
  bool lazy;
};

inline Bytes unhex(const std::string& s) {
  if (s == "-") return {};
  if (s.size() % 2) bench::fail("vectors: odd number of digits");
  Bytes out;
  for (size_t i = 0; i < s.size(); i += 2) out.push_back(uint8_t(std::stoul(s.substr(i, 2), nullptr, 16)));
  return out;
}

inline std::vector<Job> read(const char* path) {
  std::ifstream file(path);
  if (!file) bench::fail(std::string("cannot open ") + path);
  std::vector<Job> jobs;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    int op = 0, valid = 0;
    std::string message, out;
    if (!(fields >> op >> message >> valid >> out)) bench::fail("vectors: bad line: " + line.substr(0, 60));
    jobs.push_back({uint8_t(op), unhex(message), valid != 0, unhex(out)});
  }
  if (jobs.empty()) bench::fail("vectors: no jobs");
  return jobs;
}

// The layout of job_t and result_t, see unit_pkg.sv.
static_assert(sizeof(Vunit::job_i) == 17 * 4, "job_t has 540 bits");
static_assert(sizeof(Vunit::result_o) == 17 * 4, "result_t has 529 bits");

inline void put(Vunit& m, const Job& job, size_t at, uint16_t tag, bench::Random& random) {
  const size_t left = job.message.size() - at;
  const size_t n = left < 64 ? left : 64;
  uint8_t data[64];
  for (auto& b : data) b = uint8_t(random.next());  // what does not count is anything
  if (n) std::memcpy(data, job.message.data() + at, n);
  for (int i = 0; i < 16; i++) {
    m.job_i[i] = uint32_t(data[4 * i]) | uint32_t(data[4 * i + 1]) << 8 | uint32_t(data[4 * i + 2]) << 16 |
                 uint32_t(data[4 * i + 3]) << 24;
  }
  m.job_i[16] = uint32_t(n) | uint32_t(left <= 64) << 7 | uint32_t(job.op & 15) << 8 | uint32_t(tag) << 12;
}

inline void check(const Vunit& m, const Job& job, uint16_t tag, size_t index) {
  Bytes out(job.out);
  out.resize(64, 0);
  const std::string where = "job " + std::to_string(index) + " (" + std::to_string(job.message.size()) + " bytes, op " +
                            std::to_string(job.op) + "): ";
  if (uint16_t(m.result_o[16] >> 1) != tag) bench::fail(where + "wrong tag");
  if ((m.result_o[16] & 1) != uint32_t(job.valid)) bench::fail(where + "wrong verdict");
  for (int i = 0; i < 64; i++) {
    if (uint8_t(m.result_o[i / 4] >> (8 * (i % 4))) != out[size_t(i)]) {
      bench::fail(where + "wrong output at byte " + std::to_string(i));
    }
  }
}

struct Times {
  uint64_t results;  // cycles from the first result to the last
  uint64_t latency;  // cycles from the first beat taken to the first result offered
};

const Mood kMoods[] = {
    {"load", 100, 100, false}, {"idle source", 10, 100, false}, {"slow sink", 100, 2, false},
    {"both", 50, 30, false},   {"lazy sink", 80, 50, true},
};

inline void begin(bench::Clock<Vunit>& clock) {
  clock->job_valid_i = 0;
  clock->result_ready_i = 0;
  clock.reset();
}

// Runs the jobs.
inline Times play(const std::vector<Job>& jobs, const Mood& mood, uint32_t seed, uint64_t limit) {
  bench::Clock<Vunit> clock(limit);
  bench::Random random(seed);
  begin(clock);

  size_t sent = 0, at = 0, received = 0;
  uint64_t began = 0, answered = 0, first = 0, last = 0;
  bool offered = false, seen = false;
  while (received < jobs.size()) {
    if (!offered && sent < jobs.size() && random.chance(mood.offer)) {
      put(*clock.operator->(), jobs[sent], at, uint16_t(sent * 40503u), random);
      offered = true;
    }
    clock->job_valid_i = offered;
    clock->result_ready_i = (mood.lazy ? seen : true) && random.chance(mood.take);
    clock.eval();
    const bool job_taken = offered && clock->job_ready_o;
    const bool result_taken = clock->result_valid_o && clock->result_ready_i;
    seen = clock->result_valid_o && !result_taken;
    if (job_taken && began == 0) began = clock.cycle();
    if (clock->result_valid_o && answered == 0) answered = clock.cycle();
    if (clock->result_valid_o) {
      if (received >= sent && !(received == sent && job_taken)) bench::fail("a result without a job");
      check(*clock.operator->(), jobs[received], uint16_t(received * 40503u), received);
    }
    if (result_taken) {
      last = clock.cycle();
      if (received++ == 0) first = last;
    }
    clock.step();
    if (job_taken) {
      offered = false;
      at += 64;
      if (at >= jobs[sent].message.size()) sent++, at = 0;
    }
  }
  for (int i = 0; i < 300; i++) {  // nothing may follow
    clock->job_valid_i = 0;
    clock->result_ready_i = 1;
    clock.eval();
    if (clock->result_valid_o) bench::fail("a result too many");
    clock.step();
  }
  return {last - first, answered - began};
}

// Resets in the middle of a long job must forget it; the last job ends, and must be right.
inline void interrupt(const Job& longest, const Job& last, uint32_t seed) {
  bench::Clock<Vunit> clock(100000);
  bench::Random random(seed);
  constexpr int kRounds = 20;
  for (int round = 0; round < kRounds; round++) {
    const bool ends = round == kRounds - 1;
    const Job& job = ends ? last : longest;
    begin(clock);
    clock.eval();
    if (clock->result_valid_o) bench::fail("a result right after reset");
    size_t at = 0;
    bool offered = false;  // a beat stands until it is taken
    const uint64_t stop = clock.cycle() + (ends ? 50000 : random.next() % 300);
    bool done = false;
    while (clock.cycle() < stop && !done) {
      const bool more = at == 0 || at < job.message.size();
      if (more && !offered) put(*clock.operator->(), job, at, 7, random);
      offered = more;
      clock->job_valid_i = more;
      clock->result_ready_i = 1;
      clock.eval();
      const bool taken = more && clock->job_ready_o;
      if (clock->result_valid_o) check(*clock.operator->(), job, 7, 0), done = true;
      clock.step();
      if (taken) at += 64, offered = false;
    }
    if (ends && !done) bench::fail("no result after resets");
  }
}

}  // namespace unit
