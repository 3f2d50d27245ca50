// Bench of the whole chip: batches of every kernel in random spans on all queues, against the references; then all that can go
// wrong on purpose; then figures under load.
//
// usage: chip_tb FILE SEED BATCHES
#include <ctime>

#include "chip_host.h"

namespace {

using namespace bench;
using zchip::Status;

constexpr Mood kFast = {"fast", 20, 0, 100, 100, 100, 100, 100};
constexpr Mood kMoods[] = {
    kFast,
    {"far", 300, 40, 100, 100, 100, 100, 100},
    {"slow lines", 60, 60, 40, 10, 100, 100, 50},
    {"slow writes", 30, 10, 100, 90, 8, 12, 20},
    {"moody", 5, 150, 30, 50, 40, 30, 10},
};

using Jobs = std::map<unsigned, std::vector<Job>>;

Status status(const zchip::Completion& c) { return Status(c.state & 0xff); }

std::string hex(uint64_t v) {
  char b[20];
  std::snprintf(b, sizeof b, "%#llx", static_cast<unsigned long long>(v));
  return b;
}

void expect(uint64_t got, uint64_t want, const std::string& what) {
  if (got != want) fail(what + " is " + hex(got) + ", not " + hex(want));
}

void enable(Host& h) {
  h.set(zchip::kGlobalIntrEnable, 15);
  h.set(zchip::kGlobalControl, 1);
}

// Some jobs of a kernel, n of them.
std::vector<Job> draw(Host& h, const std::vector<Job>& from, size_t n) {
  std::vector<Job> jobs;
  for (size_t i = 0; i < n; i++) jobs.push_back(from[h.random.next() % from.size()]);
  return jobs;
}

std::vector<Job> draw_any(Host& h, const Jobs& jobs, size_t n) {
  auto k = jobs.begin();
  std::advance(k, h.random.next() % jobs.size());
  return draw(h, k->second, n);
}

// --- registers -----------------------------------------------------------------------------------------------------------

void registers(uint32_t seed) {
  Host h(2000000, seed, kFast);
  expect(h.get(zchip::kGlobalID), zchip::kId, "ID");
  expect(h.get(zchip::kGlobalVersion), zchip::kVersion, "VERSION");
  expect(h.get(zchip::kGlobalLimits), 4 | 8 << 8 | 12 << 16 | 4 << 24, "LIMITS");
  expect(h.get(zchip::kGlobalMaxJobs), zchip::kMaxJobs, "MAX_JOBS");
  expect(h.get(zchip::kGlobalStatus), 1, "STATUS");
  uint32_t seen[4] = {};
  for (uint32_t i = 0; i < zchip::kUnits; i++) {
    const uint32_t row = h.get(zchip::kUnitRow(i));
    if (row >> 16 & 0xff) seen[(row & 0xffff) / 32] |= 1u << row % 32;
    else expect(row, 0, "an empty row of the unit table");
    if (row >> 24 & 1) fail("an inexact unit that nobody asked for");
  }
  for (uint32_t i = 0; i < 4; i++) expect(h.get(zchip::kGlobalKernels(i)), seen[i], "KERNELS");
  expect(seen[0], 0x37e, "kernels of the unit table");

  for (uint32_t v : {0u, 1u, 0x80000000u, 0x12345678u, ~0u}) {
    h.set(zchip::kGlobalScratch, v);
    expect(h.get(zchip::kGlobalScratch), v, "SCRATCH");
  }
  h.set(zchip::kGlobalID, 7);
  expect(h.get(zchip::kGlobalID), zchip::kId, "ID after a write");
  for (uint32_t a : {0x50u, 0xffcu, 0x1080u, 0x2300u, 0x3100u, 0x3028u, 0x4000u, 0x8000u, 0xfffcu}) expect(h.get(a), 0, "nothing at " + hex(a));

  for (uint32_t q = 0; q < 4; q++) {
    for (uint32_t a : {zchip::kQueueSQBase(q), zchip::kQueueCQBase(q)}) {
      h.set64(a, uint64_t(q) << 40 | 0x1234567800000040 | a);
      expect(h.get64(a), uint64_t(q) << 40 | 0x1234567800000040 | a, "a base");
    }
    h.set(zchip::kQueueDepth(q), q + 7);
    h.set(zchip::kQueueVector(q), q + 9);
    expect(h.get(zchip::kQueueDepth(q)), q + 7, "a depth");
    expect(h.get(zchip::kQueueVector(q)), q + 9, "a vector");
  }

  // Doorbells of queues that are not enabled or not there.
  for (uint32_t q = 0; q < 8; q++) {
    for (uint32_t a : {zchip::kDoorbellSQTail(q), zchip::kDoorbellCQHead(q)}) {
      h.set(a, 1);
      expect(h.get(zchip::kGlobalError), zchip::kGlobalErrorDoorbellMask, "ERROR after a doorbell");
      expect(h.get(zchip::kGlobalErrorQueue), q, "its queue");
      h.set(zchip::kGlobalError, zchip::kGlobalErrorDMAReadMask);
      expect(h.get(zchip::kGlobalError), zchip::kGlobalErrorDoorbellMask, "ERROR after another bit was cleared");
      h.set(zchip::kGlobalError, zchip::kGlobalErrorDoorbellMask);
      expect(h.get(zchip::kGlobalError), 0, "ERROR after it was cleared");
    }
  }

  // Impossible queues.
  struct { uint64_t sq, cq; uint32_t depth, vector; bool good; } setups[] = {
      {64, 64, 0, 0, false}, {64, 64, 1, 0, false}, {64, 64, 3, 0, false}, {64, 64, 512, 0, false}, {64, 64, 1 << 20, 0, false},
      {64, 64, 0x80000000, 0, false}, {32, 64, 8, 0, false}, {64, 96, 8, 0, false}, {64, 64, 8, 4, false}, {64, 64, 8, 0x10000, false},
      {64, 64, 2, 0, true}, {64, 64, 256, 3, true}};
  for (const auto& s : setups) {
    h.set64(zchip::kQueueSQBase(1), s.sq);
    h.set64(zchip::kQueueCQBase(1), s.cq);
    h.set(zchip::kQueueDepth(1), s.depth);
    h.set(zchip::kQueueVector(1), s.vector);
    h.set(zchip::kQueueControl(1), 1);
    expect(h.get(zchip::kQueueStatus(1)), s.good ? 3 : 2, "status of a queue of " + std::to_string(s.depth));
    expect(h.get(zchip::kGlobalError), s.good ? 0 : zchip::kGlobalErrorQueueMask, "ERROR of the set-up");
    expect(h.get(zchip::kQueueControl(1)), 1, "its control");
    if (s.good) {  // fixed while enabled; doorbells must be below the depth
      h.set(zchip::kQueueDepth(1), 4);
      h.set64(zchip::kQueueSQBase(1), 128);
      expect(h.get(zchip::kQueueDepth(1)), s.depth, "the depth of an enabled queue");
      expect(h.get64(zchip::kQueueSQBase(1)), s.sq, "the base of an enabled queue");
      h.set(zchip::kDoorbellSQTail(1), s.depth);
      h.set(zchip::kDoorbellCQHead(1), s.depth - 1);
      expect(h.get(zchip::kGlobalError), zchip::kGlobalErrorDoorbellMask, "ERROR of a doorbell beyond the ring");
      expect(h.get(zchip::kGlobalErrorQueue), 1, "its queue");
    }
    h.set(zchip::kGlobalError, ~0u);
    h.set(zchip::kQueueControl(1), 0);
    expect(h.get(zchip::kQueueStatus(1)), 2, "status after disabling");
  }

  // Interrupts.
  h.interrupts = 0;
  h.set(zchip::kGlobalIntrTest, 5);
  h.step(20);
  expect(h.interrupts, 0, "interrupts that are not enabled");
  expect(h.get(zchip::kGlobalIntrPending), 5, "INTR_PENDING");
  h.set(zchip::kGlobalIntrPending, 1);
  h.set(zchip::kGlobalIntrEnable, ~0u);
  h.step(20);
  expect(h.interrupts, 4, "interrupts that were pending");
  expect(h.get(zchip::kGlobalIntrPending), 0, "INTR_PENDING after they fired");
  h.set(zchip::kGlobalIntrTest, 0xffffffff);
  h.step(20);
  expect(h.interrupts, 15, "all interrupts");

  h.set(zchip::kGlobalScratch, 5);
  h.set(zchip::kDoorbellSQTail(2), 1);
  h.soft_reset();
  expect(h.get(zchip::kGlobalScratch), 0, "SCRATCH after a reset");
  expect(h.get(zchip::kGlobalError), 0, "ERROR after a reset");
  expect(h.get(zchip::kGlobalIntrEnable), 0, "INTR_ENABLE after a reset");
  expect(h.get(zchip::kQueueDepth(0)), 0, "DEPTH after a reset");
  expect(h.get(zchip::kGlobalStatus), 1, "STATUS after a reset");
  std::printf("chip       registers, doorbells, queue set-up, interrupts, reset: right\n");
}

// --- batches -------------------------------------------------------------------------------------------------------------

void check_done(const zchip::Completion& c, const Batch& b, const std::string& where) {
  expect(c.id, b.s.id, where + ": id");
  expect(uint64_t(status(c)), uint64_t(Status::kOk), where + ": kernel " + std::to_string(b.s.command & 0xffff) + ": status");
  expect(c.decided, b.s.hi - b.s.lo, where + ": decided");
  expect(c.detail, 0, where + ": detail");
  expect(b.check(where), b.s.hi - b.s.lo, where + ": verdicts");
}

// Random batches, many in flight on all queues.
void batches(const Jobs& jobs, const Mood& mood, uint32_t seed, unsigned n) {
  Host h(200000000, seed, mood);
  std::vector<Queue> queues;
  for (uint32_t q = 0; q < 4; q++) queues.emplace_back(h, q, 2u << h.random.next() % 4);
  enable(h);
  std::map<uint32_t, Batch> flying;
  std::vector<uint32_t> in_flight(4);
  uint32_t sent = 0, done = 0, next_id = seed * 77777;
  uint64_t decided = 0;
  uint32_t used = 0;  // queues, each of which has its vector
  h.set(zchip::kCounterControl, 2);

  // A verdict must not be seen before its output is right.
  h.wrote = [&](uint64_t addr, uint64_t strb) {
    for (auto& [id, b] : flying) {
      const size_t count = b.jobs.size(), size = b.jobs[0].out.size();
      if (addr + 64 <= b.s.verdict || addr >= b.s.verdict + count) continue;
      for (uint64_t i = 0; i < 64; i++) {
        if (!(strb >> i & 1)) continue;
        const uint64_t job = addr + i - b.s.verdict;
        if (job < b.s.lo || job >= b.s.hi) fail("a verdict outside the span");
        if (std::memcmp(h.memory.need(b.s.out + job * size, size), b.jobs[job].out.data(), size) != 0) fail("a verdict before its output");
      }
    }
  };

  while (done < n) {
    const uint32_t q = h.random.next() % 4;
    if (sent < n && in_flight[q] < queues[q].depth() - 1 && h.random.chance(50)) {
      const size_t count = 1 + (h.random.chance(20) ? h.random.next() % 200 : h.random.next() % 30);
      uint32_t lo = h.random.next() % (count + 1), hi = h.random.next() % (count + 1);
      if (lo > hi) std::swap(lo, hi);
      if (h.random.chance(30)) lo = 0, hi = uint32_t(count);
      auto b = flying.emplace(next_id, Batch(h, draw_any(h, jobs, count), lo, hi, next_id)).first;
      queues[q].submit(b->second.s);
      next_id++, sent++, in_flight[q]++;
    }
    zchip::Completion c;
    for (auto& queue : queues) {
      while (queue.take(c)) {
        const auto b = flying.find(c.id);
        if (b == flying.end()) fail("a completion of no command");
        check_done(c, b->second, mood.name);
        decided += c.decided;
        b->second.unmap();
        flying.erase(b);
        in_flight[queue.index()]--, done++;
        used |= 1u << queue.index();
      }
    }
    h.step(1 + h.random.next() % 40);
  }
  for (int i = 0; h.get(zchip::kGlobalStatus) != 1; i++) if (i > 1000) fail("the chip does not come to rest");
  expect(h.get(zchip::kGlobalError), 0, "ERROR after good batches");
  h.step(200);
  expect(h.interrupts, used, "interrupts of completions");
  h.set(zchip::kCounterControl, 3);
  expect(h.get64(zchip::kCounterSubmissions), n, "counted submissions");
  expect(h.get64(zchip::kCounterJobs), decided, "counted jobs");
  expect(h.get64(zchip::kCounterBytesWritten), h.bytes_written, "counted bytes written");
  expect(h.get64(zchip::kCounterBytesRead), 64 * h.lines_read, "counted bytes read");
  uint64_t rows = 0;
  for (uint32_t r = 0; r < 9; r++) rows += h.get64(zchip::kCounterUnitJobs(r));
  expect(rows, decided, "counted jobs of all rows");
  std::printf("chip       %-11s %5u batches, %6llu jobs right in %llu cycles\n", mood.name, n, static_cast<unsigned long long>(decided),
              static_cast<unsigned long long>(h.cycle()));
}

// --- what goes wrong -----------------------------------------------------------------------------------------------------

// A good batch must still work.
void works(Host& h, Queue& q, const Jobs& jobs, const std::string& after) {
  Batch b(h, draw_any(h, jobs, 20), 3, 19, h.random.next());
  q.submit(b.s);
  check_done(q.wait(), b, "after " + after);
  b.unmap();
}

void refused(const Jobs& jobs, uint32_t seed) {
  Host h(20000000, seed, kMoods[4]);
  Queue q(h, 2, 8);
  enable(h);
  using S = zchip::Submission;
  struct Case {
    const char* name;
    std::function<void(S&)> change;
    Status want;
  };
  const Case cases[] = {
      {"opcode", [](S& s) { s.command = (s.command & ~0xff0000u) | 0x990000; }, Status::kBadOpcode},
      {"opcode 0", [](S& s) { s.command &= ~0xff0000u; }, Status::kBadOpcode},
      {"reserved bit", [](S& s) { s.command |= 1u << 31; }, Status::kBadOpcode},
      {"reserved bit of nop", [](S& s) { s.command = 0x02020000; }, Status::kBadOpcode},
      {"no kernel", [](S& s) { s.command = (s.command & ~0xffffu) | 0x7f; }, Status::kBadKernel},
      {"kernel without units", [](S& s) { s.command = (s.command & ~0xffffu) | 0x10; }, Status::kBadKernel},
      {"kernel of high bits", [](S& s) { s.command |= 0x8000; }, Status::kBadKernel},
      {"rules", [](S& s) { s.rules = 1; }, Status::kBadRules},
      {"span goes back", [](S& s) { s.lo = 5, s.hi = 4; }, Status::kBadSpan},
      {"too many jobs", [](S& s) { s.lo = 1, s.hi = zchip::kMaxJobs + 2; }, Status::kBadSpan},
      {"verdict off the grid", [](S& s) { s.verdict += 1; }, Status::kBadAddress},
      {"out off the grid", [](S& s) { s.out += 32; }, Status::kBadAddress},
      {"ends off the grid", [](S& s) { s.ends += 4; }, Status::kBadAddress},
      {"messages off the grid", [](S& s) { s.messages += 63; }, Status::kBadAddress},
      {"verdict beyond the end", [](S& s) { s.verdict = ~uint64_t(63); s.hi = 200; }, Status::kBadAddress},
      {"out beyond the end", [](S& s) { s.out = ~uint64_t(0) - 4095 + 64 * 63; }, Status::kBadAddress},
      {"messages beyond the end", [](S& s) { s.messages = ~uint64_t(63); s.message_bytes = 64; }, Status::kBadAddress},
      {"arena too small", [](S& s) { s.message_bytes = 1; }, Status::kBadMessage},
      {"ends elsewhere", [](S& s) { s.ends = s.messages; }, Status::kBadMessage},
  };
  for (const auto& c : cases) {
    std::vector<Job> from;
    for (int i = 0; i < 40; i++) from.push_back(jobs.at(1)[1]);
    for (auto& j : from) if (j.message.size() < 64) j = jobs.at(1)[3], j.message.resize(64, 0xee);
    Batch b(h, from, 0, 40, h.random.next());
    c.change(b.s);
    q.submit(b.s);
    const auto done = q.wait();
    const std::string name = c.name;
    expect(uint64_t(status(done)), uint64_t(c.want), name + ": status");
    expect(done.decided, 0, name + ": decided");
    for (uint32_t i = 0; i < 40; i++) {
      const uint8_t* p = h.memory.find(b.s.verdict + i, 1);
      if (p && *p != Batch::kUntouched) fail(name + ": a verdict");
    }
    expect(h.get(zchip::kGlobalError), zchip::kGlobalErrorDescriptorMask, name + ": ERROR");
    expect(h.get(zchip::kGlobalErrorQueue), 2, name + ": ERROR_QUEUE");
    h.set(zchip::kGlobalError, ~0u);
    works(h, q, jobs, c.name);
  }

  // Ends that go wrong in the middle: the job is told, those of earlier lines may be decided, none from it on is.
  for (int i = 0; i < 60; i++) {
    const uint32_t n = 150;
    const uint32_t lo = h.random.next() % 60, hi = lo + 20 + h.random.next() % 60;
    const uint32_t bad = lo + h.random.next() % (hi - lo);
    Batch b(h, draw(h, jobs.at(3), n), lo, hi, h.random.next());
    auto* ends = reinterpret_cast<uint32_t*>(h.memory.need(b.s.ends, 4 * n));
    if (i % 2) ends[bad] = b.s.message_bytes + 1 + h.random.next() % 1000;
    else if (bad == 0 || ends[bad - 1] == 0) continue;
    else ends[bad] = ends[bad - 1] - 1;
    q.submit(b.s);
    const auto done = q.wait();
    expect(uint64_t(status(done)), uint64_t(Status::kBadMessage), "ends: status");
    expect(done.detail, bad, "ends: detail");
    expect(b.check("ends"), done.decided, "ends: decided");
    for (uint32_t j = bad / 16 * 16; j < hi; j++) {
      if (j >= lo && *h.memory.need(b.s.verdict + j, 1) != Batch::kUntouched) fail("ends: a verdict of the bad line");
    }
    b.unmap();
  }
  h.set(zchip::kGlobalError, ~0u);
  S nop{};
  nop.command = 0x020000;
  nop.id = 0x1234;
  nop.lo = 9;
  q.submit(nop);
  const auto done = q.wait();
  if (status(done) != Status::kOk || done.decided || done.id != 0x1234) fail("nop");
  expect(h.get(zchip::kGlobalError), 0, "ERROR after a nop");
  std::printf("chip       refused submissions and wrong ends: right\n");
}

// Sections of which a part is not mapped.
void dma_errors(const Jobs& jobs, uint32_t seed, unsigned n) {
  Host h(100000000, seed, kMoods[seed % 5]);
  Queue q(h, 0, 4);
  enable(h);
  unsigned struck = 0, partly = 0;
  for (unsigned i = 0; i < n; i++) {
    h.mood = kMoods[h.random.next() % 5];
    const uint32_t count = 1 + h.random.next() % 150;
    Batch b(h, draw_any(h, jobs, count), 0, count, h.random.next());
    uint64_t* sections[] = {&b.s.in, &b.s.ends, &b.s.messages, &b.s.verdict, &b.s.out};
    const uint32_t which = h.random.next() % 5;
    if ((which == 0 && b.has_messages) || ((which == 1 || which == 2) && !b.has_messages)) continue;
    if (which == 2 && b.s.message_bytes == 0) continue;
    // Move the section so that only its first lines are mapped.
    const size_t size = which == 0 ? count * b.jobs[0].row.size() : which == 1 ? 4 * count : which == 2 ? b.s.message_bytes
        : which == 3 ? count : count * b.jobs[0].out.size();
    const size_t lines = (size + 63) / 64, kept = h.random.next() % lines;
    const uint64_t to = h.memory.map(64 * kept + (kept ? 0 : 64), Batch::kUntouched);
    if (kept) std::memcpy(h.memory.need(to, 64 * kept), h.memory.need(*sections[which], 64 * kept), 64 * kept);
    else h.memory.unmap(to);
    const uint64_t was = *sections[which];
    *sections[which] = to;
    q.submit(b.s);
    const auto done = q.wait();
    const bool writes = which >= 3;
    expect(uint64_t(status(done)), uint64_t(writes ? Status::kDMAWrite : Status::kDMARead), "DMA error: status");
    expect(h.get(zchip::kGlobalError), writes ? zchip::kGlobalErrorDMAWriteMask : zchip::kGlobalErrorDMAReadMask, "DMA error: ERROR");
    const uint64_t at = h.get64(zchip::kGlobalErrorAddress);
    if (at < to || at >= to + 64 * lines) fail("DMA error: address " + hex(at) + " is not in the section");
    h.set(zchip::kGlobalError, ~0u);
    uint32_t decided = 0;
    for (uint32_t j = 0; j < count; j++) {
      const uint8_t* v = h.memory.find(b.s.verdict + j, 1);
      if (!v || *v == Batch::kUntouched) continue;
      decided++;
      const size_t bytes = b.jobs[j].out.size();
      const uint8_t* out = h.memory.find(b.s.out + j * bytes, bytes);
      if (*v != b.jobs[j].verdict) fail("DMA error: a wrong verdict");
      if (!out || std::memcmp(out, b.jobs[j].out.data(), bytes) != 0) fail("DMA error: a verdict without its output");
      if (!writes && j == done.detail) fail("DMA error: the job that was struck is decided");
    }
    expect(done.decided, decided, "DMA error: decided");
    struck++, partly += decided > 0;
    h.memory.unmap(was);
    b.unmap();
    if (i % 4 == 0) works(h, q, jobs, "a DMA error");
    h.set(zchip::kGlobalError, ~0u);
  }
  if (struck < n / 3 || partly == 0) fail("bench: too few DMA errors");

  // Rings that are not mapped: the queue stops, and says so.
  auto lost = [&](Queue& queue, uint64_t ring, uint32_t bits) {
    Batch b(h, draw(h, jobs.at(1), 5), 0, 5, 1);
    queue.submit(b.s, false);
    h.memory.unmap(ring);
    queue.ring();
    for (int i = 0; h.get(zchip::kQueueStatus(queue.index())) != 2; i++) if (i > 10000) fail("a queue without ring goes on");
    expect(h.get(zchip::kGlobalError), bits, "ERROR of a ring");
    expect(h.get(zchip::kGlobalErrorQueue), queue.index(), "ERROR_QUEUE of a ring");
    const uint64_t at = h.get64(zchip::kGlobalErrorAddress);
    if (at < ring || at >= ring + 64 * queue.depth()) fail("ERROR_ADDRESS of a ring");
    h.set(zchip::kGlobalError, ~0u);
    expect(b.check("a ring"), bits == zchip::kGlobalErrorDMAReadMask ? 0 : 5, "decided without a ring");
    b.unmap();
  };
  Queue other(h, 3, 4);
  lost(q, q.sq(), zchip::kGlobalErrorDMAReadMask);
  works(h, other, jobs, "a queue that stopped");
  lost(other, other.cq(), zchip::kGlobalErrorDMAWriteMask);
  std::printf("chip       %u DMA errors (%u with jobs decided before), rings that are not mapped: right\n", struck, partly);
}

// Jobs that would take for ever: a search of 2^32 - 1 nonces for a hash that is zero.
std::vector<Job> endless(Host& h, const Jobs& jobs, size_t n) {
  auto out = draw(h, jobs.at(9), n);
  for (auto& j : out) {
    std::fill(j.row.begin() + 80, j.row.begin() + 112, uint8_t(0));
    std::fill(j.row.begin() + 116, j.row.end(), uint8_t(0xff));
  }
  return out;
}

void aborts(const Jobs& jobs, uint32_t seed, unsigned n) {
  Host h(100000000, seed, kFast);
  Queue q(h, 1, 8), other(h, 0, 4);
  enable(h);
  unsigned ended = 0;
  for (unsigned i = 0; i < n; i++) {
    h.mood = kMoods[h.random.next() % 5];
    std::vector<Batch> sent;
    const unsigned count = 1 + h.random.next() % 6;
    for (unsigned k = 0; k < count; k++) {
      const size_t jobs_of = 1 + h.random.next() % 60;
      auto from = h.random.chance(30) ? endless(h, jobs, jobs_of) : draw_any(h, jobs, jobs_of);
      sent.emplace_back(h, std::move(from), 0, uint32_t(jobs_of), i << 8 | k);
      q.submit(sent.back().s);
    }
    Batch beside(h, draw_any(h, jobs, 25), 0, 25, 0xabcdef);
    other.submit(beside.s);
    h.step(h.random.next() % 3000);
    h.set(zchip::kQueueControl(1), 3);
    for (unsigned k = 0; k < count; k++) {
      const auto c = q.wait();
      Batch& b = sent[k];
      expect(c.id, b.s.id, "abort: id");
      if (status(c) == Status::kOk) expect(c.decided, b.s.hi, "abort: decided of a command that was done");
      else expect(uint64_t(status(c)), uint64_t(Status::kAborted), "abort: status");
      ended += status(c) == Status::kAborted;
      expect(b.check("abort"), c.decided, "abort: decided");
      b.unmap();
    }
    h.step(20);
    expect(h.get(zchip::kQueueControl(1)), 1, "CONTROL after an abort");
    check_done(other.wait(), beside, "beside an abort");
    beside.unmap();
    expect(h.get(zchip::kGlobalError), 0, "ERROR after an abort");
    works(h, q, jobs, "an abort");
  }
  if (ended == 0) fail("bench: nothing was aborted");
  h.set(zchip::kQueueControl(1), 3);
  expect(h.get(zchip::kQueueControl(1)), 1, "CONTROL after an abort of nothing");
  std::printf("chip       %u aborts, %u commands ended early: right\n", n, ended);
}

// Resets from software and of the function, and disabled queues, at any time.
void resets(const Jobs& jobs, uint32_t seed, unsigned n) {
  Host h(200000000, seed, kFast);
  std::vector<Queue> queues;
  for (uint32_t q = 0; q < 4; q++) queues.emplace_back(h, q, 4);
  for (unsigned i = 0; i < n; i++) {
    h.mood = kMoods[h.random.next() % 5];
    enable(h);
    std::vector<Batch> sent;
    for (unsigned k = 0; k < 8; k++) {
      const size_t count = 1 + h.random.next() % 100;
      auto from = h.random.chance(15) ? endless(h, jobs, count) : draw_any(h, jobs, count);
      sent.emplace_back(h, std::move(from), 0, uint32_t(count), k);
      queues[k % 4].submit(sent.back().s);
    }
    h.step(h.random.next() % 4000);
    const unsigned how = i % 3;
    if (how == 0) h.soft_reset();
    if (how == 1) h.reset();
    if (how == 2) {
      for (uint32_t q = 0; q < 4; q++) h.set(zchip::kQueueControl(q), 0);
      for (uint32_t q = 0; q < 4; q++) {
        for (int k = 0; h.get(zchip::kQueueStatus(q)) != 2; k++) if (k > 100000) fail("a disabled queue does not come to rest");
      }
      const uint64_t lines = h.lines_read, bytes = h.bytes_written;
      h.step(500);
      if (lines != h.lines_read || bytes != h.bytes_written) fail("DMA of queues that are at rest");
    }
    for (auto& b : sent) {
      b.check("reset");
      b.unmap();
    }
    expect(h.get(zchip::kGlobalStatus), 1, "STATUS after a reset");
    expect(h.get(zchip::kGlobalError), 0, "ERROR after a reset");
    for (auto& q : queues) q.start();
    enable(h);
    for (auto& q : queues) works(h, q, jobs, "a reset");
  }
  std::printf("chip       %u resets and disabled queues in the middle of work: right\n", n);
}

// Rings that are full, and chips that are told to fetch nothing.
void rings(const Jobs& jobs, uint32_t seed) {
  Host h(20000000, seed, kFast);
  Queue q(h, 3, 4);
  zchip::Submission nop{};
  nop.command = 0x020000;
  for (uint32_t i = 0; i < 3; i++) nop.id = i, q.submit(nop);
  h.step(1000);
  expect(h.lines_read, 0, "lines that a chip which is not enabled read");
  enable(h);
  zchip::Completion c;
  for (uint32_t i = 0; i < 3; i++) {
    for (int k = 0; !q.take(c, false); k++) {
      if (k > 1000) fail("no completion");
      h.step();
    }
    expect(c.id, i, "id");
  }
  // Software has seen three but not said so: there is no room for more.
  for (uint32_t i = 3; i < 6; i++) nop.id = i, q.submit(nop);
  h.step(3000);
  if (q.take(c, false)) fail("a completion where there is no room");
  expect(h.get(zchip::kQueueCQTail(3)), 3, "CQ_TAIL");
  expect(h.get(zchip::kQueueSQHead(3)), 3, "SQ_HEAD");
  h.set(zchip::kDoorbellCQHead(3), 3);
  for (uint32_t i = 3; i < 6; i++) expect(q.wait().id, i, "id of a completion that was held back");
  h.set(zchip::kGlobalControl, 0);
  nop.id = 6;
  q.submit(nop);
  h.step(500);
  if (q.take(c)) fail("a completion of a chip that is not enabled");
  h.set(zchip::kGlobalControl, 1);
  expect(q.wait().id, 6, "id");
  works(h, q, jobs, "full rings");
  std::printf("chip       full rings: right\n");
}

// --- figures -------------------------------------------------------------------------------------------------------------

// One kernel under load: jobs of the same size, several commands in flight. Gives the cycles that were simulated.
uint64_t load(const Jobs& jobs, unsigned kernel, const char* name, size_t bytes, unsigned blocks, unsigned row,
          double most, uint32_t seed, unsigned latency) {
  Host h(100000000, seed, {"load", latency, 0, 100, 100, 100, 100, 100});
  Queue q(h, 0, 8);
  enable(h);
  const unsigned units = h.get(zchip::kUnitRow(row)) >> zchip::kUnitRowUnitsShift & 0xff;
  const size_t n = std::max<size_t>(48, std::min<size_t>(320, 60000 / (bytes + 60)));
  std::vector<Job> from;
  for (size_t i = 0; i < n; i++) {
    Job j = jobs.at(kernel)[i % jobs.at(kernel).size()];
    if (kernel <= 6) j.message.resize(bytes);  // what it hashes to is not looked at
    from.push_back(j);
  }
  std::vector<Batch> sent;
  for (uint32_t i = 0; i < 4; i++) sent.emplace_back(h, from, 0, uint32_t(n), i);
  for (auto& b : sent) q.submit(b.s);
  q.wait();  // until the chip is warm
  h.set(zchip::kCounterControl, 2);
  q.wait();
  q.wait();
  h.set(zchip::kCounterControl, 1);
  const double cycles = double(h.get64(zchip::kCounterCycles)), busy = double(h.get64(zchip::kCounterUnitBusy(row)));
  const double done = double(h.get64(zchip::kCounterJobs));
  q.wait();
  const double per_block = cycles * units / (done * blocks);
  const double in = double(h.get64(zchip::kCounterStallIn)), out = double(h.get64(zchip::kCounterStallOut));
  std::printf("chip       %-11s %5zu bytes, latency %3u: %7.2f cycles per job, %6.2f per block and unit, units busy %5.1f %%, "
              "stalls in %4.1f %% out %4.1f %%, %5.2f bytes read per cycle\n",
              name, bytes, latency, cycles / done, per_block, 100 * busy / (cycles * units), 100 * in / cycles, 100 * out / cycles,
              double(h.get64(zchip::kCounterBytesRead)) / cycles);
  if (per_block > most) fail(std::string(name) + " is too slow under load");
  return h.cycle();
}

void figures(const Jobs& jobs, uint32_t seed) {
  const std::clock_t began = std::clock();
  uint64_t cycles = 0;
  for (unsigned latency : {50u, 300u}) {
    cycles += load(jobs, 1, "sha256", 55, 1, 0, 65 / 0.95, seed, latency);
    cycles += load(jobs, 1, "sha256", 64, 2, 0, 65 / 0.95, seed, latency);
    cycles += load(jobs, 1, "sha256", 1000, 16, 0, 65 / 0.95, seed, latency);
    cycles += load(jobs, 1, "sha256", 20000, 313, 0, 65 / 0.95, seed, latency);
    cycles += load(jobs, 2, "sha256d", 80, 3, 1, 65 / 0.95, seed, latency);
    cycles += load(jobs, 8, "sha256.node", 64, 2, 2, 65 / 0.95, seed, latency);
    cycles += load(jobs, 3, "sha512", 100, 1, 3, 81 / 0.95, seed, latency);
    cycles += load(jobs, 4, "keccak256", 0, 1, 4, 24 / 0.95, seed, latency);
    cycles += load(jobs, 4, "keccak256", 135, 1, 4, 24 / 0.95, seed, latency);
    cycles += load(jobs, 4, "keccak256", 3000, 23, 4, 24 / 0.95, seed, latency);
    cycles += load(jobs, 5, "sm3", 64, 2, 5, 65 / 0.95, seed, latency);
    cycles += load(jobs, 6, "blake2b256", 128, 1, 6, 25 / 0.95, seed, latency);
  }
  const double seconds = double(std::clock() - began) / CLOCKS_PER_SEC;
  std::printf("chip       %llu cycles under load simulated at %.0f kHz with this build, bench included\n",
              static_cast<unsigned long long>(cycles), double(cycles) / seconds / 1000);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: %s FILE SEED BATCHES\n", argv[0]);
    return 2;
  }
  return bench::run("chip", [&] {
    const auto jobs = bench::read_jobs(argv[1]);
    const uint32_t seed = uint32_t(std::stoul(argv[2]));
    const unsigned n = unsigned(std::stoul(argv[3]));
    registers(seed);
    for (const auto& mood : kMoods) batches(jobs, mood, seed, n);
    refused(jobs, seed);
    rings(jobs, seed);
    dma_errors(jobs, seed, n);
    aborts(jobs, seed, n / 2);
    resets(jobs, seed, n / 2);
    figures(jobs, seed);
  });
}
