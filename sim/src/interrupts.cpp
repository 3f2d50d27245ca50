#include "interrupts.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>

namespace sim {
namespace {

bool is_eventfd(int fd) {
  const std::string path = "/proc/self/fd/" + std::to_string(fd);
  char target[64];
  const ssize_t n = ::readlink(path.c_str(), target, sizeof(target));
  return n > 0 && std::string_view(target, static_cast<size_t>(n)) == "anon_inode:[eventfd]";
}

}  // namespace

Interrupts::Interrupts(uint32_t vectors, Stats* stats) : vectors_(vectors), stats_(stats) {}

int Interrupts::set(const wire::SetIrqs& r, const uint8_t* bytes, size_t n, std::vector<Fd>* fds) {
  const uint32_t data = r.flags & wire::kDataMask, action = r.flags & wire::kActions;
  const bool one_each = __builtin_popcount(data) == 1 && __builtin_popcount(action) == 1 && (r.flags & ~(wire::kDataMask | wire::kActions)) == 0;
  if (!one_each || uint64_t{r.start} + r.count > vectors_.size()) return EINVAL;
  if (data == wire::kDataNone && r.count == 0) {
    if (action != wire::kActionTrigger || r.start != 0) return EINVAL;
    for (Vector& v : vectors_) v.event.close();
    return 0;
  }
  if (r.count == 0 || n != (data == wire::kDataBool ? r.count : 0)) return EINVAL;
  if (data == wire::kDataEventfd) {
    if (action != wire::kActionTrigger) return ENOTSUP;  // nobody wants to know of masks
    if (!fds->empty() && fds->size() != r.count) return EINVAL;
    for (const Fd& fd : *fds) {
      if (!is_eventfd(fd.get())) return EINVAL;
    }
    for (uint32_t i = 0; i < r.count; i++) vectors_[r.start + i].event = fds->empty() ? Fd() : std::move((*fds)[i]);
    return 0;
  }
  for (uint32_t i = 0; i < r.count; i++) {
    if (data == wire::kDataNone || bytes[i] != 0) act(action, &vectors_[r.start + i]);
  }
  return 0;
}

void Interrupts::act(uint32_t action, Vector* v) {
  switch (action) {
    case wire::kActionMask:
      v->masked = true;
      break;
    case wire::kActionUnmask:
      v->masked = false;
      if (std::exchange(v->pending, false)) signal(*v);
      break;
    default:
      signal(*v);
  }
}

void Interrupts::fire(uint32_t vector) {
  Vector& v = vectors_[vector];
  if (v.masked) {
    v.pending = true;
  } else {
    signal(v);
  }
}

void Interrupts::signal(const Vector& v) {
  if (!v.event) return;
  pollfd p{v.event.get(), POLLOUT, 0};
  if (::poll(&p, 1, 0) != 1 || (p.revents & POLLOUT) == 0) return;  // its counter is full: it is signalled
  const uint64_t one = 1;
  ssize_t n;
  do {
    n = ::write(v.event.get(), &one, sizeof(one));
  } while (n < 0 && errno == EINTR);
  if (n == static_cast<ssize_t>(sizeof(one))) stats_->interrupts++;
}

uint32_t Interrupts::read(uint32_t offset) const {
  const uint32_t entry = offset / 16;
  if (entry < vectors_.size()) return vectors_[entry].table[offset / 4 % 4];
  uint32_t bits = 0;
  if (offset >= kPending) {
    const uint32_t first = (offset - kPending) * 8;
    for (uint32_t i = 0; i < 32 && first + i < vectors_.size(); i++) bits |= static_cast<uint32_t>(vectors_[first + i].pending) << i;
  }
  return bits;
}

void Interrupts::write(uint32_t offset, uint32_t value) {
  const uint32_t entry = offset / 16;
  if (entry >= vectors_.size()) return;
  static constexpr uint32_t kWritable[4] = {~uint32_t{3}, ~uint32_t{0}, ~uint32_t{0}, 1};
  vectors_[entry].table[offset / 4 % 4] = value & kWritable[offset / 4 % 4];
}

void Interrupts::reset() {
  const Vector fresh;
  for (Vector& v : vectors_) {
    v.pending = false;
    for (int i = 0; i < 4; i++) v.table[i] = fresh.table[i];
  }
}

void Interrupts::clear() {
  for (Vector& v : vectors_) v = Vector{};
}

}  // namespace sim
