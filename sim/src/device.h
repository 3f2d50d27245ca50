// The PCI function: regions, DMA, interrupts and reset, above the bus of the chip.
#pragma once

#include <cstdint>
#include <optional>

#include "bus.h"
#include "config_space.h"
#include "interrupts.h"
#include "memory.h"
#include "stats.h"

namespace sim {

class Device {
 public:
  Device(Chip* chip, const BusOptions& options, Stats* stats);

  Memory& memory() { return memory_; }
  Interrupts& interrupts() { return *interrupts_; }

  // Bytes of a region of VFIO's numbering; 0 for one that the function does not have.
  static uint64_t region_size(uint32_t region);
  // Accesses n bytes of a region. 0, or EINVAL: not within the region, or in a BAR not a multiple of 4 in place and size.
  // BARs that do not answer read all ones.
  int read(uint32_t region, uint64_t offset, uint8_t* to, uint32_t n);
  int write(uint32_t region, uint64_t offset, const uint8_t* from, uint32_t n);

  // Takes mappings away when DMA to them has ended: 0 or ENOENT.
  int unmap(uint64_t address, uint64_t size);
  void unmap_all();

  // Resets the function. Mappings, eventfds and the configuration space stay, as vfio-pci has it.
  void reset();
  // The client is gone: all is as at power-on.
  void forget();

  bool active() const { return bus_.active(); }
  void run(uint32_t cycles) { bus_.run(cycles); }
  uint64_t cycle() const { return bus_.cycle(); }

 private:
  Bus::Host host();
  static bool within(uint32_t region, uint64_t offset, uint32_t n);
  uint32_t read_word(uint32_t region, uint32_t offset);
  void write_word(uint32_t region, uint32_t offset, uint32_t value);

  Stats* stats_;
  Memory memory_;
  Bus bus_;
  std::optional<Interrupts> interrupts_;  // the chip says how many
  std::optional<ConfigSpace> config_;
};

}  // namespace sim
