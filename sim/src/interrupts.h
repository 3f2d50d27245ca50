// MSI-X: where interrupts go. A vector goes to the eventfd that SET_IRQS gave it, as with a card behind VFIO: the table in
// BAR2 holds what software writes to it, but steers nothing. A vector that SET_IRQS masked is pending until it is unmasked.
#pragma once

#include <cstdint>
#include <vector>

#include "fd.h"
#include "stats.h"
#include "wire.h"

namespace sim {

class Interrupts {
 public:
  Interrupts(uint32_t vectors, Stats* stats);

  uint32_t vectors() const { return static_cast<uint32_t>(vectors_.size()); }

  // SET_IRQS of index MSI-X: 0 or an errno. bytes are what follows the structure.
  int set(const wire::SetIrqs& request, const uint8_t* bytes, size_t n, std::vector<Fd>* fds);

  // A vector fires.
  void fire(uint32_t vector);

  // Table at 0, pending bits at kPending of BAR2; offset is a multiple of 4.
  static constexpr uint32_t kPending = 0x800, kSize = 0x1000;
  uint32_t read(uint32_t offset) const;
  void write(uint32_t offset, uint32_t value);

  void reset();  // of the function: the table and pending bits; eventfds and masks of the client stay
  void clear();  // the client is gone

 private:
  struct Vector {
    Fd event;
    bool masked = false;
    bool pending = false;
    uint32_t table[4] = {0, 0, 0, 1};  // address, address, data, control: masked
  };
  void signal(const Vector& v);
  void act(uint32_t action, Vector* v);

  std::vector<Vector> vectors_;
  Stats* stats_;
};

}  // namespace sim
