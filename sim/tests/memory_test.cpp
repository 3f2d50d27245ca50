#include "memory.h"

#include <fcntl.h>

#include <cerrno>
#include <cstring>
#include <random>

#include "check.h"
#include "files.h"

namespace test {
namespace {

constexpr uint64_t kPage = 4096, kAt = uint64_t{1} << 33;
using Line = std::array<uint8_t, sim::kLine>;

void maps() {
  SharedFile f(4 * kPage);
  sim::Memory m;
  const uint64_t top = ~uint64_t{0} - kPage + 1;
  CHECK(m.map(f.fd(), 0, kAt, 4 * kPage, true, true) == 0);
  for (const uint64_t at : {kAt, kAt - kPage, kAt + 3 * kPage}) CHECK(m.map(f.fd(), 0, at, 2 * kPage, true, true) == EEXIST);
  CHECK(m.map(f.fd(), kPage, kAt + 4 * kPage, kPage, true, true) == 0);
  CHECK(m.map(f.fd(), 0, 0, kPage, true, true) == 0);
  CHECK(m.map(f.fd(), 0, top, kPage, true, true) == EINVAL);  // its end is 2^64
  CHECK(m.map(f.fd(), 0, top - kPage, kPage, true, true) == 0);
  CHECK(m.map(f.fd(), 0, 2 * kAt + 64, kPage, true, true) == EINVAL);
  CHECK(m.map(f.fd(), 64, 2 * kAt, kPage, true, true) == EINVAL);
  CHECK(m.map(f.fd(), 0, 2 * kAt, 100, true, true) == EINVAL);
  CHECK(m.map(f.fd(), 0, 2 * kAt, 0, true, true) == EINVAL);
  CHECK(m.map(f.fd(), 0, 2 * kAt, 5 * kPage, true, true) == EINVAL);  // more than the file has
  CHECK(m.map(f.fd(), ~uint64_t{0} - kPage + 1, 2 * kAt, kPage, true, true) == EINVAL);
  CHECK(m.map(sim::Fd(::open("/dev/zero", O_RDWR)), 0, 2 * kAt, kPage, true, true) == EINVAL);
  CHECK(m.map(sim::Fd(), 0, 2 * kAt, kPage, true, true) == EINVAL);
  CHECK(m.unmap(kAt, kPage) == ENOENT);
  CHECK(m.unmap(kAt + kPage, kPage) == ENOENT);
  CHECK(m.unmap(kAt, 4 * kPage) == 0);
  CHECK(m.unmap(kAt, 4 * kPage) == ENOENT);
  CHECK(m.map(f.fd(), 0, kAt - 2 * kPage, 4 * kPage, true, true) == 0);
  uint8_t page[kPage];
  m.clear();
  CHECK(!m.read(kAt, page, 64));
}

void bounds() {
  SharedFile f(4 * kPage);
  sim::Memory m;
  std::mt19937 random(1);
  for (size_t i = 0; i < 4 * kPage; i++) f.bytes()[i] = static_cast<uint8_t>(random());
  CHECK(m.map(f.fd(), kPage, kAt, 2 * kPage, true, true) == 0);
  uint8_t page[kPage];
  CHECK(m.read(kAt, page, kPage) && std::memcmp(page, f.bytes() + kPage, kPage) == 0);
  CHECK(m.read(kAt + 2 * kPage - 64, page, 64) && std::memcmp(page, f.bytes() + 3 * kPage - 64, 64) == 0);
  CHECK(!m.read(kAt - 64, page, 64));
  CHECK(!m.read(kAt + 2 * kPage, page, 64));
  for (const uint64_t far : {3 * kPage, 64 * kPage, kAt}) CHECK(!m.read(kAt + 2 * kPage + far, page, 64) && !m.write(kAt + far, Line{}, 1));
  CHECK(!m.read(kAt + 2 * kPage - 64, page, 128));
  CHECK(!m.read(0, page, 64));
  CHECK(!m.write(kAt + 2 * kPage, Line{}, ~uint64_t{0}));
  CHECK(!m.write(kAt - 64, Line{}, ~uint64_t{0}));
}

void rights() {
  SharedFile f(2 * kPage);
  sim::Memory m;
  CHECK(m.map(f.fd(), 0, kAt, kPage, true, false) == 0);
  CHECK(m.map(f.fd(), 0, 2 * kAt, kPage, false, true) == 0);
  uint8_t page[kPage];
  CHECK(m.read(kAt, page, 64) && !m.write(kAt, Line{}, 1));
  CHECK(!m.read(2 * kAt, page, 64) && m.write(2 * kAt, Line{}, 1));
}

void strobes() {
  SharedFile f(kPage);
  sim::Memory m;
  CHECK(m.map(f.fd(), 0, kAt, kPage, true, true) == 0);
  std::mt19937_64 random(2);
  for (int i = 0; i < 20000; i++) {
    uint64_t strobe = random();
    switch (i % 4) {
      case 0:
        strobe = ~uint64_t{0} << random() % 64;
        break;
      case 1:
        strobe = ~uint64_t{0} >> random() % 64;
        break;
      case 2:
        strobe = uint64_t{1} << random() % 64;
        break;
      default:
        break;
    }
    if (strobe == 0) continue;
    Line line, before;
    for (auto& b : line) b = static_cast<uint8_t>(random());
    std::memcpy(before.data(), f.bytes() + 128, sim::kLine);
    CHECK(m.write(kAt + 128, line, strobe));
    for (size_t b = 0; b < sim::kLine; b++) CHECK(f.bytes()[128 + b] == ((strobe >> b & 1) != 0 ? line[b] : before[b]));
  }
  CHECK(f.bytes()[127] == 0 && f.bytes()[192] == 0);
  CHECK(!m.write(kAt, Line{}, 0));
}

// A client that cuts its file short gets errors; the simulator lives.
void truncated() {
  SharedFile f(2 * kPage);
  sim::Memory m;
  CHECK(m.map(f.fd(), 0, kAt, 2 * kPage, true, true) == 0);
  f.truncate(kPage);
  uint8_t page[kPage];
  for (int i = 0; i < 3; i++) {
    CHECK(m.read(kAt, page, 64) && m.write(kAt, Line{}, ~uint64_t{0}));
    CHECK(!m.read(kAt + kPage, page, kPage) && !m.write(kAt + kPage, Line{}, ~uint64_t{0}));
    CHECK(!m.write(kAt + kPage, Line{}, uint64_t{1} << 63));
  }
  f.truncate(2 * kPage);
  CHECK(m.read(kAt + kPage, page, 64) && page[0] == 0);
}

}  // namespace

std::vector<Case> memory_cases() {
  return {{"memory maps", maps}, {"memory bounds", bounds}, {"memory rights", rights}, {"memory strobes", strobes}, {"memory truncated", truncated}};
}

}  // namespace test
