#include "config_space.h"

#include "check.h"
#include "zchip.h"

namespace test {
namespace {

uint32_t get(const sim::ConfigSpace& c, uint32_t offset, uint32_t n) {
  uint8_t b[4] = {};
  c.read(offset, b, n);
  return b[0] | b[1] << 8 | b[2] << 16 | static_cast<uint32_t>(b[3]) << 24;
}

bool put(sim::ConfigSpace* c, uint32_t offset, uint32_t n, uint32_t v) {
  const uint8_t b[4] = {static_cast<uint8_t>(v), static_cast<uint8_t>(v >> 8), static_cast<uint8_t>(v >> 16), static_cast<uint8_t>(v >> 24)};
  return c->write(offset, b, n);
}

void identity() {
  const sim::ConfigSpace c(4);
  CHECK(get(c, 0, 2) == zchip::kVendor && get(c, 2, 2) == zchip::kDevice);
  CHECK(get(c, 8, 4) >> 8 == zchip::kClass);
  CHECK(get(c, 4, 2) == 0 && get(c, 6, 2) == 0x10);
  CHECK(get(c, 0x0e, 1) == 0);  // header of a function that is no bridge
  CHECK(get(c, 0x3d, 1) == 0);  // no INTx
}

// The chain of capabilities ends, and has what it must.
void capabilities() {
  const sim::ConfigSpace c(4);
  bool power = false, express = false, msix = false;
  int n = 0;
  for (uint32_t at = get(c, 0x34, 1); at != 0; at = get(c, at + 1, 1)) {
    CHECK(at % 4 == 0 && at >= 0x40 && at < 0x100 && ++n < 10);
    switch (get(c, at, 1)) {
      case 0x01:
        power = true;
        break;
      case 0x10:
        express = true;
        CHECK((get(c, at + 2, 2) & 0xff) == 2 && (get(c, at + 4, 4) >> 28 & 1) == 1);
        break;
      case 0x11:
        msix = true;
        CHECK(get(c, at + 2, 2) == 3 && get(c, at + 4, 4) == 2 && get(c, at + 8, 4) == 0x802);
        break;
      default:
        fail(__FILE__, __LINE__, "unknown capability");
    }
  }
  CHECK(power && express && msix);
  CHECK(get(c, 0x100, 4) == 0);  // no extended ones
}

void bars() {
  sim::ConfigSpace c(4);
  const uint32_t sizes[6] = {zchip::kBarSize, 0, 4096, 0, 0, 0};
  for (uint32_t i = 0; i < 6; i++) {
    put(&c, 0x10 + 4 * i, 4, 0xfebc0000);
    const uint32_t set = get(c, 0x10 + 4 * i, 4);
    CHECK(set == (sizes[i] == 0 ? 0 : 0xfebc0000));
    put(&c, 0x10 + 4 * i, 4, ~0u);
    CHECK(~get(c, 0x10 + 4 * i, 4) + 1 == sizes[i] || sizes[i] == 0);
    CHECK(sizes[i] != 0 || get(c, 0x10 + 4 * i, 4) == 0);
  }
  put(&c, 0x30, 4, ~0u);
  CHECK(get(c, 0x30, 4) == 0);  // no ROM
}

void command() {
  sim::ConfigSpace c(4);
  CHECK(!c.memory_enabled() && !c.bus_master());
  put(&c, 4, 1, 2);
  CHECK(c.memory_enabled() && !c.bus_master());
  put(&c, 4, 2, 0xffff);
  CHECK(get(c, 4, 2) == 0x0546 && c.memory_enabled() && c.bus_master());
  for (const uint32_t state : {1u, 2u}) {
    put(&c, sim::ConfigSpace::kPower + 4, 2, state);  // it does not have them
    CHECK(c.bus_master() && (get(c, sim::ConfigSpace::kPower + 4, 2) & 3) == 0);
  }
  put(&c, sim::ConfigSpace::kPower + 4, 2, 3);
  CHECK(!c.memory_enabled() && !c.bus_master());
  put(&c, sim::ConfigSpace::kPower + 4, 2, 0);
  CHECK(c.memory_enabled() && c.bus_master());
  c.reset();
  CHECK(!c.memory_enabled() && get(c, 4, 2) == 0);
}

// Everything else is as it was, whatever is written.
void read_only() {
  sim::ConfigSpace c(4);
  const uint32_t id = get(c, 0, 4), kind = get(c, 8, 4), msix = get(c, sim::ConfigSpace::kMsix, 4);
  for (uint32_t i = 0; i < sim::ConfigSpace::kSize; i++) put(&c, i, 1, 0x7f);
  CHECK(get(c, 0, 4) == id && get(c, 8, 4) == kind && (get(c, 6, 2) == 0x10));
  CHECK((get(c, sim::ConfigSpace::kMsix, 4) & 0x07ffffff) == msix);
  CHECK(get(c, 0x100, 4) == 0 && get(c, 0xffc, 4) == 0);
}

void function_reset() {
  sim::ConfigSpace c(4);
  CHECK(!put(&c, sim::ConfigSpace::kExpress + 8, 2, 0x7fff));
  CHECK(put(&c, sim::ConfigSpace::kExpress + 8, 2, 0x8000));
  CHECK(put(&c, sim::ConfigSpace::kExpress + 9, 1, 0x80));
  CHECK(get(c, sim::ConfigSpace::kExpress + 8, 2) == 0);
}

}  // namespace

std::vector<Case> config_cases() {
  return {{"config identity", identity}, {"config capabilities", capabilities}, {"config bars", bars},
          {"config command", command},   {"config read only", read_only},       {"config function reset", function_reset}};
}

}  // namespace test
