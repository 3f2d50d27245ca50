// Bench of any unit that speaks unit_pkg: every job of a vector file, in several moods of source and sink, and the cycles
// per block under load.
//
// usage: unit_tb NAME FILE BLOCK_BYTES MOST_CYCLES SEED
#include "unit.h"

using namespace unit;

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
    for (const auto& mood : kMoods) play(jobs, mood, seed, 10000000);
    const Job* longest = &jobs[0];
    for (const auto& j : jobs) if (j.message.size() > longest->message.size()) longest = &j;
    interrupt(*longest, jobs[jobs.size() / 2], seed);

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
      const Times times = play(std::vector<Job>(n, *pick), kMoods[0], seed, 10000000);
      latency = times.latency;  // in the end that of the shortest message
      // MD padding adds 9 or 17 bytes, Keccak 1, BLAKE2 none: block and PAD_BYTES say how many blocks there are.
      const size_t padded = pick->message.size() + PAD_BYTES;
      const size_t blocks = padded == 0 ? 1 : (padded + block - 1) / block;
      measured[k] = double(times.results) / double((n - 1) * blocks);
    }
    std::printf("%-10s %5zu jobs x %zu moods right; cycles per block: %.2f in long messages, %.2f in short ones (most %.0f); latency %llu\n",
                argv[1], jobs.size(), std::size(kMoods), measured[0], measured[1], most,
                static_cast<unsigned long long>(latency));
    if (measured[0] > most || measured[1] > most) bench::fail("too slow");
  });
}
