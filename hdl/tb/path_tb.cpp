// Bench of the blocks between the chip's parts and its bus: whatever the moods of both ends, all comes out once, right, in order,
// and where it belongs.
//
// usage: path_tb NAME SEED, built with KIND 0 (read_port), 1 (write_port), 2 (result_buffer)
#include <deque>
#include <vector>

#include "Vblock.h"
#include "bench.h"
#include "bits.h"

namespace {

using namespace bench;

#if KIND == 0
struct Ask {
  unsigned client;
  uint64_t addr;
  unsigned lines;
};

unsigned play(Random& r, unsigned busy) {
  Clock<Vblock> clock(4000000);
  auto& m = *clock.operator->();
  m.ask_valid_i = m.rd_ready_i = m.beat_valid_i = m.stop_i = 0;
  clock.reset();
  Ask offered[3];
  unsigned valid = 0, done = 0, at = 0;
  std::deque<Ask> taken, flying;
  bool beat = false, stopped = false;
  for (int stop = 0; done < 5000;) {
    if (stop == 0 && r.chance(1)) stop = 200;
    if (stop > 0) stop--;
    m.stop_i = stop > 0;
    for (unsigned k = 0; k < 3; k++) {
      if (!(valid >> k & 1) && r.chance(busy)) {
        const uint64_t line = uint64_t(r.next()) << 8 | r.next() % 64;
        offered[k] = {k, line * 64, 1 + unsigned(r.next() % (64 - line % 64))};
        if (offered[k].lines > 4) offered[k].lines = 1 + offered[k].lines % 4;
        valid |= 1u << k;
        set_bits(m.ask_i, 70 * k, 6, offered[k].lines - 1);
        set_bits(m.ask_i, 70 * k + 6, 64, offered[k].addr);
      }
    }
    m.ask_valid_i = valid;
    m.rd_ready_i = r.chance(busy);
    m.line_ready_i = r.next() & 7;
    if (!beat && !flying.empty()) beat = r.chance(busy);
    m.beat_valid_i = beat;
    m.beat_last_i = beat && at + 1 == flying.front().lines;
    clock.eval();
    if (m.idle_o && (!taken.empty() || !flying.empty() || m.rd_valid_o)) fail("says that it is idle");
    if (!m.idle_o && taken.empty() && flying.empty()) fail("does not say that it is idle");
    if (m.stop_i && m.ask_ready_o) fail("takes requests after a stop");
    if (m.stop_i && taken.empty() && flying.empty()) stopped = true;
    for (unsigned k = 0; k < 3; k++) {
      if (!(m.ask_ready_o >> k & 1)) continue;
      if (!(valid >> k & 1)) fail("takes what nobody offers");
      taken.push_back(offered[k]);
      valid &= ~(1u << k);
    }
    const bool read = m.rd_valid_o && m.rd_ready_i;
    const unsigned routed = m.line_valid_o;
    if (beat) {
      if (routed != 1u << flying.front().client) fail("a line for the wrong client");
      if (m.beat_ready_o != (m.line_ready_i >> flying.front().client & 1)) fail("wrong readiness");
    } else if (routed) {
      fail("a line from nowhere");
    }
    const bool gone = beat && m.beat_ready_o;
    if (gone) {
      beat = false;
      if (++at == flying.front().lines) at = 0, flying.pop_front(), done++;
    }
    if (read) {
      if (taken.empty()) fail("reads what nobody asked for");
      const Ask a = taken.front();
      if (bits(m.rd_o, 0, 6) != a.lines - 1 || bits(m.rd_o, 6, 64) != a.addr) fail("a wrong request");
      flying.push_back(a);
      taken.pop_front();
    }
    clock.step();
  }
  if (!stopped) fail("bench: it never came to rest");
  return done;
}
#elif KIND == 1
struct Line {
  uint64_t addr, strb;
  unsigned kind, bytes;
  std::vector<uint32_t> data;
};

unsigned play(Random& r, unsigned busy) {
  Clock<Vblock> clock(4000000);
  auto& m = *clock.operator->();
  m.line_valid_i = m.wr_ready_i = m.wr_done_i = m.stop_i = 0;
  clock.reset();
  std::deque<Line> taken, flying;
  Line line;
  bool offered = false;
  unsigned done = 0;
  for (int stop = 0; done < 5000;) {
    if (stop == 0 && r.chance(1)) stop = 200;
    if (stop > 0) stop--;
    m.stop_i = stop > 0;
    if (!offered && r.chance(busy)) {
      offered = true;
      line = {uint64_t(r.next()) << 6, uint64_t(r.next()) << 32 | r.next(), r.next() % 4, 0, {}};
      if (line.strb == 0 || r.chance(20)) line.strb = uint64_t(1) << r.next() % 64;
      if (r.chance(20)) line.strb = ~uint64_t(0);
      for (int i = 0; i < 64; i++) line.bytes += line.strb >> i & 1;
      for (int i = 0; i < 16; i++) line.data.push_back(m.line_i[i] = r.next());
      set_bits(m.line_i, 512, 64, line.strb);
      set_bits(m.line_i, 576, 64, line.addr);
      m.kind_i = line.kind;
    }
    m.line_valid_i = offered;
    m.wr_ready_i = r.chance(busy);
    m.wr_done_i = !flying.empty() && r.chance(busy);
    m.wr_error_i = r.chance(30);
    clock.eval();
    if (m.idle_o != (taken.empty() && flying.empty())) fail("wrong about being idle");
    if (m.stop_i && m.line_ready_o) fail("takes a line after a stop");
    if (m.done_o != m.wr_done_i) fail("a wrong answer");
    if (m.done_o) {
      const Line& f = flying.front();
      if (m.error_o != m.wr_error_i || m.kind_o != f.kind || m.bytes_o != f.bytes || m.addr_o != f.addr) fail("an answer to another line");
      flying.pop_front();
      done++;
    }
    if (offered && m.line_ready_o) taken.push_back(line), offered = false;
    if (m.wr_valid_o && m.wr_ready_i) {
      // The line that is on the bus was taken in a cycle before this one.
      const Line& t = taken.front();
      for (int i = 0; i < 16; i++) if (m.wr_o[i] != t.data[i]) fail("wrong data");
      if (bits(m.wr_o, 512, 64) != t.strb || bits(m.wr_o, 576, 64) != t.addr) fail("a wrong line");
      flying.push_back(t);
      taken.pop_front();
    }
    if (flying.size() + taken.size() > 65) fail("more lines in flight than it says");
    clock.step();
  }
  return done;
}
#else
struct Slot {
  unsigned tag;
  bool sent, spoiled, valid;
  uint32_t data[16];
};

unsigned play(Random& r, unsigned busy) {
  Clock<Vblock> clock(4000000);
  auto& m = *clock.operator->();
  m.alloc_i = m.result_valid_i = m.spoil_i = m.pop_i = 0;
  clock.reset();
  std::deque<Slot> open;
  unsigned done = 0, next = 0;
  bool filled = false;
  while (done < 10000) {
    clock.eval();
    if (m.tail_o % 64 != next % 64 || m.full_o != (open.size() == 64)) fail("wrong tail");
    filled = filled || m.full_o;
    const bool ready = !open.empty() && open.front().sent;
    if (m.done_o != ready) fail("wrong about being done");
    if (ready) {
      const Slot& s = open.front();
      if (m.head_o % 64 != s.tag % 64 || m.spoiled_o != s.spoiled || m.valid_o != s.valid) fail("a wrong result");
      for (int i = 0; i < 16; i++) if (m.data_o[i] != s.data[i]) fail("wrong data");
    }
    m.alloc_i = !m.full_o && r.chance(busy);
    m.pop_i = ready && r.chance(busy < 100 ? 100 - busy : 50);
    m.result_valid_i = m.spoil_i = 0;
    if (!open.empty()) {
      Slot& s = open[r.next() % open.size()];
      if (!s.sent && r.chance(70)) {
        s.sent = m.result_valid_i = 1;
        s.valid = r.chance(50);
        for (int i = 0; i < 16; i++) m.result_i[i] = s.data[i] = r.next();
        m.result_i[16] = uint32_t(s.valid) | (s.tag & 0x7f) << 1;
      }
      Slot& t = open[r.next() % open.size()];
      if (!t.sent && r.chance(5)) t.spoiled = m.spoil_i = 1, m.spoil_slot_i = t.tag & 63;
    }
    const bool alloc = m.alloc_i, pop = m.pop_i;
    clock.step();
    if (pop) open.pop_front(), done++;
    if (alloc) open.push_back({next++, false, false, false, {}});
  }
  if (!filled && busy == 100) fail("bench: it was never full");
  return done;
}
#endif

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return std::fprintf(stderr, "usage: %s NAME SEED\n", argv[0]), 2;
  return bench::run(argv[1], [&] {
    bench::Random r(uint32_t(std::stoul(argv[2])));
    unsigned n = 0;
    for (unsigned busy : {100u, 70u, 40u, 10u}) n += play(r, busy);
    std::printf("%-16s %u transfers right\n", argv[1], n);
  });
}
