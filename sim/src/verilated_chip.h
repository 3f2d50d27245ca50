// The chip as Verilator compiled it, with waves where the build has them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "chip.h"

class Vchip;
class VerilatedContext;
class VerilatedFstC;

namespace sim {

class VerilatedChip : public Chip {
 public:
  static bool can_trace();

  // The seed is of registers that have no reset, in a build that begins with any value. Waves of the cycles [from, to) go to
  // the file trace; "" is none.
  VerilatedChip(uint64_t seed, const std::string& trace, uint64_t from, uint64_t to);
  ~VerilatedChip() override;  // closes the waves
  VerilatedChip(const VerilatedChip&) = delete;
  VerilatedChip& operator=(const VerilatedChip&) = delete;

  const ChipOutputs& settle(const ChipInputs& in) override;
  void edge() override;

 private:
  void dump(uint64_t time);

  std::unique_ptr<VerilatedContext> context_;
  std::unique_ptr<Vchip> model_;
  std::unique_ptr<VerilatedFstC> waves_;
  std::string trace_;
  uint64_t from_, to_;
  uint64_t cycle_ = 0;
  ChipOutputs out_;
};

}  // namespace sim
