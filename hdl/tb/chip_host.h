// What stands around the chip in its bench: memory behind a slow and moody bus, registers, rings, batches.
#pragma once

#include <algorithm>
#include <cstring>
#include <deque>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <vector>

#include "../../sim/zchip.h"
#include "Vchip.h"
#include "bench.h"

namespace bench {

using Bytes = std::vector<uint8_t>;

static_assert(sizeof(Vchip::rd_o) == 3 * 4, "read_t has 70 bits");
static_assert(sizeof(Vchip::beat_i) == 17 * 4, "beat_t has 514 bits");
static_assert(sizeof(Vchip::wr_o) == 20 * 4, "write_t has 640 bits");

// Mapped memory: sections, each exactly as long as it is in multiples of 64 bytes, so that an access beyond one is an error.
class Memory {
 public:
  // Maps n bytes at a free address that no other section is next to.
  uint64_t map(size_t n, uint8_t fill = 0) {
    const uint64_t at = next_;
    const size_t size = (n + 63) / 64 * 64;
    if (size == 0) return at;
    next_ += (size / 4096 + 2) * 4096 + (at % 4096 == 0 ? 2496 : 1600);  // anywhere in a page
    sections_[at] = Bytes(size, fill);
    return at;
  }
  void unmap(uint64_t at) { sections_.erase(at); }
  uint8_t* find(uint64_t at, size_t n) {
    auto s = sections_.upper_bound(at);
    if (s == sections_.begin()) return nullptr;
    --s;
    if (at - s->first + n > s->second.size()) return nullptr;
    return s->second.data() + (at - s->first);
  }
  uint8_t* need(uint64_t at, size_t n) {
    uint8_t* p = n ? find(at, n) : nullptr;
    if (n && !p) fail("bench: memory is not mapped");
    return p;
  }

 private:
  std::map<uint64_t, Bytes> sections_;
  uint64_t next_ = 0x100000040;
};

// How the bus behaves; chances in percent of cycles.
struct Mood {
  const char* name;
  unsigned latency, spread;  // cycles from a request to its first line, and what chance adds
  unsigned read, line, write, answer, irq;  // takes a request, gives a line, takes a line, answers one, takes an interrupt
};

class Host {
 public:
  Host(uint64_t limit, uint32_t seed, const Mood& mood) : mood(mood), random(seed), clock_(limit) { reset(); }

  Mood mood;
  Random random;
  Memory memory;
  uint32_t interrupts = 0;  // a bit for each that came
  uint64_t lines_read = 0, bytes_written = 0;
  std::function<void(uint64_t addr, uint64_t strb)> wrote;  // after each write
  enum class Event { kRead, kBeat, kWrite, kAnswer, kInterrupt, kRegister };
  std::function<void(Event what, uint64_t addr)> saw;  // in its cycle: a transfer at an address; a vector; a register

  uint64_t cycle() const { return clock_.cycle(); }

  // Reset of the PCI function: the bus forgets what was in flight.
  void reset() {
    auto& m = *clock_.operator->();
    reads_.clear();
    writes_.clear();
    offered_ = access_ = false;
    m.rd_ready_i = m.beat_valid_i = m.wr_ready_i = m.wr_done_i = m.wr_error_i = m.irq_ready_i = m.reg_valid_i = 0;
    clock_.reset();
  }

  bool quiet() {  // nothing is offered or in flight
    clock_.eval();
    return reads_.empty() && writes_.empty() && !clock_->rd_valid_o && !clock_->wr_valid_o;
  }

  void step(uint64_t n = 1) {
    while (n--) one();
  }

  uint32_t get(uint32_t addr) { return access(addr, false, 0); }
  void set(uint32_t addr, uint32_t v) { access(addr, true, v); }
  uint64_t get64(uint32_t addr) {
    const uint64_t low = get(addr);
    return low | uint64_t(get(addr + 4)) << 32;
  }
  void set64(uint32_t addr, uint64_t v) {
    set(addr, uint32_t(v));
    set(addr + 4, uint32_t(v >> 32));
  }

