// All lanes: beats to the one they are for, results of all in one stream.
//
//   beat --> lane 0 .. LANES-1 --> rr_arbiter --> result           lanes are numbered group by group
//
// Latency of arbitration 0; a result waits for at most LANES - 1 others.
`default_nettype none

module chip_lanes #(
  parameter int unsigned LANES = 1, // the sum of UNITS
  parameter logic [55:0] UNITS = 56'd1, // of each group, 8 bits each
  parameter int unsigned DEPTH = 32,
  parameter int unsigned POW_ROUNDS = 1,
  parameter int unsigned POW_APPROX_BITS = 16
) (
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic [LANES-1:0] kill_i,

  input wire logic beat_valid_i,
  input wire logic [5:0] beat_lane_i,
  input wire unit_pkg::job_t beat_i,
  output logic [LANES-1:0] popped_o,
  output logic [LANES-1:0] hungry_o,
  output logic [LANES-1:0] working_o,
  output logic [LANES-1:0] waiting_o, // a result is offered

  output logic result_valid_o,
  output unit_pkg::result_t result_o
);

  localparam int unsigned W = unit_pkg::RESULT_BITS;

  function automatic int unsigned group(input int unsigned l);
    int unsigned end_of;
    group = 0;
    end_of = 0;
    for (int unsigned g = 0; g < 7; g++) begin
      end_of = end_of + 32'(UNITS[8*g +: 8]);
      if (l >= end_of) group = g + 1;
    end
  endfunction

  logic [LANES*W-1:0] results;
  logic [LANES-1:0] ready;
  logic [LANES > 1 ? $clog2(LANES)-1 : 0:0] unused_index;

  generate
    for (genvar l = 0; l < LANES; l++) begin : g_lane
      lane #(
        .GROUP(group(l)), .DEPTH(DEPTH), .POW_ROUNDS(POW_ROUNDS), .POW_APPROX_BITS(POW_APPROX_BITS)
      ) u_lane (
        .clk_i, .rst_ni, .kill_i(kill_i[l]),
        .beat_valid_i(beat_valid_i && beat_lane_i == 6'(l)), .beat_i,
        .popped_o(popped_o[l]), .hungry_o(hungry_o[l]), .working_o(working_o[l]),
        .result_valid_o(waiting_o[l]), .result_ready_i(ready[l]), .result_o(results[W*l +: W])
      );
    end
  endgenerate

  rr_arbiter #(.N(LANES), .WIDTH(W)) u_results (
    .clk_i, .rst_ni, .in_valid_i(waiting_o), .in_ready_o(ready), .in_i(results),
    .out_valid_o(result_valid_o), .out_ready_i(1'b1), .out_o(result_o), .index_o(unused_index)
  );

endmodule

`default_nettype wire
