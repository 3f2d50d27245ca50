#include "device.h"

#include <cerrno>
#include <cstring>
#include <limits>

#include "zchip.h"

namespace sim {

Device::Device(Chip* chip, const BusOptions& options, Stats* stats) : stats_(stats), bus_(chip, options, host(), stats) {
  bus_.reset();
  const uint32_t vectors = bus_.read_register(zchip::kGlobalLimits) >> zchip::kGlobalLimitsVectorsShift;
  if (bus_.read_register(zchip::kGlobalID) != zchip::kId || vectors < 1 || vectors > 32) {
    throw Mismatch("this is no chip of ours, or has " + std::to_string(vectors) + " vectors");
  }
  interrupts_.emplace(vectors, stats);
  config_.emplace(vectors);
}

Bus::Host Device::host() {
  return {
      [this](uint64_t address, uint8_t* to, size_t n) { return config_ && config_->bus_master() && memory_.read(address, to, n); },
      [this](uint64_t address, const std::array<uint8_t, kLine>& line, uint64_t strobe) {
        return config_ && config_->bus_master() && memory_.write(address, line, strobe);
      },
      [this](uint8_t vector) {
        if (!interrupts_ || vector >= interrupts_->vectors()) return false;
        interrupts_->fire(vector);
        return true;
      },
  };
}

uint64_t Device::region_size(uint32_t region) {
  switch (region) {
    case wire::kBar0:
      return zchip::kBarSize;
    case wire::kBar2:
      return Interrupts::kSize;
    case wire::kConfigSpace:
      return ConfigSpace::kSize;
    default:
      return 0;
  }
}

bool Device::within(uint32_t region, uint64_t offset, uint32_t n) {
  const uint64_t size = region_size(region);
  if (n == 0 || offset > size || n > size - offset) return false;
  return region == wire::kConfigSpace || (offset % 4 == 0 && n % 4 == 0);
}

int Device::read(uint32_t region, uint64_t offset, uint8_t* to, uint32_t n) {
  if (!within(region, offset, n)) return EINVAL;
  if (region == wire::kConfigSpace) {
    config_->read(static_cast<uint32_t>(offset), to, n);
    return 0;
  }
  for (uint32_t i = 0; i < n; i += 4) {
    const uint32_t word = read_word(region, static_cast<uint32_t>(offset) + i);
    std::memcpy(to + i, &word, sizeof(word));
  }
  return 0;
}

int Device::write(uint32_t region, uint64_t offset, const uint8_t* from, uint32_t n) {
  if (!within(region, offset, n)) return EINVAL;
  if (region == wire::kConfigSpace) {
    if (config_->write(static_cast<uint32_t>(offset), from, n)) reset();
    return 0;
  }
  for (uint32_t i = 0; i < n; i += 4) {
    uint32_t word;
    std::memcpy(&word, from + i, sizeof(word));
    write_word(region, static_cast<uint32_t>(offset) + i, word);
  }
  return 0;
}

uint32_t Device::read_word(uint32_t region, uint32_t offset) {
  if (!config_->memory_enabled()) return ~uint32_t{0};
  if (region == wire::kBar2) return interrupts_->read(offset);
  stats_->register_reads++;
  return bus_.read_register(static_cast<uint16_t>(offset));
}

void Device::write_word(uint32_t region, uint32_t offset, uint32_t value) {
  if (!config_->memory_enabled()) return;
  if (region == wire::kBar2) {
    interrupts_->write(offset, value);
    return;
  }
  stats_->register_writes++;
  bus_.write_register(static_cast<uint16_t>(offset), value);
}

int Device::unmap(uint64_t address, uint64_t size) {
  if (!memory_.has(address, size)) return ENOENT;
  bus_.drain(address, size);
  return memory_.unmap(address, size);
}

void Device::unmap_all() {
  bus_.drain(0, std::numeric_limits<uint64_t>::max());
  memory_.clear();
}

void Device::reset() {
  bus_.reset();
  interrupts_->reset();
}

void Device::forget() {
  reset();
  memory_.clear();
  interrupts_->clear();
  config_->reset();
}

}  // namespace sim
