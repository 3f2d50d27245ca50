// What a client says of itself in its VERSION message.
#pragma once

#include <string_view>

namespace sim {

// Capabilities that the client named, whatever their values, and those whose value matters.
struct Capabilities {
  bool max_msg_fds = false;
  bool max_data_xfer_size = false;
  bool max_dma_maps = false;
  bool pgsizes = false;
  bool write_multiple = false;  // and it is true
};

// Reads {"capabilities":{…}}. False: it is not JSON, or a capability has the wrong type. Unknown names are ignored.
bool parse_capabilities(std::string_view json, Capabilities* out);

}  // namespace sim
