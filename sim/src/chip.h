// The pins of module chip (hdl/rtl/chip.sv), whoever is behind them: the model that Verilator made, or a stub in tests.
#pragma once

#include <array>
#include <cstdint>

#include "memory.h"

namespace sim {

struct ChipInputs {
  bool reset = false;  // rst_ni is low

  bool reg_valid = false;
  bool reg_write = false;
  uint16_t reg_addr = 0;
  uint32_t reg_data = 0;

  bool rd_ready = false;
  bool beat_valid = false;
  bool beat_last = false;
  bool beat_error = false;
  std::array<uint8_t, kLine> beat{};

  bool wr_ready = false;
  bool wr_done = false;
  bool wr_error = false;

  bool irq_ready = false;
};

struct ChipOutputs {
  bool reg_ready = false;
  bool reg_done = false;
  uint32_t reg_data = 0;

  bool rd_valid = false;
  uint64_t rd_addr = 0;
  uint8_t rd_more = 0;  // lines after the first

  bool beat_ready = false;

  bool wr_valid = false;
  uint64_t wr_addr = 0;
  uint64_t wr_strb = 0;
  std::array<uint8_t, kLine> wr{};

  bool irq_valid = false;
  uint8_t irq = 0;
};

class Chip {
 public:
  virtual ~Chip() = default;
  // Sets the inputs of a cycle and gives the outputs that follow. Payloads of outputs that are not valid mean nothing.
  virtual const ChipOutputs& settle(const ChipInputs& in) = 0;
  // The rising edge that ends the cycle. Throws std::runtime_error when an assertion of the design fails.
  virtual void edge() = 0;
};

}  // namespace sim