  // Resets the chip from software and checks that nothing comes after it.
  void soft_reset() {
    set(zchip::kGlobalReset, 1);
    for (int i = 0; get(zchip::kGlobalReset) != 0; i++) if (i > 10000) fail("the reset does not end");
    if (!quiet()) fail("DMA after a reset");
    const uint64_t lines = lines_read, bytes = bytes_written;
    step(500);
    if (lines != lines_read || bytes != bytes_written || !quiet()) fail("DMA after a reset");
  }

 private:
  struct Read {
    uint64_t addr, due;
    unsigned lines, at;
    bool error;
  };
  struct Write {
    uint64_t addr, strb, due;
    uint8_t data[64];
  };

  void one() {
    auto& m = *clock_.operator->();
    if (!offered_ && !reads_.empty() && reads_.front().due <= cycle() && random.chance(mood.line)) offer();
    m.beat_valid_i = offered_;
    m.rd_ready_i = random.chance(mood.read);
    m.wr_ready_i = random.chance(mood.write);
    m.irq_ready_i = random.chance(mood.irq);
    m.wr_done_i = !writes_.empty() && writes_.front().due <= cycle() && random.chance(mood.answer);
    m.wr_error_i = m.wr_done_i && !apply(writes_.front());
    m.reg_valid_i = access_;
    clock_.eval();
    if (m.rd_valid_o && m.rd_ready_i) {
      const uint64_t addr = uint64_t(m.rd_o[0] >> 6) | uint64_t(m.rd_o[1]) << 26 | uint64_t(m.rd_o[2]) << 58;
      const unsigned lines = (m.rd_o[0] & 63) + 1;
      if (addr % 64 || addr % 4096 / 64 + lines > 64) fail("a read crosses a page");
      if (saw) saw(Event::kRead, addr);
      reads_.push_back({addr, cycle() + mood.latency + (mood.spread ? random.next() % mood.spread : 0), lines, 0,
                        !memory.find(addr, 64 * lines)});
    }
    if (m.beat_valid_i && m.beat_ready_o) {
      offered_ = false;
      if (saw) saw(Event::kBeat, reads_.front().addr + 64 * reads_.front().at);
      lines_read += !reads_.front().error;
      if (++reads_.front().at == reads_.front().lines) reads_.pop_front();
    }
    if (m.wr_done_i && saw) saw(Event::kAnswer, writes_.front().addr);
    if (m.wr_done_i) writes_.pop_front();
    if (m.wr_valid_o && m.wr_ready_i) {
      Write w;
      std::memcpy(w.data, &m.wr_o[0], 64);
      w.strb = m.wr_o[16] | uint64_t(m.wr_o[17]) << 32;
      w.addr = m.wr_o[18] | uint64_t(m.wr_o[19]) << 32;
      w.due = cycle() + mood.latency + (mood.spread ? random.next() % mood.spread : 0);
      if (w.addr % 64 || w.strb == 0) fail("a write of nothing, or off the grid");
      writes_.push_back(w);
      if (saw) saw(Event::kWrite, w.addr);
    }
    if (m.irq_valid_o && m.irq_ready_i && saw) saw(Event::kInterrupt, m.irq_o);
    if (m.irq_valid_o && m.irq_ready_i) interrupts |= 1u << m.irq_o;
    if (m.reg_valid_i && m.reg_ready_o && saw) saw(Event::kRegister, m.reg_addr_i);
    if (m.reg_valid_i && m.reg_ready_o) access_ = false;
    done_ = m.reg_done_o;
    answer_ = m.reg_data_o;
    clock_.step();
  }

