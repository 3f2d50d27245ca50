// Synchronous first-in first-out queue.
//
// Latency 1 cycle, throughput 1 transfer per cycle in and out at the same time, holds DEPTH. The oldest entry is on
// out_o without being asked for (first word falls through; the memory is read asynchronously: distributed RAM).
// in_ready_o and out_valid_o come from registers only.
//
// Bounds: DEPTH is a power of two from 2, checked at elaboration. Pointers have one bit more than the address, so
// that full and empty differ.
//
//          +---+---+---+---+
//   in --->|   |   | d | d |---> out      write_q - read_q entries
//          +---+---+---+---+
//              write_q   read_q
`default_nettype none

module fifo #(
  parameter int unsigned WIDTH = 8,
  parameter int unsigned DEPTH = 4
) (
  input wire logic clk_i,
  input wire logic rst_ni,

  input wire logic in_valid_i,
  output logic in_ready_o,
  input wire logic [WIDTH-1:0] in_i,

  output logic out_valid_o,
  input wire logic out_ready_i,
  output logic [WIDTH-1:0] out_o,

  output logic [$clog2(DEPTH):0] count_o // entries held, 0 to DEPTH
);

  localparam int unsigned A = $clog2(DEPTH);
  localparam logic [A:0] FULL = 1 << A;

  generate
    if (DEPTH < 2 || (1 << A) != DEPTH) begin : g_bad_depth
      $error("DEPTH must be a power of two from 2");
    end
  endgenerate

  logic [WIDTH-1:0] memory_q [DEPTH];
  logic [A:0] write_q, read_q;

  assign count_o = write_q - read_q;
  assign in_ready_o = count_o != FULL;
  assign out_valid_o = write_q != read_q;
  assign out_o = memory_q[read_q[A-1:0]];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      write_q <= '0;
      read_q <= '0;
    end else begin
      if (in_valid_i && in_ready_o) write_q <= write_q + 1'b1;
      if (out_valid_o && out_ready_i) read_q <= read_q + 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (in_valid_i && in_ready_o) memory_q[write_q[A-1:0]] <= in_i;
  end

`ifndef SYNTHESIS
  stream_check #(.WIDTH(WIDTH)) u_out (
    .clk_i, .rst_ni, .valid_i(out_valid_o), .ready_i(out_ready_i), .payload_i(out_o)
  );
  always_ff @(posedge clk_i) if (rst_ni) bound : assert (count_o <= FULL);
`endif

endmodule

`default_nettype wire
