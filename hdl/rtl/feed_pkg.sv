// What lane_feeder tells beat_packer of each piece of a job that it asked the bus for.
`default_nettype none

package feed_pkg;

  localparam int unsigned PIECE_BITS = 97; // of piece_t: Yosys 0.23 has no $bits of a type

  // A piece: bytes of one job that follow each other in memory, within a page. Without reuse its lines are the next beats
  // of the bus; with reuse the first is the one that the piece before it ended in.
  typedef struct packed {
    logic [57:0] line; // address of the first line
    logic [5:0] lane;
    logic [7:0] slot; // of the result
    logic [3:0] op;
    logic [5:0] offset; // of the first byte in its line
    logic [10:0] bytes; // 0 to 1,024; 0 asks for no line
    logic reuse;
    logic first; // of the job
    logic last; // of the job
    logic cut; // the job ends early: its result is not to be used
  } piece_t;

endpackage

`default_nettype wire
