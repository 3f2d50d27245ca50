// Bench of lane_feeder and beat_packer: jobs of any row, message and alignment become the beats that they should, whatever the
// moods of bus and lanes; lanes never overflow; refused lines and cuts spoil the jobs that they struck and no others.
//
// usage: feed_tb NAME SEED
#include <deque>
#include <map>
#include <set>
#include <vector>

#include "Vblock.h"
#include "bench.h"
#include "bits.h"

namespace {

using namespace bench;

constexpr unsigned kLanes = 3, kDepth = 16;

struct Job {
  uint64_t row, message;
  uint32_t row_bytes, message_bytes;
  unsigned lanes, op;
};

struct Asked {
  uint64_t addr, due;
};

struct Moods {
  unsigned offer, ask, line, pop, refuse, cut;  // percent; refuse of lines, cut of rounds
};

class Bench {
 public:
  Bench(uint32_t seed, const Moods& moods) : r_(seed), moods_(moods), clock_(20000000) {
    auto& m = *clock_.operator->();
    m.start_i = m.cut_i = m.job_valid_i = m.ask_ready_i = m.line_valid_i = m.flush_i = m.popped_i = 0;
    clock_.reset();
    salt_ = seed * 0x12345677u;
  }

  unsigned rounds(unsigned n) {
    for (unsigned i = 0; i < n; i++) round();
    if (moods_.cut && cuts_ == 0) fail("bench: nothing was cut");
    return done_;
  }

 private:
  // Memory changes from round to round.
  uint8_t byte_at(uint64_t addr) const { return uint8_t(((addr ^ uint64_t(salt_) << 24) * 0x9e3779b97f4a7c15) >> 56); }

  bool refused(uint64_t line) const { return moods_.refuse && (line / 64 * 0x9e3779b1u ^ salt_) % 1000 < 10 * moods_.refuse; }

  Job draw() {
    static const uint32_t rows[] = {0, 0, 64, 96, 104, 112, 120, 144, 160};
    Job j;
    j.row_bytes = rows[r_.next() % 9];
    j.message_bytes = j.row_bytes && r_.chance(50) ? 0 : r_.chance(10) ? r_.next() % 6000 : r_.next() % (r_.chance(50) ? 40 : 300);
    if (r_.chance(80)) {  // as in a batch, one after the other
      j.row = row_, j.message = message_;
    } else {
      j.row = (uint64_t(r_.next()) << 12 | r_.next() % 4096) & ~uint64_t(7);
      j.message = uint64_t(r_.next()) << 12 | r_.next() % 4096;
    }
    row_ = j.row + j.row_bytes, message_ = j.message + j.message_bytes;
    j.lanes = 1 + r_.next() % 7;
    j.op = r_.next() % 16;
    return j;
  }

  // Jobs of one command, then silence.
  void round() {
    auto& m = *clock_.operator->();
    const unsigned n = 1 + r_.next() % 60;
    const uint64_t cut_at = r_.chance(moods_.cut) ? clock_.cycle() + r_.next() % 600 : ~uint64_t(0);
    salt_ = r_.next();
    unsigned begun = 0;
    Job job = draw();
    bool offered = false, cut = false;
    m.start_i = 1;
    for (;;) {
      if (!offered && begun < n && !cut && open_.size() < 200) offered = r_.chance(moods_.offer);
      if (cut && !offered) begun = n;
      m.job_valid_i = offered;
      m.lanes_i = job.lanes;
      m.row_i = job.row, m.row_bytes_i = uint8_t(job.row_bytes);
      m.message_i = job.message, m.message_bytes_i = job.message_bytes;
      m.slot_i = slot_, m.op_i = uint8_t(job.op);
      m.cut_i = cut;
      m.ask_ready_i = r_.chance(moods_.ask);
      const bool line = lines_offered_ || (!asked_.empty() && asked_.front().due <= clock_.cycle() && r_.chance(moods_.line));
      if (line && !lines_offered_) {
        for (int k = 0; k < 64; k++) set_bits(m.line_i, 8 * k, 8, byte_at(asked_.front().addr + k));
        m.line_error_i = refused(asked_.front().addr);
      }
      m.line_valid_i = line;
      m.popped_i = 0;
      for (unsigned l = 0; l < kLanes; l++) {
        if (held_[l] > 0 && r_.chance(moods_.pop)) m.popped_i |= 1u << l, held_[l]--;
      }
      clock_.eval();
      if (offered && m.job_ready_o) {
        open_[slot_] = job;
        slot_++, begun++;
        offered = false;
        job = draw();
      }
      if (m.ask_valid_o && m.ask_ready_i) {
        const uint64_t addr = bits(m.ask_o, 6, 64);
        const unsigned more = m.ask_o[0] & 63;
        if (addr % 4096 / 64 + more > 63) fail("asks beyond a page");
        for (unsigned k = 0; k <= more; k++) asked_.push_back({addr + 64 * k, clock_.cycle() + latency_});
      }
      lines_offered_ = line && !m.line_ready_o;
      if (m.spoil_o) spoiled_.insert(m.spoil_slot_o);
      if (m.refused_o && (!m.spoil_o || !moods_.refuse)) fail("refused, not spoiled");
      if (line && m.line_ready_o) asked_.pop_front();
      if (m.beat_valid_o) take();
      const bool rest = m.idle_o && begun == n && open_.empty() && asked_.empty();
      clock_.step();
      m.start_i = 0;
      cut = cut || clock_.cycle() >= cut_at;
      if (rest) break;
    }
    m.cut_i = 0;
    if (cut && cut_at != ~uint64_t(0)) cuts_++;
  }

