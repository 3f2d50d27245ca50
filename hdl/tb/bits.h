// Fields of wide Verilator ports, and a bus model in small for benches of single modules.
#pragma once

#include <cstdint>
#include <cstddef>

namespace bench {

// Bits [at, at + n) of a wide port; n is up to 64.
template <class Wide>
uint64_t bits(const Wide& w, size_t at, size_t n) {
  uint64_t v = 0;
  for (size_t i = 0; i < n; i++) v |= uint64_t(w[(at + i) / 32] >> ((at + i) % 32) & 1) << i;
  return v;
}

template <class Wide>
void set_bits(Wide& w, size_t at, size_t n, uint64_t v) {
  for (size_t i = 0; i < n; i++) {
    const uint32_t bit = 1u << ((at + i) % 32);
    if (v >> i & 1) w[(at + i) / 32] |= bit;
    else w[(at + i) / 32] &= ~bit;
  }
}

}  // namespace bench
