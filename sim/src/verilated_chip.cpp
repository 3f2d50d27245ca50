#include "verilated_chip.h"

#include <cstring>
#include <stdexcept>

#include "Vchip.h"
#include "bus.h"
#include "verilated.h"
#if VM_TRACE_FST
#include "verilated_fst_c.h"
#else
class VerilatedFstC {};
#endif

double sc_time_stamp() { return 0; }  // Verilator wants it; time is counted in cycles

namespace sim {
namespace {

// Bit positions in the packed structures of bus_pkg.sv, whose first member is the highest.
constexpr size_t kWords = kLine / 4;      // data, in the lowest words of beat_t and write_t
constexpr uint32_t kBeatError = 0, kBeatLast = 1;  // of the word after data
static_assert(sizeof(Vchip::beat_i) == 4 * (kWords + 1), "beat_t: data 512, error 1, last 1");
static_assert(sizeof(Vchip::wr_o) == 4 * (kWords + 4), "write_t: data 512, strb 64, addr 64");
static_assert(sizeof(Vchip::rd_o) == 4 * 3, "read_t: more 6, addr 64");

uint64_t pair(uint32_t low, uint32_t high) { return uint64_t{high} << 32 | low; }

}  // namespace

bool VerilatedChip::can_trace() { return VM_TRACE_FST != 0; }

VerilatedChip::VerilatedChip(uint64_t seed, const std::string& trace, uint64_t from, uint64_t to)
    : context_(std::make_unique<VerilatedContext>()), trace_(trace), from_(from), to_(to) {
  context_->randReset(2);  // with --x-initial unique, registers without reset begin with any value
  context_->randSeed(static_cast<int>(seed % INT32_MAX));
  context_->fatalOnError(false);
  context_->traceEverOn(can_trace());
  model_ = std::make_unique<Vchip>(context_.get());
  model_->clk_i = 0;
  if (trace_.empty()) return;
#if VM_TRACE_FST
  waves_ = std::make_unique<VerilatedFstC>();
  model_->trace(waves_.get(), 99);
  waves_->open(trace_.c_str());
  if (!waves_->isOpen()) throw std::runtime_error("waves cannot be written to " + trace_);
#else
  throw std::runtime_error("this build has no waves");
#endif
}

VerilatedChip::~VerilatedChip() {
  model_->final();
#if VM_TRACE_FST
  if (waves_) waves_->close();
#endif
}

void VerilatedChip::dump([[maybe_unused]] uint64_t time) {
#if VM_TRACE_FST
  if (waves_ && cycle_ >= from_ && cycle_ < to_) waves_->dump(time);
#endif
}

const ChipOutputs& VerilatedChip::settle(const ChipInputs& in) {
  Vchip& m = *model_;
  m.clk_i = 0;
  m.rst_ni = !in.reset;
  m.reg_valid_i = in.reg_valid;
  m.reg_write_i = in.reg_write;
  m.reg_addr_i = in.reg_addr;
  m.reg_data_i = in.reg_data;
  m.rd_ready_i = in.rd_ready;
  m.beat_valid_i = in.beat_valid;
  if (in.beat_valid) {
    std::memcpy(&m.beat_i[0], in.beat.data(), kLine);
    m.beat_i[kWords] = uint32_t{in.beat_error} << kBeatError | uint32_t{in.beat_last} << kBeatLast;
  }
  m.wr_ready_i = in.wr_ready;
  m.wr_done_i = in.wr_done;
  m.wr_error_i = in.wr_error;
  m.irq_ready_i = in.irq_ready;
  m.eval();
  dump(2 * cycle_);

  out_.reg_ready = m.reg_ready_o;
  out_.reg_done = m.reg_done_o;
  out_.reg_data = m.reg_data_o;
  out_.rd_valid = m.rd_valid_o;
  if (out_.rd_valid) {
    const uint64_t low = pair(m.rd_o[0], m.rd_o[1]);
    out_.rd_more = low & 0x3f;
    out_.rd_addr = low >> 6 | uint64_t{m.rd_o[2]} << 58;
  }
  out_.beat_ready = m.beat_ready_o;
  out_.wr_valid = m.wr_valid_o;
  if (out_.wr_valid) {
    std::memcpy(out_.wr.data(), &m.wr_o[0], kLine);
    out_.wr_strb = pair(m.wr_o[kWords], m.wr_o[kWords + 1]);
    out_.wr_addr = pair(m.wr_o[kWords + 2], m.wr_o[kWords + 3]);
  }
  out_.irq_valid = m.irq_valid_o;
  out_.irq = m.irq_o;
  return out_;
}

void VerilatedChip::edge() {
  model_->clk_i = 1;
  model_->eval();
  dump(2 * cycle_ + 1);
  cycle_++;
  if (context_->gotFinish()) throw Mismatch("cycle " + std::to_string(cycle_ - 1) + ": an assertion of the design failed");
}

}  // namespace sim
