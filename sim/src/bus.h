// The bus between the chip and the memory of its host, cycle by cycle; the one owner of the clock.
//
// Reads of DMA wait `latency` cycles and then come in order, at most `bandwidth` bytes a cycle; a request is read from memory as
// a whole when its first line comes. Writes are taken at most `bandwidth` bytes a cycle, and are stored and answered, in order,
// `write_latency` cycles later. In `stall` percent of the cycles a stream makes no progress, at random.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <random>
#include <stdexcept>
#include <string>

#include "chip.h"
#include "stats.h"
#include "wire.h"

namespace sim {

struct BusOptions {
  uint32_t latency = 100;
  uint32_t write_latency = 8;
  uint32_t bandwidth = kLine;
  uint32_t stall = 0;
  uint64_t seed = 1;
  uint64_t cycle_limit = 1'000'000'000'000;
};

// Mismatch: the chip broke a rule of its bus, or an assertion of its own. The simulation is worth nothing from then on.
struct Mismatch : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Limit: the cycles that were allowed are over.
struct Limit : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Bus {
 public:
  // What the bus needs of the function: DMA (false refuses it) and interrupts.
  struct Host {
    std::function<bool(uint64_t address, uint8_t* to, size_t n)> read;
    std::function<bool(uint64_t address, const std::array<uint8_t, kLine>& line, uint64_t strobe)> write;
    std::function<bool(uint8_t vector)> interrupt;  // false: there is no such vector
  };

  Bus(Chip* chip, const BusOptions& options, Host host, Stats* stats);

  // One access to a register; the clock runs until it is answered.
  uint32_t read_register(uint16_t address);
  void write_register(uint16_t address, uint32_t value);

  // Resets everything in the chip, and forgets DMA that was going on. The clock runs until the chip is ready.
  void reset();

  // Runs the clock for so many cycles, or until the chip has come to rest.
  void run(uint32_t cycles);
  // True while the chip may have something to do: it is busy, or was accessed a moment ago. Time stands still otherwise.
  bool active() const { return !rests_; }

  // Runs the clock until DMA that is going on in the range has ended, or the chip has kept it from its end for long: it will
  // be refused then, when the range is no longer there.
  void drain(uint64_t address, uint64_t size);

  uint64_t cycle() const { return cycle_; }

 private:
  struct Read {
    uint64_t address;
    uint32_t lines;
    uint64_t due;  // cycle of the first line, at the earliest
  };
  struct Write {
    uint64_t address;
    uint64_t strobe;
    uint64_t due;  // cycle of the answer, at the earliest
    std::array<uint8_t, kLine> line;
  };
  // What the chip offers on a stream stays until it is taken.
  struct Offer {
    const char* name;
    bool waits = false;
    uint64_t digest = 0;
  };

  // Adds the time from its making to its end to the statistics.
  class Running {
   public:
    explicit Running(Stats* stats) : stats_(stats), begin_(std::chrono::steady_clock::now()) {}
    ~Running() { stats_->run_seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count(); }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

   private:
    Stats* stats_;
    std::chrono::steady_clock::time_point begin_;
  };

  uint32_t access(bool write, uint16_t address, uint32_t value);
  void cycle_once();
  void drive();
  void drive_beat();
  void drive_answer();
  void take();
  void take_register();
  void take_read();
  void take_write();
  void hold(Offer* offer, bool valid, bool ready, uint64_t digest) const;
  bool lucky();  // this stream makes progress in this cycle
  [[noreturn]] void mismatch(const std::string& what) const;

  Chip* chip_;
  BusOptions options_;
  Host host_;
  Stats* stats_;
  std::mt19937_64 random_;
  uint64_t cycle_ = 0;
  uint32_t quiet_ = 0;  // cycles since something happened
  bool rests_ = true;

  ChipInputs in_;
  const ChipOutputs* out_ = nullptr;

  enum class Access { kNone, kOffered, kTaken, kDone } access_ = Access::kNone;
  uint32_t answer_ = 0;

  std::deque<Read> reads_;                // the first one may be partly answered
  uint32_t line_ = 0;                     // of the first read: the next one to send
  std::array<uint8_t, wire::kPage> page_{};  // what the first read read
  bool page_error_ = false;
  uint32_t read_credit_ = 0;  // bytes
  uint64_t reads_begun_ = 0;  // requests that were read from memory

  std::deque<Write> writes_;
  uint32_t write_credit_ = 0;
  uint64_t writes_ended_ = 0;

  Offer read_offer_{"a DMA read"}, write_offer_{"a DMA write"}, irq_offer_{"an interrupt"};
};

}  // namespace sim
