// Bench of pow_unit: every job of a vector file in several moods of source and sink, resets, searches that are given up, and
// the cycles of a nonce and of a job.
//
// usage: pow_tb NAME FILE CYCLES_PER_NONCE SEED
#include "unit.h"

using namespace unit;

namespace {

// A search that finds nothing in count nonces.
Job search(uint32_t count, bench::Random& random) {
  Job job{0, Bytes(120), false, Bytes(36)};
  for (int i = 0; i < 80; i++) job.message[size_t(i)] = uint8_t(random.next());
  for (int i = 0; i < 4; i++) job.message[size_t(112 + i)] = uint8_t(random.next());
  for (int i = 0; i < 4; i++) job.message[size_t(116 + i)] = uint8_t(count >> (8 * i));
  return job;
}

// Gives up searches without end at any time: the result comes at once, and the job after it is right.
void give_up(const Job& good, uint32_t seed) {
  bench::Clock<Vunit> clock(1000000);
  bench::Random random(seed);
  begin(clock);
  const Job endless = search(0xffffffff, random);
  for (int round = 0; round < 40; round++) {
    const bool last = round % 2;
    const Job& job = last ? good : endless;
    size_t at = 0;
    bool offered = false;
    uint64_t sent = 0, asked = 0;
    const uint64_t patience = random.next() % 700;
    for (bool done = false; !done;) {
      if (at < job.message.size() && !offered) put(*clock.operator->(), job, at, uint16_t(round), random);
      offered = at < job.message.size();
      clock->job_valid_i = offered;
      clock->result_ready_i = 1;
      clock->abort_i = !last && at >= job.message.size() && clock.cycle() >= sent + patience;
      if (clock->abort_i && !asked) asked = clock.cycle();
      clock.eval();
      const bool taken = offered && clock->job_ready_o;
      if (clock->result_valid_o) check(*clock.operator->(), job, uint16_t(round), size_t(round)), done = true;
      clock.step();
      if (taken) at += 64, offered = false, sent = clock.cycle();
    }
    // The midstate is waited for, if it is not there yet.
    if (!last && clock.cycle() > asked + 3 + (patience < 70 ? 70 - patience : 0)) bench::fail("goes on after abort_i");
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: %s NAME FILE CYCLES_PER_NONCE SEED\n", argv[0]);
    return 2;
  }
  return bench::run(argv[1], [&] {
    const auto jobs = read(argv[2]);
    const double want = std::stod(argv[3]);
    const uint32_t seed = uint32_t(std::stoul(argv[4]));
    for (const auto& mood : kMoods) play(jobs, mood, seed, 50000000);
    bench::Random random(seed);
    interrupt(search(0xffffffff, random), jobs[0], seed);
    give_up(jobs[0], seed);

    // Searches under load, from result to result. Every number of places in the pipeline divides kMany.
    constexpr uint32_t kMany = 64 * 65;
    const auto cycles = [&](uint32_t count) {
      return double(play(std::vector<Job>(3, search(count, random)), kMoods[0], seed, 50000000).results) / 2;
    };
    const double one = cycles(1);
    const double per_nonce = (cycles(2 * kMany) - cycles(kMany)) / kMany;
    std::printf("%-10s %5zu jobs x %zu moods right; cycles per nonce: %.3f (most %.3f); a job of one nonce: %.0f cycles\n", argv[1],
                jobs.size(), std::size(kMoods), per_nonce, want, one);
    if (per_nonce > want) bench::fail("too slow");
  });
}
