#include "bus.h"

#include <cstring>
#include <map>

#include "check.h"
#include "stub_chip.h"

namespace test {
namespace {

constexpr uint32_t kStatus = zchip::kGlobalStatus, kScratch = zchip::kGlobalScratch;

// A bus whose memory is bytes[address]; what lies beyond is not mapped.
struct Fixture {
  explicit Fixture(sim::BusOptions o = {}) : options(o) {
    for (size_t i = 0; i < bytes.size(); i++) bytes[i] = static_cast<uint8_t>(i / sim::kLine);
  }
  sim::BusOptions options;
  StubChip chip;
  sim::Stats stats;
  std::array<uint8_t, 1 << 16> bytes;
  std::vector<uint8_t> fired;
  sim::Bus bus{&chip, options, host(), &stats};

  sim::Bus::Host host() {
    return {[this](uint64_t a, uint8_t* to, size_t n) {
              if (a > bytes.size() || n > bytes.size() - a) return false;
              std::memcpy(to, bytes.data() + a, n);
              return true;
            },
            [this](uint64_t a, const std::array<uint8_t, sim::kLine>& line, uint64_t) {
              if (a > bytes.size() || line.size() > bytes.size() - a) return false;
              std::memcpy(bytes.data() + a, line.data(), line.size());
              return true;
            },
            [this](uint8_t v) {
              fired.push_back(v);
              return v < 4;
            }};
  }
  // Wakes the chip and runs until it rests.
  void settle(uint32_t most = 1000000) {
    bus.read_register(kStatus);
    for (uint32_t i = 0; bus.active(); i++) {
      CHECK(i < most);
      bus.run(1);
    }
  }
};

sim::BusOptions options(uint32_t latency, uint32_t bandwidth, uint32_t stall, uint64_t seed) {
  sim::BusOptions o;
  o.latency = latency;
  o.bandwidth = bandwidth;
  o.stall = stall;
  o.seed = seed;
  return o;
}

void registers() {
  Fixture f;
  f.bus.reset();
  CHECK(f.bus.read_register(zchip::kGlobalID) == zchip::kId);
  f.bus.write_register(kScratch, 77);
  CHECK(f.bus.read_register(kScratch) == 77);
  f.bus.reset();
  CHECK(f.bus.read_register(kScratch) == 0 && f.chip.resets == 2);
}

// Requests are answered in order and as a whole, whatever the bus is like.
void reads() {
  for (uint32_t seed = 1; seed <= 40; seed++) {
    Fixture f(options(1 + seed * 7 % 200, 1 + seed * 11 % 64, seed % 4 * 25, seed));
    f.chip.lazy = seed % 3 * 40;
    std::mt19937_64 random(seed);
    std::vector<StubChip::Read> asked;
    for (int i = 0; i < 50; i++) {
      const auto more = static_cast<uint8_t>(random() % 8);
      const uint64_t at = random() % 17 * wire::kPage + random() % (64 - more) * sim::kLine;
      asked.push_back({at, more});
      f.chip.reads.push_back({at, more});
    }
    f.bus.reset();
    f.settle();
    size_t i = 0;
    for (const auto& r : asked) {
      const bool there = r.address < f.bytes.size();
      for (uint32_t line = 0; line <= r.more; line++, i++) {
        CHECK(i < f.chip.beats.size());
        const StubChip::Beat& b = f.chip.beats[i];
        CHECK(b.error == !there && b.last == (line == r.more));
        CHECK(!there || b.first == static_cast<uint8_t>(r.address / sim::kLine + line));
      }
    }
    CHECK(i == f.chip.beats.size() && f.stats.read_requests == asked.size());
  }
}

void latency() {
  for (const uint32_t n : {1u, 2u, 50u, 1000u}) {
    Fixture f(options(n, 64, 0, 1));
    f.bus.reset();
    const uint64_t begin = f.chip.cycle;
    f.chip.reads.push_back({0, 0});
    f.bus.read_register(kStatus);
    while (f.chip.beats.empty()) f.bus.run(1);
    CHECK(f.chip.beats[0].cycle - begin == n + 1);
  }
}

void bandwidth() {
  for (const uint32_t n : {1u, 8u, 24u, 48u, 63u, 64u}) {
    Fixture f(options(1, n, 0, 1));
    f.bus.reset();
    for (uint64_t i = 0; i < 8; i++) f.chip.reads.push_back({i * wire::kPage, 63});
    for (uint64_t i = 0; i < 512; i++) f.chip.writes.push_back({i * sim::kLine, ~uint64_t{0}, 1});
    const uint64_t begin = f.chip.cycle;
    f.settle();
    const double cycles = static_cast<double>(f.chip.beats.back().cycle - begin), ideal = 512.0 * 64 / n;
    CHECK(cycles >= ideal - 4 && cycles < ideal + 20 + 64.0 / n);
    CHECK(f.stats.bytes_written == 512 * 64 && f.stats.bytes_read == 512 * 64);
    CHECK(static_cast<double>(f.chip.cycle - begin) < ideal + 400);  // both directions at once
    Fixture w(options(1, n, 0, 1));
    w.bus.reset();
    for (uint64_t i = 0; i < 100; i++) w.chip.writes.push_back({i * sim::kLine, ~uint64_t{0}, 1});
    const uint64_t from = w.chip.cycle;
    w.settle();
    const double took = static_cast<double>(w.chip.cycle - from), least = 98.0 * 64 / n;
    CHECK(took > least && took < least + 200 + 200.0 / n);
  }
}

void writes() {
  Fixture f(options(5, 40, 50, 3));
  f.bus.reset();
  for (uint8_t i = 0; i < 100; i++) f.chip.writes.push_back({uint64_t{i} * 1024, 1, i});
  f.settle();
  CHECK(f.chip.answers.size() == 100);
  for (size_t i = 0; i < 100; i++) {
    CHECK(f.chip.answers[i] == (i >= 64));
    CHECK(i >= 64 || f.bytes[i * 1024] == i);
  }
  CHECK(f.stats.refused_requests == 36 && f.stats.bytes_written == 64);
}

void interrupts() {
  Fixture f(options(1, 64, 80, 1));
  f.bus.reset();
  f.chip.irqs = {3, 0, 0, 2};
  f.settle();
  CHECK((f.fired == std::vector<uint8_t>{3, 0, 0, 2}));
}

// The clock runs while the chip is busy, and stands still after.
void rest() {
  Fixture f;
  f.bus.reset();
  f.settle();
  const uint64_t at = f.chip.cycle;
  f.bus.run(1000);
  CHECK(f.chip.cycle == at);
  f.chip.busy = true;
  f.bus.write_register(kScratch, 1);
  f.bus.run(100000);
  CHECK(f.bus.active() && f.chip.cycle >= at + 100000);
  f.chip.busy = false;
  f.bus.run(1000);
  CHECK(!f.bus.active());
}

// After drain nothing touches the range; the rest goes on.
void drain() {
  Fixture f(options(500, 64, 0, 1));
  f.bus.reset();
  f.chip.reads = {{0, 0}, {0x4000, 63}, {0x8000, 0}};
  f.chip.writes = {{0x4000, ~uint64_t{0}, 9}, {0x9000, 1, 9}};
  f.bus.read_register(kStatus);
  f.bus.run(10);
  CHECK(f.chip.beats.empty());
  f.bus.drain(0xa000, 0x1000);  // nothing is there
  CHECK(f.chip.beats.empty());
  f.bus.drain(0x4000, 0x1000);
  CHECK(f.stats.read_requests == 2 && f.bytes[0x4000] == 9);
  sim::BusOptions late = options(1, 64, 0, 1);
  late.write_latency = 700;
  Fixture w(late);
  w.bus.reset();
  w.chip.writes = {{0x4000, ~uint64_t{0}, 9}};
  w.bus.read_register(kStatus);
  w.bus.run(10);
  CHECK(w.bytes[0x4000] != 9);
  w.bus.drain(0x4040, 64);
  CHECK(w.bytes[0x4000] != 9);
  w.bus.drain(0x4000, 64);
  CHECK(w.bytes[0x4000] == 9);
  // A chip that takes nothing does not keep the client waiting for ever.
  f.chip.lazy = 100;
  f.chip.reads = {{0x4000, 0}, {0x5000, 0}, {0x6000, 0}};
  f.bus.run(10);
  const uint64_t begin = f.chip.cycle;
  f.bus.drain(0x6000, 64);
  CHECK(f.chip.cycle - begin <= 100001);
  f.bus.reset();
  f.chip.beats.clear();
  f.settle();
  CHECK(f.chip.beats.empty());  // forgotten
}

void rules() {
  using sim::Mismatch;
  const auto with = [](const std::function<void(StubChip*)>& change) {
    return [change] {
      Fixture f(options(1, 64, 50, 1));
      f.bus.reset();
      change(&f.chip);
      f.settle(1000);
    };
  };
  CHECK(throws<Mismatch>(with([](StubChip* c) { c->reads.push_back({32, 0}); }), "DMA read"));
  CHECK(throws<Mismatch>(with([](StubChip* c) { c->reads.push_back({64, 63}); }), "leaves its page"));
  CHECK(throws<Mismatch>(with([](StubChip* c) { c->writes.push_back({1, 1, 1}); }), "DMA write"));
  CHECK(throws<Mismatch>(with([](StubChip* c) { c->writes.push_back({64, 0, 1}); }), "DMA write"));
  CHECK(throws<Mismatch>(with([](StubChip* c) { c->irqs.push_back(4); }), "interrupt 4"));
  CHECK(throws<Mismatch>(with([](StubChip* c) {
                           c->fickle = true;
                           c->reads.assign(50, {0, 0});
                         }),
                         "withdrawn"));
  CHECK(throws<Mismatch>(with([](StubChip* c) {
                           c->shifty = true;
                           c->reads.assign(50, {0, 0});
                         }),
                         "a DMA read was offered and then changed"));
  CHECK(throws<Mismatch>(with([](StubChip* c) {
                           c->shifty = true;
                           c->writes.assign(50, {0, 1, 1});
                         }),
                         "a DMA write was offered and then changed"));
  CHECK(throws<Mismatch>(with([](StubChip* c) { c->mute = true; }), "does not answer"));
  CHECK(throws<Mismatch>(with([](StubChip* c) { c->chatty = true; }), "nobody asked"));
  sim::BusOptions o;
  o.cycle_limit = 50;
  Fixture f(o);
  CHECK(throws<sim::Limit>([&f] { f.settle(1000); }, "limit of 50 cycles") && f.chip.cycle == 50);
}

}  // namespace

std::vector<Case> bus_cases() {
  return {{"bus registers", registers}, {"bus reads", reads},           {"bus latency", latency}, {"bus bandwidth", bandwidth}, {"bus writes", writes},
          {"bus interrupts", interrupts}, {"bus rest", rest}, {"bus drain", drain},     {"bus rules", rules}};
}

}  // namespace test
