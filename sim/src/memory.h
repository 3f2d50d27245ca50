// The memory that the client lets the function reach: files that it shared, at bus addresses.
#pragma once

#include <array>
#include <cstdint>
#include <map>

#include "fd.h"

namespace sim {

constexpr uint32_t kLine = 64;  // bytes of a DMA write and of a beat of a read

class Memory {
 public:
  // Maps size bytes of the file, from offset on, at the bus address. Returns 0 or an errno: EINVAL for an address, offset or
  // size that is no multiple of a page, runs over, or is not in the file; EEXIST for an overlap; ENOSPC for too many; what
  // mmap says.
  int map(Fd file, uint64_t offset, uint64_t address, uint64_t size, bool readable, bool writable);
  // Takes away a mapping exactly as it was made: 0 or ENOENT.
  int unmap(uint64_t address, uint64_t size);
  bool has(uint64_t address, uint64_t size) const;
  void clear() { areas_.clear(); }

  // Reads n bytes that lie in one page. False: not mapped, not readable, or the file is no longer there.
  bool read(uint64_t address, uint8_t* to, size_t n) const;
  // Writes the bytes of a line whose bits are set in strobe, the highest word of them last, with release order. False as
  // with read.
  bool write(uint64_t address, const std::array<uint8_t, kLine>& line, uint64_t strobe) const;

  // Has a SIGBUS within read and write, of a file that was cut short, end in false. Called once, before all else.
  static void guard();

 private:
  // Mapping owns what mmap gave.
  class Mapping {
   public:
    Mapping(void* base, size_t length) : base_(base), length_(length) {}
    ~Mapping();
    Mapping(Mapping&& other) noexcept : base_(std::exchange(other.base_, nullptr)), length_(other.length_) {}
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    Mapping& operator=(Mapping&&) = delete;
    uint8_t* base() const { return static_cast<uint8_t*>(base_); }

   private:
    void* base_;
    size_t length_;
  };
  struct Area {
    Mapping mapping;
    uint8_t* at;  // of the first byte
    uint64_t size;
    bool readable, writable;
  };

  // The byte at the bus address, if n bytes from there on may be accessed so.
  uint8_t* find(uint64_t address, size_t n, bool Area::*may) const;

  std::map<uint64_t, Area> areas_;  // by bus address; they do not overlap
};

}  // namespace sim