  void offer() {
    auto& m = *clock_.operator->();
    const Read& r = reads_.front();
    const uint8_t* p = r.error ? nullptr : memory.find(r.addr + 64 * r.at, 64);
    for (int i = 0; i < 16; i++) m.beat_i[i] = random.next();  // of a refused read data is anything
    if (!r.error && p) std::memcpy(&m.beat_i[0], p, 64);
    m.beat_i[16] = uint32_t(r.error || !p) | uint32_t(r.at + 1 == r.lines) << 1;
    offered_ = true;
  }

  bool apply(const Write& w) {
    uint8_t* p = memory.find(w.addr, 64);
    if (!p) return false;
    for (int i = 0; i < 64; i++) {
      if (w.strb >> i & 1) p[i] = w.data[i], bytes_written++;
    }
    if (wrote) wrote(w.addr, w.strb);
    return true;
  }

  uint32_t access(uint32_t addr, bool write, uint32_t v) {
    auto& m = *clock_.operator->();
    m.reg_addr_i = uint16_t(addr);
    m.reg_write_i = write;
    m.reg_data_i = v;
    access_ = true;
    for (int i = 0; i < 20; i++) {
      one();
      if (done_) {
        if (access_) fail("an answer before its access");
        return answer_;
      }
    }
    fail("a register does not answer");
  }

  Clock<Vchip> clock_;
  std::deque<Read> reads_;
  std::deque<Write> writes_;
  bool offered_ = false, access_ = false, done_ = false;
  uint32_t answer_ = 0;
};

// A queue pair as its owner sees it.
class Queue {
 public:
  Queue(Host& host, uint32_t index, uint32_t depth) : host_(host), index_(index), depth_(depth) {
    sq_ = host.memory.map(depth * 64);
    cq_ = host.memory.map(depth * 32);
    start();
  }

  void start() {
    std::memset(host_.memory.need(cq_, depth_ * 32), 0, depth_ * 32);
    tail_ = head_ = 0;
    phase_ = 1;
    host_.set64(zchip::kQueueSQBase(index_), sq_);
    host_.set64(zchip::kQueueCQBase(index_), cq_);
    host_.set(zchip::kQueueDepth(index_), depth_);
    host_.set(zchip::kQueueVector(index_), index_ % 4);
    host_.set(zchip::kQueueControl(index_), 1);
    if (!(host_.get(zchip::kQueueStatus(index_)) & 1)) fail("a queue is not enabled");
  }

  void submit(const zchip::Submission& s, bool ring = true) {
    std::memcpy(host_.memory.need(sq_ + 64 * tail_, 64), &s, 64);
    tail_ = (tail_ + 1) % depth_;
    if (ring) this->ring();
  }
  void ring() { host_.set(zchip::kDoorbellSQTail(index_), tail_); }

  bool take(zchip::Completion& c, bool ring = true) {
    std::memcpy(&c, host_.memory.need(cq_ + 32 * head_, 32), 32);
    if ((c.last & 1) != phase_) return false;
    if (c.last >> 1) fail("reserved bits of a completion are set");
    if ((c.state >> 8 & 0xff) != index_ || c.state >> 16 >= depth_) fail("a completion of another queue");
    head_ = (head_ + 1) % depth_;
    if (head_ == 0) phase_ ^= 1;
    if (ring) host_.set(zchip::kDoorbellCQHead(index_), head_);
    return true;
  }

  zchip::Completion wait(uint64_t most = 400000) {
    zchip::Completion c;
    for (uint64_t i = 0; !take(c); i++) {
      if (i == most) fail("no completion");
      host_.step();
    }
    return c;
  }

  uint32_t index() const { return index_; }
  uint32_t depth() const { return depth_; }
  uint32_t head() const { return head_; }
  uint64_t sq() const { return sq_; }
  uint64_t cq() const { return cq_; }

