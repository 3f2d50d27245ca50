#include "interrupts.h"

#include <fcntl.h>
#include <sys/eventfd.h>

#include <cerrno>

#include "check.h"

namespace test {
namespace {

using namespace wire;

sim::Fd event() { return sim::Fd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)); }

// How often an eventfd was signalled since the last look.
uint64_t count(const sim::Fd& fd) {
  uint64_t n = 0;
  return ::read(fd.get(), &n, sizeof(n)) == sizeof(n) ? n : 0;
}

SetIrqs request(uint32_t flags, uint32_t start, uint32_t n) { return {sizeof(SetIrqs), flags, kMsix, start, n}; }

struct Fixture {
  sim::Stats stats;
  sim::Interrupts irqs{4, &stats};
  int set(uint32_t flags, uint32_t start, uint32_t n, std::vector<uint8_t> bytes = {}, std::vector<sim::Fd> fds = {}) {
    return irqs.set(request(flags, start, n), bytes.data(), bytes.size(), &fds);
  }
  int give(uint32_t vector, const sim::Fd& fd) {
    std::vector<sim::Fd> fds;
    fds.emplace_back(::dup(fd.get()));
    return irqs.set(request(kDataEventfd | kActionTrigger, vector, 1), nullptr, 0, &fds);
  }
};

void fire() {
  Fixture f;
  const sim::Fd a = event(), b = event();
  CHECK(f.give(1, a) == 0 && f.give(3, b) == 0);
  f.irqs.fire(1);
  CHECK(count(a) == 1 && count(b) == 0);
  f.irqs.fire(3);
  f.irqs.fire(3);
  f.irqs.fire(0);  // goes nowhere
  CHECK(count(a) == 0 && count(b) == 2 && f.stats.interrupts == 3);
  CHECK(f.set(kDataEventfd | kActionTrigger, 1, 1) == 0);  // without a descriptor: taken away
  f.irqs.fire(1);
  CHECK(count(a) == 0);
  CHECK(f.set(kDataNone | kActionTrigger, 0, 0) == 0);  // all are
  f.irqs.fire(3);
  CHECK(count(b) == 0);
}

void mask() {
  Fixture f;
  const sim::Fd a = event();
  CHECK(f.give(2, a) == 0);
  CHECK(f.set(kDataNone | kActionMask, 2, 1) == 0);
  f.irqs.fire(2);
  f.irqs.fire(2);
  CHECK(count(a) == 0 && f.irqs.read(sim::Interrupts::kPending) == 4);
  CHECK(f.set(kDataBool | kActionUnmask, 1, 3, {1, 0, 1}) == 0);
  CHECK(count(a) == 0);
  CHECK(f.set(kDataBool | kActionUnmask, 1, 3, {0, 1, 0}) == 0);
  CHECK(count(a) == 1 && f.irqs.read(sim::Interrupts::kPending) == 0);
  f.irqs.fire(2);
  CHECK(count(a) == 1);
}

void trigger() {
  Fixture f;
  const sim::Fd a = event(), b = event();
  CHECK(f.give(0, a) == 0 && f.give(1, b) == 0);
  CHECK(f.set(kDataNone | kActionTrigger, 0, 2) == 0);
  CHECK(count(a) == 1 && count(b) == 1);
  CHECK(f.set(kDataBool | kActionTrigger, 0, 2, {0, 1}) == 0);
  CHECK(count(a) == 0 && count(b) == 1);
}

void bad() {
  Fixture f;
  for (const uint32_t flags : {0u, kDataNone, kActionTrigger, kDataNone | kDataBool | kActionTrigger, kDataNone | kActionMask | kActionUnmask,
                               kDataNone | kActionTrigger | 64u, ~0u}) {
    CHECK(f.set(flags, 0, 1) == EINVAL);
  }
  for (const uint32_t start : {4u, 0xffffffffu}) CHECK(f.set(kDataNone | kActionTrigger, start, 1) == EINVAL);
  CHECK(f.set(kDataNone | kActionTrigger, 1, 0xffffffff) == EINVAL);
  CHECK(f.set(kDataNone | kActionTrigger, 1, 0) == EINVAL);
  CHECK(f.set(kDataNone | kActionMask, 0, 0) == EINVAL);
  CHECK(f.set(kDataBool | kActionTrigger, 0, 2, {1}) == EINVAL);
  CHECK(f.set(kDataBool | kActionTrigger, 0, 2, {1, 1, 1}) == EINVAL);
  CHECK(f.set(kDataBool | kActionTrigger, 0, 0) == EINVAL);
  CHECK(f.set(kDataEventfd | kActionMask, 0, 1) == ENOTSUP);
  std::vector<sim::Fd> two;
  two.push_back(event());
  two.push_back(event());
  CHECK(f.irqs.set(request(kDataEventfd | kActionTrigger, 0, 1), nullptr, 0, &two) == EINVAL);
  std::vector<sim::Fd> file;
  file.emplace_back(::open("/dev/null", O_RDWR | O_CLOEXEC));
  CHECK(f.irqs.set(request(kDataEventfd | kActionTrigger, 0, 1), nullptr, 0, &file) == EINVAL);
}

// A counter that is full holds nobody up, whether or not its eventfd blocks.
void full() {
  Fixture f;
  const sim::Fd a(::eventfd(0, EFD_CLOEXEC));
  const uint64_t most = ~uint64_t{0} - 1;
  CHECK(::write(a.get(), &most, sizeof(most)) == sizeof(most));
  CHECK(f.give(0, a) == 0);
  f.irqs.fire(0);
  CHECK(f.stats.interrupts == 0);
}

void table() {
  Fixture f;
  for (uint32_t v = 0; v < 4; v++) {
    CHECK(f.irqs.read(16 * v + 12) == 1);  // masked at power-on
    for (uint32_t w = 0; w < 16; w += 4) f.irqs.write(16 * v + w, 0xfffffff3 - v);
    CHECK(f.irqs.read(16 * v) == ((0xfffffff3 - v) & ~3u) && f.irqs.read(16 * v + 8) == 0xfffffff3 - v);
    CHECK(f.irqs.read(16 * v + 12) == ((0xfffffff3 - v) & 1));
  }
  for (uint32_t at = 64; at < sim::Interrupts::kSize; at += 4) {
    f.irqs.write(at, ~0u);
    CHECK(f.irqs.read(at) == 0);
  }
  f.irqs.reset();
  CHECK(f.irqs.read(0) == 0 && f.irqs.read(12) == 1);
}

// A reset of the function keeps the client's eventfds; the end of the client does not.
void ends() {
  Fixture f;
  const sim::Fd a = event();
  CHECK(f.give(0, a) == 0 && f.set(kDataNone | kActionMask, 1, 1) == 0);
  f.irqs.fire(1);
  f.irqs.reset();
  CHECK(f.irqs.read(sim::Interrupts::kPending) == 0);
  f.irqs.fire(0);
  CHECK(count(a) == 1);
  f.irqs.clear();
  f.irqs.fire(0);
  CHECK(count(a) == 0);
}

}  // namespace

std::vector<Case> interrupt_cases() {
  return {{"interrupts fire", fire}, {"interrupts mask", mask}, {"interrupts trigger", trigger}, {"interrupts bad", bad},
          {"interrupts full", full}, {"interrupts table", table}, {"interrupts end", ends}};
}

}  // namespace test
