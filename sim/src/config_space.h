// The configuration space of the function: 4,096 bytes, of which 256 are used. PCI Local Bus 3.0 chapter 6 (header, MSI-X), PCI
// Express Base 3.0 chapter 7 (its capability), PCI Power Management 1.2.
#pragma once

#include <array>
#include <cstdint>

namespace sim {

class ConfigSpace {
 public:
  static constexpr uint32_t kSize = 4096;
  // Where the capabilities are.
  static constexpr uint32_t kPower = 0x40, kExpress = 0x50, kMsix = 0x90;

  explicit ConfigSpace(uint32_t vectors);

  void read(uint32_t offset, uint8_t* to, uint32_t n) const;
  // Writes what may be written. True: software started a function level reset.
  bool write(uint32_t offset, const uint8_t* from, uint32_t n);

  bool memory_enabled() const;  // BARs answer
  bool bus_master() const;      // DMA is allowed
  void reset();                 // to what it is at power-on

 private:
  bool awake() const;  // power state D0
  void put8(uint32_t offset, uint8_t value, uint8_t writable = 0);
  void put16(uint32_t offset, uint16_t value, uint16_t writable = 0);
  void put32(uint32_t offset, uint32_t value, uint32_t writable = 0);
  void header();
  void power();
  void express();
  void msix(uint32_t vectors);

  std::array<uint8_t, kSize> initial_{};
  std::array<uint8_t, kSize> writable_{};
  std::array<uint8_t, kSize> bytes_{};
};

}  // namespace sim