  // A beat of a lane.
  void take() {
    auto& m = *clock_.operator->();
    const unsigned lane = m.beat_lane_o, n = unsigned(bits(m.beat_o, 512, 7)), slot = unsigned(bits(m.beat_o, 524, 16));
    const bool last = bits(m.beat_o, 519, 1);
    if (++held_[lane] > kDepth) fail("a lane overflows");
    auto job = open_.find(uint8_t(slot));
    if (slot > 255 || job == open_.end()) fail("a beat of no job");
    auto& had = bytes_[lane];
    if (had.empty() && !within_[lane]) slot_of_[lane] = uint8_t(slot);
    if (slot_of_[lane] != slot) fail("jobs interleave in a lane");
    if (!(job->second.lanes >> lane & 1)) fail("a job in the wrong lane");
    if (bits(m.beat_o, 520, 4) != job->second.op) fail("wrong op");
    if (n > 64 || (!last && n != 64) || (last && n == 0 && within_[lane])) fail("a beat of the wrong size");
    for (unsigned k = 0; k < n; k++) had.push_back(uint8_t(bits(m.beat_o, 8 * k, 8)));
    within_[lane] = !last;
    if (!last) return;
    const Job& j = job->second;
    std::vector<uint8_t> want;
    bool struck = false;
    for (uint64_t k = 0; k < j.row_bytes; k++) want.push_back(byte_at(j.row + k)), struck |= refused((j.row + k) & ~uint64_t(63));
    const size_t row_end = want.size();
    for (uint64_t k = 0; k < j.message_bytes; k++) {
      want.push_back(byte_at(j.message + k)), struck |= refused((j.message + k) & ~uint64_t(63));
    }
    const bool spoiled = spoiled_.count(uint8_t(slot));
    if (had.size() < row_end || had.size() > want.size()) fail("a job of the wrong size");
    if (struck && !spoiled) {
      if (had.size() == want.size()) fail("a job that was struck is not spoiled");
    }
    if (!spoiled && had != want) fail("a job of wrong bytes");
    if (spoiled && !struck && had.size() == want.size() && had != want) fail("a cut job of wrong bytes");
    if (spoiled && !moods_.refuse && !moods_.cut) fail("spoiled for nothing");
    done_++;
    spoiled_.erase(uint8_t(slot));
    had.clear();
    open_.erase(job);
  }

  Random r_;
  Moods moods_;
  Clock<Vblock> clock_;
  uint64_t row_ = 0x10000, message_ = 0x7700000;
  uint32_t salt_;
  unsigned latency_ = 30;
  uint8_t slot_ = 0;
  bool lines_offered_ = false;
  std::map<uint8_t, Job> open_;
  std::set<uint8_t> spoiled_;
  std::deque<Asked> asked_;
  unsigned held_[kLanes] = {};
  std::vector<uint8_t> bytes_[kLanes];
  bool within_[kLanes] = {};
  uint8_t slot_of_[kLanes] = {};
  unsigned done_ = 0, cuts_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return std::fprintf(stderr, "usage: %s NAME SEED\n", argv[0]), 2;
  return bench::run(argv[1], [&] {
    const uint32_t seed = uint32_t(std::stoul(argv[2]));
    const Moods moods[] = {{100, 100, 100, 100, 0, 0}, {100, 100, 100, 2, 0, 0}, {30, 20, 20, 50, 0, 0}, {100, 50, 60, 30, 2, 0},
                           {100, 50, 60, 10, 0, 60}, {80, 100, 100, 30, 1, 30}};
    unsigned jobs = 0;
    for (const auto& mood : moods) jobs += Bench(seed + mood.pop, mood).rounds(120);
    std::printf("%-16s %u jobs in beats, refused lines and cuts: right\n", argv[1], jobs);
  });
}
