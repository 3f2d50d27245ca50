// Bench of pow_unit: every job of a vector file in several moods of source and sink, resets in the middle of a
// search, and the cycles of a nonce and of a job.
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
