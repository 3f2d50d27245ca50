#include "config_space.h"

#include <cstring>

#include "interrupts.h"
#include "zchip.h"

namespace sim {
namespace {

// Offsets in the header.
constexpr uint32_t kCommand = 0x04, kStatus = 0x06, kClass = 0x08, kBars = 0x10, kSubsystem = 0x2c, kCapabilities = 0x34;
constexpr uint16_t kMemoryEnable = 1 << 1, kBusMaster = 1 << 2;

constexpr uint32_t kPowerControl = ConfigSpace::kPower + 4;
constexpr uint32_t kDeviceControl = ConfigSpace::kExpress + 8;
constexpr uint16_t kFunctionReset = 1 << 15;

}  // namespace

ConfigSpace::ConfigSpace(uint32_t vectors) {
  header();
  power();
  express();
  msix(vectors);
  reset();
}

void ConfigSpace::header() {
  put16(0x00, zchip::kVendor);
  put16(0x02, zchip::kDevice);
  put16(kCommand, 0, kMemoryEnable | kBusMaster | 1 << 6 | 1 << 8 | 1 << 10);  // parity, SERR, interrupt disable
  put16(kStatus, 1 << 4);                                                     // has capabilities
  put32(kClass, zchip::kClass << 8 | (zchip::kVersion >> zchip::kGlobalVersionMinorShift & 0xff));
  put8(0x0c, 0, 0xff);  // cache line size: no effect in PCI Express
  // Memory BARs of 32 bits: what is below their size reads zero, which tells the size.
  put32(kBars + 0, 0, ~(zchip::kBarSize - 1));
  put32(kBars + 8, 0, ~(Interrupts::kSize - 1));
  put16(kSubsystem, zchip::kVendor);
  put16(kSubsystem + 2, zchip::kDevice);
  put8(kCapabilities, kPower);
  put8(0x3c, 0, 0xff);  // interrupt line; there is no INTx
}

void ConfigSpace::power() {
  put8(kPower, 0x01);
  put8(kPower + 1, kExpress);
  put16(kPower + 2, 3);                  // version 1.2: D0 and D3hot, no PME
  put16(kPowerControl, 1 << 3, 3);       // no soft reset; power state
}

void ConfigSpace::express() {
  put8(kExpress, 0x10);
  put8(kExpress + 1, kMsix);
  put16(kExpress + 2, 2);                            // version 2, endpoint
  put32(kExpress + 4, 1 << 5 | 1 << 15 | 1 << 28);   // tags of 8 bits, role-based errors, function level reset
  put16(kDeviceControl, 0x2810, 0x7fff);             // as at power-on: no relaxed order, reads of 512 bytes
  put32(kExpress + 0x0c, 3 | 8 << 4 | 3 << 10);      // link: 8 GT/s, eight lanes, L0s and L1
  put16(kExpress + 0x10, 0, 0x00c3);                 // link control
  put16(kExpress + 0x12, 3 | 8 << 4);                // link status: as capable
  put16(kExpress + 0x28, 0, 0x001f);                 // device control 2
  put32(kExpress + 0x2c, 0x0e);                      // speeds up to 8 GT/s
  put16(kExpress + 0x30, 3, 0x000f);                 // target speed
}

void ConfigSpace::msix(uint32_t vectors) {
  put8(kMsix, 0x11);
  put16(kMsix + 2, static_cast<uint16_t>(vectors - 1), 3 << 14);  // size; function mask, enable
  put32(kMsix + 4, 2);                                            // table: BAR2 from 0
  put32(kMsix + 8, Interrupts::kPending | 2);                     // pending bits
}

void ConfigSpace::put8(uint32_t offset, uint8_t value, uint8_t writable) {
  initial_[offset] = value;
  writable_[offset] = writable;
}

void ConfigSpace::put16(uint32_t offset, uint16_t value, uint16_t writable) {
  put8(offset, static_cast<uint8_t>(value), static_cast<uint8_t>(writable));
  put8(offset + 1, static_cast<uint8_t>(value >> 8), static_cast<uint8_t>(writable >> 8));
}

void ConfigSpace::put32(uint32_t offset, uint32_t value, uint32_t writable) {
  put16(offset, static_cast<uint16_t>(value), static_cast<uint16_t>(writable));
  put16(offset + 2, static_cast<uint16_t>(value >> 16), static_cast<uint16_t>(writable >> 16));
}

void ConfigSpace::reset() { bytes_ = initial_; }

void ConfigSpace::read(uint32_t offset, uint8_t* to, uint32_t n) const { std::memcpy(to, bytes_.data() + offset, n); }

bool ConfigSpace::write(uint32_t offset, const uint8_t* from, uint32_t n) {
  bool start_reset = false;
  for (uint32_t i = 0; i < n; i++) {
    const uint32_t at = offset + i;
    if (at == kPowerControl && (from[i] & 3) != 0 && (from[i] & 3) != 3) continue;  // D1 and D2 it does not have
    bytes_[at] = static_cast<uint8_t>((bytes_[at] & ~writable_[at]) | (from[i] & writable_[at]));
    // It reads zero, always.
    if (at == kDeviceControl + 1) start_reset = start_reset || (from[i] & kFunctionReset >> 8) != 0;
  }
  return start_reset;
}

bool ConfigSpace::awake() const { return (bytes_[kPowerControl] & 3) == 0; }
bool ConfigSpace::memory_enabled() const { return awake() && (bytes_[kCommand] & kMemoryEnable) != 0; }
bool ConfigSpace::bus_master() const { return awake() && (bytes_[kCommand] & kBusMaster) != 0; }

}  // namespace sim
