// lane_feeder and beat_packer with the queue between them, as in chip.sv, for their bench.
`default_nettype none

module feed_top #(
  parameter int unsigned LANES = 3,
  parameter int unsigned DEPTH = 16
) (
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic start_i,
  input wire logic cut_i,
  output logic idle_o,

  input wire logic job_valid_i,
  output logic job_ready_o,
  input wire logic [LANES-1:0] lanes_i,
  input wire logic [63:0] row_i,
  input wire logic [7:0] row_bytes_i,
  input wire logic [63:0] message_i,
  input wire logic [31:0] message_bytes_i,
  input wire logic [7:0] slot_i,
  input wire logic [3:0] op_i,
  input wire logic [LANES-1:0] popped_i,
  input wire logic [LANES-1:0] flush_i,

  output logic ask_valid_o,
  input wire logic ask_ready_i,
  output bus_pkg::read_t ask_o,
  input wire logic line_valid_i,
  output logic line_ready_o,
  input wire logic line_error_i,
  input wire logic [511:0] line_i,

  output logic beat_valid_o,
  output logic [5:0] beat_lane_o,
  output unit_pkg::job_t beat_o,
  output logic spoil_o,
  output logic [7:0] spoil_slot_o,
  output logic refused_o,
  output logic [63:0] refused_addr_o
);

  logic feeder_idle, packer_idle, piece_valid, piece_ready, next_valid, next_ready;
  logic [1:0] given_back;
  logic [5:0] given_back_lane;
  logic [4:0] unused_count;
  feed_pkg::piece_t piece, next_piece;
  assign idle_o = feeder_idle && packer_idle;

  lane_feeder #(.LANES(LANES), .DEPTH(DEPTH)) u_feeder (
    .clk_i, .rst_ni, .start_i, .cut_i, .idle_o(feeder_idle),
    .job_valid_i, .job_ready_o, .lanes_i, .row_i, .row_bytes_i, .message_i, .message_bytes_i, .slot_i, .op_i,
    .release_i(given_back), .release_lane_i(given_back_lane), .popped_i, .flush_i,
    .ask_valid_o, .ask_ready_i, .ask_o, .piece_valid_o(piece_valid), .piece_ready_i(piece_ready), .piece_o(piece)
  );
  fifo #(.WIDTH(feed_pkg::PIECE_BITS), .DEPTH(16)) u_pieces (
    .clk_i, .rst_ni, .in_valid_i(piece_valid), .in_ready_o(piece_ready), .in_i(piece),
    .out_valid_o(next_valid), .out_ready_i(next_ready), .out_o(next_piece), .count_o(unused_count)
  );
  beat_packer #(.LANES(LANES)) u_packer (
    .clk_i, .rst_ni, .idle_o(packer_idle),
    .piece_valid_i(next_valid), .piece_ready_o(next_ready), .piece_i(next_piece),
    .line_valid_i, .line_ready_o, .line_error_i, .line_i,
    .beat_valid_o, .beat_lane_o, .beat_o, .release_o(given_back), .release_lane_o(given_back_lane),
    .spoil_o, .spoil_slot_o, .refused_o, .refused_addr_o
  );

endmodule

`default_nettype wire