 private:
  Host& host_;
  uint32_t index_, depth_, tail_ = 0, head_ = 0, phase_ = 1;
  uint64_t sq_, cq_;
};

// A job and what the reference says of it.
struct Job {
  unsigned kernel;
  Bytes row, message;
  uint8_t verdict;
  Bytes out;
};

inline Bytes unhex(const std::string& s) {
  Bytes out;
  if (s != "-") for (size_t i = 0; i + 1 < s.size(); i += 2) out.push_back(uint8_t(std::stoul(s.substr(i, 2), nullptr, 16)));
  return out;
}

// Jobs by kernel.
inline std::map<unsigned, std::vector<Job>> read_jobs(const char* path) {
  std::ifstream file(path);
  if (!file) fail(std::string("cannot open ") + path);
  std::map<unsigned, std::vector<Job>> jobs;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    unsigned kernel = 0, verdict = 0;
    std::string row, message, out;
    if (!(fields >> kernel >> row >> message >> verdict >> out)) fail("vectors: bad line: " + line.substr(0, 60));
    jobs[kernel].push_back({kernel, unhex(row), unhex(message), uint8_t(verdict), unhex(out)});
  }
  if (jobs.size() != 8) fail("vectors: not eight kernels");
  return jobs;
}

// A batch in the chip's memory, and the command for a span of it.
struct Batch {
  static constexpr uint8_t kUntouched = 0xa5;

  std::vector<Job> jobs;
  zchip::Submission s{};
  bool has_messages;

  Batch(Host& host, std::vector<Job> from, uint32_t lo, uint32_t hi, uint32_t id) : jobs(std::move(from)), host_(&host) {
    const size_t n = jobs.size();
    const unsigned kernel = jobs[0].kernel;
    has_messages = kernel <= 6;
    Bytes rows, arena, ends;
    for (const auto& j : jobs) {
      rows.insert(rows.end(), j.row.begin(), j.row.end());
      arena.insert(arena.end(), j.message.begin(), j.message.end());
      for (int i = 0; i < 4; i++) ends.push_back(uint8_t(arena.size() >> (8 * i)));
    }
    s.command = kernel | uint32_t(zchip::Opcode::kRun) << 16;
    s.id = id;
    s.lo = lo;
    s.hi = hi;
    s.message_bytes = uint32_t(arena.size());
    s.in = put(rows);
    if (has_messages) {
      s.ends = put(ends);
      s.messages = put(arena);
    }
    s.verdict = host.memory.map(n, kUntouched);
    s.out = host.memory.map(n * jobs[0].out.size(), kUntouched);
  }

  void unmap() {
    for (uint64_t at : {s.in, s.ends, s.messages, s.verdict, s.out}) host_->memory.unmap(at);
  }

  // Every verdict that is there is right, has its output, and is of the span; the number of them.
  uint32_t check(const std::string& where) const {
    uint32_t decided = 0;
    for (size_t i = 0; i < jobs.size(); i++) {
      const uint8_t v = *host_->memory.need(s.verdict + i, 1);
      const size_t size = jobs[i].out.size();
      const uint8_t* out = host_->memory.need(s.out + i * size, size);
      const bool inside = i >= s.lo && i < s.hi;
      const std::string job = where + ": kernel " + std::to_string(jobs[0].kernel) + ", job " + std::to_string(i) + " of [" +
                              std::to_string(s.lo) + "," + std::to_string(s.hi) + "): ";
      if (v == kUntouched) {
        const bool same = std::all_of(out, out + size, [](uint8_t b) { return b == kUntouched; });
        if (!inside && !same) fail(job + "output outside the span");
        continue;
      }
      if (!inside) fail(job + "verdict outside the span");
      if (v != jobs[i].verdict) fail(job + "wrong verdict " + std::to_string(v));
      if (std::memcmp(out, jobs[i].out.data(), size) != 0) fail(job + "wrong output");
      decided++;
    }
    return decided;
  }

 private:
  uint64_t put(const Bytes& b) {
    const uint64_t at = host_->memory.map(b.size());
    if (!b.empty()) std::memcpy(host_->memory.need(at, b.size()), b.data(), b.size());
    return at;
  }
  Host* host_;
};

}  // namespace bench
