#include "memory.h"

#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csetjmp>
#include <csignal>
#include <cstring>

#include "wire.h"

namespace sim {
namespace {

// A client can cut a file short after it mapped it: access is then a SIGBUS. The copies below hold no objects, so they can
// be left by a jump.
sigjmp_buf escape;
volatile sig_atomic_t guarded = 0;

void on_bus_error(int signal) {
  if (guarded != 0) siglongjmp(escape, 1);
  std::signal(signal, SIG_DFL);  // our own fault: die of it
  raise(signal);
}

bool copy_out(uint8_t* to, const uint8_t* from, size_t n) {
  if (sigsetjmp(escape, 0) != 0) {
    guarded = 0;
    return false;
  }
  guarded = 1;
  std::atomic_signal_fence(std::memory_order_seq_cst);  // the copy stays between the two
  std::memcpy(to, from, n);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  guarded = 0;
  return true;
}

bool copy_in(uint8_t* to, const uint8_t* from, uint64_t strobe) {
  if (sigsetjmp(escape, 0) != 0) {
    guarded = 0;
    return false;
  }
  guarded = 1;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  constexpr int kWord = 4;
  const int last = (63 - __builtin_clzll(strobe)) / kWord * kWord;
  for (int i = 0; i < last;) {
    const uint64_t holes = ~(strobe >> i);
    const int run = holes == 0 ? last - i : std::min(__builtin_ctzll(holes), last - i);
    if (run > 0) std::memcpy(to + i, from + i, static_cast<size_t>(run));
    i += std::max(run, 1);
  }
  // Who sees the last word sees all before it: it may hold the phase of a completion.
  if ((strobe >> last & 0xf) == 0xf) {
    uint32_t word;
    std::memcpy(&word, from + last, sizeof(word));
    __atomic_store_n(reinterpret_cast<uint32_t*>(to + last), word, __ATOMIC_RELEASE);
  } else {
    for (int i = last; i < last + kWord; i++) {
      if ((strobe >> i & 1) != 0) __atomic_store_n(to + i, from[i], __ATOMIC_RELEASE);
    }
  }
  std::atomic_signal_fence(std::memory_order_seq_cst);
  guarded = 0;
  return true;
}

}  // namespace

void Memory::guard() {
  struct sigaction action {};
  action.sa_handler = on_bus_error;
  action.sa_flags = SA_NODEFER;  // the jump leaves the handler without returning
  sigaction(SIGBUS, &action, nullptr);
}

Memory::Mapping::~Mapping() {
  if (base_ != nullptr) ::munmap(base_, length_);
}

int Memory::map(Fd file, uint64_t offset, uint64_t address, uint64_t size, bool readable, bool writable) {
  constexpr uint64_t kMost = uint64_t{1} << 46;
  if (size == 0 || (size | offset | address) % wire::kPage != 0 || size > kMost || offset > kMost || address + size < address) return EINVAL;
  const auto next = areas_.lower_bound(address);
  if (next != areas_.end() && next->first - address < size) return EEXIST;
  if (next != areas_.begin()) {
    const auto& [start, area] = *std::prev(next);
    if (address - start < area.size) return EEXIST;
  }
  if (areas_.size() >= wire::kMaxMaps) return ENOSPC;
  struct stat info {};
  if (::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) return EINVAL;
  if (static_cast<uint64_t>(info.st_size) < offset + size) return EINVAL;
  // Files of huge pages are mapped by huge pages, whatever part of them is wanted.
  uint64_t page = wire::kPage;
  struct statfs fs {};
  if (::fstatfs(file.get(), &fs) == 0 && fs.f_type == HUGETLBFS_MAGIC) page = static_cast<uint64_t>(fs.f_bsize);
  const uint64_t first = offset / page * page;
  const size_t length = (offset + size - first + page - 1) / page * page;
  const int protection = (readable ? PROT_READ : 0) | (writable ? PROT_WRITE : 0);
  void* base = ::mmap(nullptr, length, protection, MAP_SHARED, file.get(), static_cast<off_t>(first));
  if (base == MAP_FAILED) return errno;
  Mapping mapping(base, length);
  uint8_t* at = mapping.base() + (offset - first);
  areas_.emplace(address, Area{std::move(mapping), at, size, readable, writable});
  return 0;
}

bool Memory::has(uint64_t address, uint64_t size) const {
  const auto area = areas_.find(address);
  return area != areas_.end() && area->second.size == size;
}

int Memory::unmap(uint64_t address, uint64_t size) {
  if (!has(address, size)) return ENOENT;
  areas_.erase(address);
  return 0;
}

uint8_t* Memory::find(uint64_t address, size_t n, bool Area::*may) const {
  const auto after = areas_.upper_bound(address);
  if (after == areas_.begin()) return nullptr;
  const auto& [start, area] = *std::prev(after);
  const uint64_t in = address - start;
  return in < area.size && n <= area.size - in && area.*may ? area.at + in : nullptr;
}

bool Memory::read(uint64_t address, uint8_t* to, size_t n) const {
  const uint8_t* from = find(address, n, &Area::readable);
  return from != nullptr && copy_out(to, from, n);
}

bool Memory::write(uint64_t address, const std::array<uint8_t, kLine>& line, uint64_t strobe) const {
  uint8_t* to = find(address, kLine, &Area::writable);
  return to != nullptr && strobe != 0 && copy_in(to, line.data(), strobe);
}

}  // namespace sim
