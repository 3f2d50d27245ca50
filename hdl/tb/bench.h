// What all benches share: one clock with a mandatory cycle limit, reset, random numbers, failure.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>

#include "verilated.h"

double sc_time_stamp() { return 0; }  // Verilator wants it; time is counted in cycles

namespace bench {

[[noreturn]] inline void fail(const std::string& why) { throw std::runtime_error(why); }

// Owns the model and its clock. Inputs are set after step() returns; outputs are read after eval().
template <class Model>
class Clock {
 public:
  explicit Clock(uint64_t limit) : limit_(limit) {
    context_->randReset(2);  // registers without reset begin with any value
    context_->randSeed(1);
    context_->assertOn(true);
    model_ = std::make_unique<Model>(context_.get());
  }
  ~Clock() { model_->final(); }
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;

  Model* operator->() { return model_.get(); }
  uint64_t cycle() const { return cycle_; }

  void reset() {
    model_->rst_ni = 0;
    for (int i = 0; i < 3; i++) step();
    model_->rst_ni = 1;
  }

  void eval() { model_->eval(); }

  // One rising edge; inputs must be stable before.
  void step() {
    if (++cycle_ > limit_) fail("cycle limit of " + std::to_string(limit_) + " reached: the design hangs");
    model_->clk_i = 1;
    model_->eval();
    model_->clk_i = 0;
    model_->eval();
    if (context_->gotFinish()) fail("an assertion ended the simulation");
  }

 private:
  std::unique_ptr<VerilatedContext> context_ = std::make_unique<VerilatedContext>();
  std::unique_ptr<Model> model_;
  uint64_t cycle_ = 0;
  uint64_t limit_;
};

class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}
  bool chance(unsigned percent) { return engine_() % 100 < percent; }
  uint32_t next() { return engine_(); }

 private:
  std::mt19937 engine_;
};

// Runs a bench; the exit status is 1 after any failure.
template <class Function>
int run(const char* name, Function body) {
  try {
    body();
  } catch (const std::exception& e) {
    std::fprintf(stderr, "FAIL %s: %s\n", name, e.what());
    return 1;
  }
  return 0;
}

}  // namespace bench
