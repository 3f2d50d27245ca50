// One client's conversation: vfio-user commands on the function.
#pragma once

#include <cstdint>
#include <vector>

#include "connection.h"
#include "device.h"

namespace sim {

class Session {
 public:
  explicit Session(Device* device) : device_(device) {}

  struct Reply {
    int error = 0;  // errno; then there is no payload
    std::vector<uint8_t> payload;
    bool hang_up = false;  // after the reply
  };
  Reply handle(Message* message);

 private:
  using Handler = Reply (Session::*)(Message*);
  static Handler handler(uint16_t command, size_t* least);

  Reply version(Message* m);
  Reply dma_map(Message* m);
  Reply dma_unmap(Message* m);
  Reply info(Message* m);
  Reply region_info(Message* m);
  Reply region_io_fds(Message* m);
  Reply irq_info(Message* m);
  Reply set_irqs(Message* m);
  Reply region_read(Message* m);
  Reply region_write(Message* m);
  Reply region_write_multi(Message* m);
  Reply reset(Message* m);
  Reply feature(Message* m);

  Device* device_;
  bool ready_ = false;           // the version is agreed upon
  bool write_multiple_ = false;  // so is this
};

}  // namespace sim
