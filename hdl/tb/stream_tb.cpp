// Bench of the stream blocks: what goes in comes out once, unchanged and in order, whatever the moods of the ends; the
// blocks hold what they claim; the arbiter is fair; nothing but full speed when both ends are.
//
// usage: stream_tb NAME SEED, built with KIND 0 (skid_buffer), 1 (fifo), 2 (rr_arbiter)
#include <deque>
#include <vector>

#include "Vblock.h"
#include "bench.h"

namespace {

#if KIND == 2
constexpr int kInputs = 4;
#else
constexpr int kInputs = 1;
#endif
constexpr uint64_t kTransfers = 20000;

void set_valid(Vblock& m, unsigned mask) { m.in_valid_i = mask; }

void set_data(Vblock& m, int k, uint16_t v) {
#if KIND == 2
  m.in_i = (m.in_i & ~(uint64_t(0xffff) << (16 * k))) | uint64_t(v) << (16 * k);
#else
  (void)k;
  m.in_i = v;
#endif
}

int index_of(Vblock& m) {
#if KIND == 2
  return m.index_o;
#else
  (void)m;
  return 0;
#endif
}

struct Mood {
  unsigned offer, take;
  bool lazy;
};

void play(const Mood& mood, uint32_t seed) {
  bench::Clock<Vblock> clock(10000000);
  bench::Random random(seed);
  Vblock& m = *clock.operator->();
  set_valid(m, 0);
  m.out_ready_i = 0;
  clock.reset();
  const uint64_t start = clock.cycle();

  std::deque<uint16_t> inside[kInputs];   // taken in, not yet out
  uint16_t waiting[kInputs] = {};         // offered
  uint64_t passed_over[kInputs] = {};     // transfers of others while this one waits
  unsigned offered = 0;
  uint64_t out = 0, most_held = 0;
  bool seen = false;
  while (out < kTransfers) {
    for (int k = 0; k < kInputs; k++) {
      if (!(offered >> k & 1) && random.chance(mood.offer)) {
        waiting[k] = uint16_t(random.next());
        offered |= 1u << k;
      }
      set_data(m, k, (offered >> k & 1) ? waiting[k] : uint16_t(random.next()));
    }
    set_valid(m, offered);
    m.out_ready_i = (!mood.lazy || seen) && random.chance(mood.take);
    clock.eval();
    const unsigned taken = offered & m.in_ready_o;
    const bool given = m.out_valid_o && m.out_ready_i;
    seen = m.out_valid_o && !given;
    const int who = index_of(m);
    // The arbiter has no memory: what comes out in this cycle went in in this cycle.
    if (KIND == 2) for (int k = 0; k < kInputs; k++) if (taken >> k & 1) inside[k].push_back(waiting[k]);
    if (m.out_valid_o) {
      if (KIND == 2 && !(offered >> who & 1)) bench::fail("the arbiter chose a stream that is not valid");
      const bool empty = KIND != 2 && inside[who].empty();
      if (empty) bench::fail("output without input");
      if (m.out_o != (KIND == 2 ? waiting[who] : inside[who].front())) bench::fail("wrong output");
    }
    if (given) {
      if (inside[who].empty()) bench::fail("given, but not taken");
      inside[who].pop_front();
      out++;
      for (int k = 0; k < kInputs; k++) {
        passed_over[k] = (k != who && (offered >> k & 1)) ? passed_over[k] + 1 : 0;
        if (passed_over[k] >= kInputs) bench::fail("the arbiter is not fair");
      }
    }
    if (KIND == 2 && !inside[who].empty()) bench::fail("taken, but not given");
    if (KIND != 2 && (taken & 1)) inside[0].push_back(waiting[0]);
    if (inside[0].size() > most_held) most_held = inside[0].size();
    offered &= ~taken;
    clock.step();
#if KIND == 1
    clock.eval();
    if (m.count_o != inside[0].size()) bench::fail("wrong count");
#endif
  }
  const uint64_t cycles = clock.cycle() - start;
  if (mood.offer == 100 && mood.take == 100 && !mood.lazy && cycles > kTransfers + 2) bench::fail("not one transfer per cycle");
  if (mood.offer == 100 && mood.take < 20) {
    const uint64_t capacity = KIND == 0 ? 2 : KIND == 1 ? 4 : 0;
    if (most_held != capacity) bench::fail("holds " + std::to_string(most_held) + ", not " + std::to_string(capacity));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s NAME SEED\n", argv[0]);
    return 2;
  }
  return bench::run(argv[1], [&] {
    const uint32_t seed = uint32_t(std::stoul(argv[2]));
    const Mood moods[] = {{100, 100, false}, {20, 100, false}, {100, 10, false}, {50, 50, false}, {90, 50, true}};
    for (const auto& mood : moods) play(mood, seed);
    std::printf("%-10s %llu transfers x %zu moods right, full speed reached\n", argv[1],
                static_cast<unsigned long long>(kTransfers), std::size(moods));
  });
}
