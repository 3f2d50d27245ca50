// Shared memory for tests.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>

#include "fd.h"

namespace test {

class SharedFile {
 public:
  explicit SharedFile(size_t size) : fd_(::memfd_create("test", MFD_CLOEXEC)), size_(size) {
    if (!fd_ || ::ftruncate(fd_.get(), static_cast<off_t>(size)) != 0) throw std::runtime_error("memfd");
    bytes_ = static_cast<uint8_t*>(::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd_.get(), 0));
    if (bytes_ == MAP_FAILED) throw std::runtime_error("mmap");
  }
  ~SharedFile() { ::munmap(bytes_, size_); }
  SharedFile(const SharedFile&) = delete;
  SharedFile& operator=(const SharedFile&) = delete;

  uint8_t* bytes() const { return bytes_; }
  sim::Fd fd() const { return sim::Fd(::dup(fd_.get())); }
  void truncate(size_t size) const {
    if (::ftruncate(fd_.get(), static_cast<off_t>(size)) != 0) throw std::runtime_error("ftruncate");
  }

 private:
  sim::Fd fd_;
  uint8_t* bytes_;
  size_t size_;
};

}  // namespace test
