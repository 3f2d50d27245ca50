// Bench of any unit that speaks unit_pkg: every job of a vector file, in several moods of source and sink, and the cycles
// per block under load.
//
// usage: unit_tb NAME FILE BLOCK_BYTES MOST_CYCLES SEED
#include <cstring>
#include <deque>
#include <fstream>
#include <sstream>
#include <vector>

#include "Vunit.h"
#include "bench.h"

namespace {

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

Bytes unhex(const std::string& s) {
  if (s == "-") return {};
  if (s.size() % 2) bench::fail("vectors: odd number of digits");
  Bytes out;
  for (size_t i = 0; i < s.size(); i += 2) out.push_back(uint8_t(std::stoul(s.substr(i, 2), nullptr, 16)));
  return out;
}

std::vector<Job> read(const char* path) {
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

void put(Vunit& m, const Job& job, size_t at, uint16_t tag, bench::Random& random) {
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

void check(const Vunit& m, const Job& job, uint16_t tag, size_t index) {
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

// Runs the jobs.
Times play(const std::vector<Job>& jobs, const Mood& mood, uint32_t seed, uint64_t limit) {
  bench::Clock<Vunit> clock(limit);
  bench::Random random(seed);
  clock->job_valid_i = 0;
  clock->result_ready_i = 0;
  clock.reset();

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

// Resets in the middle of a job must forget it.
void interrupt(const std::vector<Job>& jobs, uint32_t seed) {
  bench::Clock<Vunit> clock(100000);
  bench::Random random(seed);
  for (int round = 0; round < 20; round++) {
    clock->job_valid_i = 0;
    clock->result_ready_i = 0;
    clock.reset();
    clock.eval();
    if (clock->result_valid_o) bench::fail("a result right after reset");
    const Job* longest = &jobs[0];
    for (const auto& j : jobs) if (j.message.size() > longest->message.size()) longest = &j;
    if (round == 19) longest = &jobs[jobs.size() / 2];  // the last one ends, and must be right
    size_t at = 0;
    bool offered = false;  // a beat stands until it is taken
    const uint64_t stop = clock.cycle() + (round == 19 ? 50000 : random.next() % 300);
    bool done = false;
    while (clock.cycle() < stop && !done) {
      const bool more = at == 0 || at < longest->message.size();
      if (more && !offered) put(*clock.operator->(), *longest, at, 7, random);
      offered = more;
      clock->job_valid_i = more;
      clock->result_ready_i = 1;
      clock.eval();
      const bool taken = more && clock->job_ready_o;
      if (clock->result_valid_o) check(*clock.operator->(), *longest, 7, 0), done = true;
      clock.step();
      if (taken) at += 64, offered = false;
      if (taken && at >= longest->message.size() && round != 19) break;
    }
    if (round == 19 && !done) bench::fail("no result after resets");
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: %s NAME FILE BLOCK_BYTES MOST_CYCLES SEED\n", argv[0]);
    return 2;
  }
  return bench::run(argv[1], [&] {
    const auto jobs = read(argv[2]);
    const unsigned block = unsigned(std::stoul(argv[3]));
    const double most = std::stod(argv[4]);
    const uint32_t seed = uint32_t(std::stoul(argv[5]));
    const Mood moods[] = {
        {"load", 100, 100, false}, {"idle source", 10, 100, false}, {"slow sink", 100, 2, false},
        {"both", 50, 30, false},   {"lazy sink", 80, 50, true},
    };
    for (const auto& mood : moods) play(jobs, mood, seed, 10000000);
    interrupt(jobs, seed);

    // Under load: the longest message many times (blocks of one job), then the shortest plain one (a job each block).
    double measured[2];
    uint64_t latency = 0;
    for (int k = 0; k < 2; k++) {
      const Job* pick = nullptr;
      for (const auto& j : jobs) {
        if (j.op != 0) continue;
        if (!pick || (k == 0 ? j.message.size() > pick->message.size() : j.message.size() < pick->message.size())) pick = &j;
      }
      if (!pick) bench::fail("no plain job");
      const size_t n = 64;
      const Times times = play(std::vector<Job>(n, *pick), moods[0], seed, 10000000);
      latency = times.latency;  // in the end that of the shortest message
      // MD padding adds 9 or 17 bytes, Keccak 1, BLAKE2 none: block and PAD_BYTES say how many blocks there are.
      const size_t padded = pick->message.size() + PAD_BYTES;
      const size_t blocks = padded == 0 ? 1 : (padded + block - 1) / block;
      measured[k] = double(times.results) / double((n - 1) * blocks);
    }
    std::printf("%-10s %5zu jobs x %zu moods right; cycles per block: %.2f in long messages, %.2f in short ones (most %.0f); latency %llu\n",
                argv[1], jobs.size(), std::size(moods), measured[0], measured[1], most,
                static_cast<unsigned long long>(latency));
    if (measured[0] > most || measured[1] > most) bench::fail("too slow");
  });
}
