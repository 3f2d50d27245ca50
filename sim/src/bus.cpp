#include "bus.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "zchip.h"

namespace sim {
namespace {

constexpr size_t kReadsInFlight = 32, kWritesInFlight = 32;  // as a link has tags and buffers
constexpr uint32_t kResetCycles = 8;
constexpr uint32_t kQuiet = 64;             // cycles without anything before the chip is asked whether it rests
constexpr uint32_t kAnswerCycles = 10000;   // a register answers, and a reset ends, in so many
constexpr uint32_t kDrainCycles = 100000;

uint64_t mix(uint64_t h, uint64_t v) { return (h ^ v) * 0x9e3779b97f4a7c15u; }

bool overlap(uint64_t a, uint64_t an, uint64_t b, uint64_t bn) { return a - b < bn || b - a < an; }

std::string hex(uint64_t v) {
  char text[32];
  std::snprintf(text, sizeof(text), "0x%llx", static_cast<unsigned long long>(v));
  return text;
}

}  // namespace

Bus::Bus(Chip* chip, const BusOptions& options, Host host, Stats* stats)
    : chip_(chip), options_(options), host_(std::move(host)), stats_(stats), random_(options.seed) {}

void Bus::mismatch(const std::string& what) const { throw Mismatch("cycle " + std::to_string(cycle_) + ": " + what); }

bool Bus::lucky() { return options_.stall == 0 || random_() % 100 >= options_.stall; }

uint32_t Bus::read_register(uint16_t address) {
  const Running running(stats_);
  quiet_ = 0;
  rests_ = false;
  return access(false, address, 0);
}

void Bus::write_register(uint16_t address, uint32_t value) {
  const Running running(stats_);
  quiet_ = 0;
  rests_ = false;
  access(true, address, value);
}

uint32_t Bus::access(bool write, uint16_t address, uint32_t value) {
  in_.reg_valid = true;
  in_.reg_write = write;
  in_.reg_addr = address;
  in_.reg_data = value;
  access_ = Access::kOffered;
  for (uint32_t i = 0; access_ != Access::kDone; i++) {
    if (i == kAnswerCycles) mismatch("register " + hex(address) + " does not answer");
    cycle_once();
  }
  access_ = Access::kNone;
  return answer_;
}

void Bus::reset() {
  in_ = {};
  in_.reset = true;
  reads_.clear();
  writes_.clear();
  line_ = 0;
  read_credit_ = write_credit_ = 0;
  read_offer_.waits = write_offer_.waits = irq_offer_.waits = false;
  for (uint32_t i = 0; i < kResetCycles; i++) cycle_once();
  in_.reset = false;
  stats_->resets++;
  const uint64_t from = cycle_;
  while ((read_register(zchip::kGlobalStatus) & zchip::kGlobalStatusReadyMask) == 0) {
    if (cycle_ - from > kAnswerCycles) mismatch("the chip does not come out of reset");
  }
}

void Bus::run(uint32_t cycles) {
  const Running running(stats_);
  for (const uint64_t end = cycle_ + cycles; cycle_ < end && !rests_;) {
    cycle_once();
    if (quiet_ < kQuiet) continue;
    const uint32_t status = access(false, zchip::kGlobalStatus, 0);
    const bool busy = (status & zchip::kGlobalStatusBusyMask) != 0;
    if (!busy && quiet_ >= kQuiet) rests_ = true;
    if (busy) quiet_ = 0;
  }
}

void Bus::drain(uint64_t address, uint64_t size) {
  const Running running(stats_);
  const auto hits = [&](uint64_t from, uint64_t n) { return overlap(from, n, address, size); };
  // Requests that come meanwhile are not waited for. Writes end by themselves; the first read no longer needs memory once
  // its first line is on the way.
  uint64_t writes = 0, reads = 0;
  for (size_t i = 0; i < writes_.size(); i++) {
    if (hits(writes_[i].address, kLine)) writes = writes_ended_ + i + 1;
  }
  for (size_t i = line_ > 0 ? 1 : 0; i < reads_.size(); i++) {
    if (hits(reads_[i].address, reads_[i].lines * kLine)) reads = reads_begun_ + i + (line_ > 0 ? 0 : 1);
  }
  const uint64_t until = cycle_ + kDrainCycles;
  while ((writes_ended_ < writes || reads_begun_ < reads) && cycle_ < until) cycle_once();
}

void Bus::cycle_once() {
  if (cycle_ >= options_.cycle_limit) throw Limit("the limit of " + std::to_string(options_.cycle_limit) + " cycles is reached");
  if (!in_.reset) drive();
  out_ = &chip_->settle(in_);
  if (!in_.reset) take();
  chip_->edge();
  stats_->cycles = ++cycle_;
}

void Bus::drive() {
  read_credit_ = std::min<uint32_t>(read_credit_ + options_.bandwidth, kLine + options_.bandwidth);
  write_credit_ = std::min<uint32_t>(write_credit_ + options_.bandwidth, kLine + options_.bandwidth);
  in_.rd_ready = reads_.size() < kReadsInFlight && lucky();
  in_.wr_ready = writes_.size() < kWritesInFlight && write_credit_ >= kLine && lucky();
  in_.irq_ready = lucky();
  drive_beat();
  drive_answer();
}

void Bus::drive_beat() {
  if (in_.beat_valid || reads_.empty() || reads_.front().due > cycle_ || read_credit_ < kLine || !lucky()) return;
  const Read& r = reads_.front();
  if (line_ == 0) {
    const size_t n = r.lines * kLine;
    page_error_ = !host_.read(r.address, page_.data(), n);
    reads_begun_++;
    if (page_error_) page_.fill(0xff);
    stats_->read_requests++;
    stats_->refused_requests += page_error_ ? 1 : 0;
    stats_->bytes_read += page_error_ ? 0 : n;
  }
  read_credit_ -= kLine;
  in_.beat_valid = true;
  in_.beat_error = page_error_;
  std::memcpy(in_.beat.data(), page_.data() + line_ * kLine, kLine);
  line_++;
  in_.beat_last = line_ == r.lines;
}

void Bus::drive_answer() {
  in_.wr_done = in_.wr_error = false;
  if (writes_.empty() || writes_.front().due > cycle_) return;
  const Write& w = writes_.front();
  in_.wr_done = true;
  in_.wr_error = !host_.write(w.address, w.line, w.strobe);
  stats_->write_requests++;
  stats_->refused_requests += in_.wr_error ? 1 : 0;
  stats_->bytes_written += in_.wr_error ? 0 : static_cast<uint64_t>(__builtin_popcountll(w.strobe));
  writes_.pop_front();
  writes_ended_++;
}

void Bus::take() {
  take_register();
  take_read();
  take_write();
  hold(&irq_offer_, out_->irq_valid, in_.irq_ready, out_->irq);
  if (out_->irq_valid && in_.irq_ready && !host_.interrupt(out_->irq)) mismatch("interrupt " + std::to_string(out_->irq) + ", which there is not");
  if (in_.beat_valid && out_->beat_ready) {
    if (in_.beat_last) {
      reads_.pop_front();
      line_ = 0;
    }
    in_.beat_valid = false;
  }
  const bool still = reads_.empty() && writes_.empty() && !out_->rd_valid && !out_->wr_valid && !out_->irq_valid && !in_.wr_done;
  quiet_ = still ? quiet_ + 1 : 0;
}

void Bus::take_register() {
  if (access_ == Access::kOffered && out_->reg_ready) {
    access_ = Access::kTaken;
    in_.reg_valid = false;
  }
  if (!out_->reg_done) return;
  if (access_ != Access::kTaken) mismatch("an answer of registers that nobody asked for");
  access_ = Access::kDone;
  answer_ = out_->reg_data;
}

void Bus::take_read() {
  hold(&read_offer_, out_->rd_valid, in_.rd_ready, mix(mix(0, out_->rd_addr), out_->rd_more));
  if (!out_->rd_valid) return;
  const uint64_t bytes = (uint64_t{out_->rd_more} + 1) * kLine;
  if (out_->rd_addr % kLine != 0 || out_->rd_addr % wire::kPage + bytes > wire::kPage) {
    mismatch("a DMA read of " + std::to_string(bytes) + " bytes at " + hex(out_->rd_addr) + " leaves its page, or the grid of lines");
  }
  if (in_.rd_ready) reads_.push_back({out_->rd_addr, out_->rd_more + 1u, cycle_ + options_.latency});
}

void Bus::take_write() {
  if (!out_->wr_valid) {
    hold(&write_offer_, false, in_.wr_ready, 0);
    return;
  }
  if (write_offer_.waits || !in_.wr_ready) {
    uint64_t digest = mix(mix(0, out_->wr_addr), out_->wr_strb);
    for (size_t i = 0; i < kLine; i += 8) {
      uint64_t word;
      std::memcpy(&word, out_->wr.data() + i, sizeof(word));
      digest = mix(digest, word);
    }
    hold(&write_offer_, true, in_.wr_ready, digest);
  }
  if (out_->wr_addr % kLine != 0 || out_->wr_strb == 0) mismatch("a DMA write at " + hex(out_->wr_addr) + " with strobe " + hex(out_->wr_strb));
  if (!in_.wr_ready) return;
  write_credit_ -= kLine;
  writes_.push_back({out_->wr_addr, out_->wr_strb, cycle_ + options_.write_latency, out_->wr});
}

void Bus::hold(Offer* offer, bool valid, bool ready, uint64_t digest) const {
  if (offer->waits && (!valid || digest != offer->digest)) mismatch(std::string(offer->name) + " was offered and then changed or withdrawn");
  offer->waits = valid && !ready;
  offer->digest = digest;
}

}  // namespace sim
