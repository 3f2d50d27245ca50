// A chip that does the DMA and interrupts that a test tells it to. It has the registers that the simulator itself needs, and
// SCRATCH.
#pragma once

#include <cstdint>
#include <deque>
#include <random>
#include <vector>

#include "chip.h"
#include "zchip.h"

namespace test {

class StubChip : public sim::Chip {
 public:
  // What a test tells it to do, and what came of it.
  struct Read {
    uint64_t address;
    uint8_t more;
  };
  struct Beat {
    bool last, error;
    uint8_t first;  // byte
    uint64_t cycle;
  };
  struct Write {
    uint64_t address, strobe;
    uint8_t fill;
  };
  std::deque<Read> reads;
  std::deque<Write> writes;
  std::deque<uint8_t> irqs;
  std::vector<Beat> beats;
  std::vector<bool> answers;  // of writes: refused
  uint32_t lazy = 0;          // percent of cycles in which no beat is taken
  bool busy = false;
  bool fickle = false;  // withdraws what it offers: breaks the rules
  bool shifty = false;  // changes what it offers
  bool mute = false;    // answers no register
  bool chatty = false;  // answers though nobody asked
  uint32_t scratch = 0;
  uint64_t cycle = 0;
  uint64_t resets = 0;

  const sim::ChipOutputs& settle(const sim::ChipInputs& in) override {
    in_ = in;
    out_.reg_ready = !pending_;
    out_.reg_done = (pending_ && !mute) || chatty;
    out_.reg_data = value_;
    out_.rd_valid = !reads.empty() && !(fickle && cycle % 2 == 1);
    if (!reads.empty()) {
      out_.rd_addr = reads.front().address;
      out_.rd_more = reads.front().more;
      if (shifty) out_.rd_addr ^= cycle % 2 * sim::kLine;
    }
    out_.wr_valid = !writes.empty();
    if (!writes.empty()) {
      out_.wr_addr = writes.front().address;
      out_.wr_strb = writes.front().strobe;
      out_.wr.fill(writes.front().fill);
      if (shifty) out_.wr[63] = static_cast<uint8_t>(cycle);
    }
    out_.irq_valid = !irqs.empty();
    out_.irq = irqs.empty() ? 0 : irqs.front();
    out_.beat_ready = random_() % 100 >= lazy;
    return out_;
  }

  void edge() override {
    cycle++;
    if (in_.reset) {
      resets += was_reset_ ? 0 : 1;
      was_reset_ = true;
      pending_ = false;
      scratch = 0;
      return;
    }
    was_reset_ = false;
    if (out_.reg_done) pending_ = false;
    if (in_.reg_valid && out_.reg_ready) access();
    if (out_.rd_valid && in_.rd_ready) reads.pop_front();
    if (out_.wr_valid && in_.wr_ready) writes.pop_front();
    if (out_.irq_valid && in_.irq_ready) irqs.pop_front();
    if (in_.beat_valid && out_.beat_ready) beats.push_back({in_.beat_last, in_.beat_error, in_.beat[0], cycle});
    if (in_.wr_done) answers.push_back(in_.wr_error);
  }

 private:
  void access() {
    pending_ = true;
    if (in_.reg_write) {
      if (in_.reg_addr == zchip::kGlobalScratch) scratch = in_.reg_data;
      return;
    }
    switch (in_.reg_addr) {
      case zchip::kGlobalID:
        value_ = zchip::kId;
        break;
      case zchip::kGlobalLimits:
        value_ = 4u << zchip::kGlobalLimitsVectorsShift | 4;
        break;
      case zchip::kGlobalStatus:
        value_ = zchip::kGlobalStatusReadyMask | (busy ? zchip::kGlobalStatusBusyMask : 0);
        break;
      case zchip::kGlobalScratch:
        value_ = scratch;
        break;
      default:
        value_ = 0;
    }
  }

  sim::ChipInputs in_;
  sim::ChipOutputs out_;
  bool pending_ = false;
  bool was_reset_ = false;
  uint32_t value_ = 0;
  std::mt19937 random_{1};
};

}  // namespace test
