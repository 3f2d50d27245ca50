#include "device.h"

#include <cerrno>
#include <cstring>

#include "check.h"
#include "files.h"
#include "stub_chip.h"

namespace test {
namespace {

struct Fixture {
  StubChip chip;
  sim::Stats stats;
  sim::Device device{&chip, {}, &stats};

  uint32_t read(uint32_t region, uint64_t offset) {
    uint32_t v = 0;
    CHECK(device.read(region, offset, reinterpret_cast<uint8_t*>(&v), 4) == 0);
    return v;
  }
  void write(uint32_t region, uint64_t offset, uint32_t v) { CHECK(device.write(region, offset, reinterpret_cast<uint8_t*>(&v), 4) == 0); }
  void command(uint16_t v) { CHECK(device.write(wire::kConfigSpace, 4, reinterpret_cast<uint8_t*>(&v), 2) == 0); }
  void settle() {
    read(wire::kBar0, zchip::kGlobalStatus);
    while (device.active()) device.run(100);
  }
};

void bounds() {
  Fixture f;
  uint8_t b[16] = {};
  f.command(6);
  for (const uint32_t region : {1u, 3u, 4u, 5u, 6u, 8u, 9u, ~0u}) {
    CHECK(sim::Device::region_size(region) == 0);
    CHECK(f.device.read(region, 0, b, 4) == EINVAL && f.device.write(region, 0, b, 4) == EINVAL);
  }
  for (const uint32_t region : {wire::kBar0, wire::kBar2}) {
    const uint64_t size = sim::Device::region_size(region);
    for (const auto& [offset, n] : {std::pair<uint64_t, uint32_t>{size, 4}, {size - 4, 8}, {~uint64_t{3}, 4}, {0, 0}, {0, 3}, {2, 4}, {1, 1}}) {
      CHECK(f.device.read(region, offset, b, n) == EINVAL && f.device.write(region, offset, b, n) == EINVAL);
    }
    CHECK(f.device.read(region, size - 4, b, 4) == 0);
  }
  CHECK(f.device.read(wire::kConfigSpace, 4095, b, 1) == 0 && f.device.read(wire::kConfigSpace, 4095, b, 2) == EINVAL);
}

void memory_enable() {
  Fixture f;
  CHECK(f.read(wire::kBar0, zchip::kGlobalID) == ~0u && f.read(wire::kBar2, 0) == ~0u);
  f.write(wire::kBar0, zchip::kGlobalScratch, 5);
  CHECK(f.chip.scratch == 0 && f.stats.register_reads == 0);
  f.command(2);
  CHECK(f.read(wire::kBar0, zchip::kGlobalID) == zchip::kId);
  f.write(wire::kBar0, zchip::kGlobalScratch, 5);
  CHECK(f.chip.scratch == 5 && f.stats.register_writes == 1);
}

void bus_master() {
  Fixture f;
  SharedFile file(4096);
  CHECK(f.device.memory().map(file.fd(), 0, 0x10000, 4096, true, true) == 0);
  f.command(2);
  f.chip.reads.push_back({0x10000, 0});
  f.chip.writes.push_back({0x10000, ~uint64_t{0}, 7});
  f.settle();
  CHECK(f.chip.beats.size() == 1 && f.chip.beats[0].error && f.chip.answers.size() == 1 && f.chip.answers[0] && file.bytes()[0] == 0);
  f.command(6);
  f.chip.writes.push_back({0x10000, ~uint64_t{0}, 7});
  f.settle();
  CHECK(!f.chip.answers[1] && file.bytes()[63] == 7);
  CHECK(f.device.unmap(0x10000, 8192) == ENOENT && f.device.unmap(0x10000, 4096) == 0);
  f.chip.writes.push_back({0x10000, ~uint64_t{0}, 8});
  f.settle();
  CHECK(f.chip.answers[2] && file.bytes()[63] == 7);
}

void resets() {
  Fixture f;
  SharedFile file(4096);
  CHECK(f.device.memory().map(file.fd(), 0, 0x10000, 4096, true, true) == 0);
  f.command(6);
  f.write(wire::kBar0, zchip::kGlobalScratch, 5);
  const uint64_t before = f.chip.resets;
  const uint16_t flr = 0x8000;
  CHECK(f.device.write(wire::kConfigSpace, sim::ConfigSpace::kExpress + 8, reinterpret_cast<const uint8_t*>(&flr), 2) == 0);
  CHECK(f.chip.resets == before + 1 && f.read(wire::kBar0, zchip::kGlobalScratch) == 0);
  f.write(wire::kBar0, zchip::kGlobalScratch, 5);
  f.device.reset();
  CHECK(f.read(wire::kBar0, zchip::kGlobalScratch) == 0);
  CHECK(f.device.memory().has(0x10000, 4096));  // a reset keeps it
  f.device.forget();
  CHECK(!f.device.memory().has(0x10000, 4096) && f.read(wire::kBar0, zchip::kGlobalID) == ~0u);
}

}  // namespace

std::vector<Case> device_cases() {
  return {{"device bounds", bounds}, {"device memory enable", memory_enable}, {"device bus master", bus_master}, {"device resets", resets}};
}

}  // namespace test
