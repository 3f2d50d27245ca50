// The chip's side of the bus: what `chip` speaks to whatever carries it, the simulator or the user side of a PCIe core.
//
//   registers   one 32-bit access at a time: reg_valid, reg_ready, reg_write, reg_addr, reg_data; the answer is reg_done
//               (one cycle) with what was read
//   reads       requests out (read_t), beats in (beat_t): in the order of the requests, requests may be many in flight
//   writes      lines out (write_t), one answer each, in order, never refused
//   interrupts  vector numbers out, ready/valid
//
// All are ready/valid streams but the two answers: valid never waits for ready, payload is stable until taken.
// Addresses are bus addresses; a line is 64 bytes at a multiple of 64.
//
// Bounds: a read request stays within a page of 4,096 bytes.
`default_nettype none

package bus_pkg;

  localparam int unsigned LINE_BYTES = 64;
  localparam int unsigned READ_BITS = 70; // of read_t: Yosys 0.23 has no $bits of a type

  // A request for lines.
  typedef struct packed {
    logic [63:0] addr; // multiple of 64
    logic [5:0] more; // lines after the first one
  } read_t;

  // One line that was asked for.
  typedef struct packed {
    logic last; // of its request
    logic error; // the bus refused the request; then every line of it says so, and data means nothing
    logic [511:0] data; // byte i in bits 8i+7:8i
  } beat_t;

  // A line to write.
  typedef struct packed {
    logic [63:0] addr; // multiple of 64
    logic [63:0] strb; // bit i: byte i is written; at least one
    logic [511:0] data;
  } write_t;

endpackage

`default_nettype wire
