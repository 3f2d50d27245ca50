// Skid buffer: cuts every combinational path of a ready/valid stream, in both directions.
//
// Latency 1 cycle, throughput 1 transfer per cycle, holds 2. All outputs come from registers.
//
//              +-------+
//   in ---+--->| head  |---> out      head: what the sink sees
//         |    +-------+              skid: what came in the cycle in which the sink stopped
//         |        ^
//         v    +-------+
//         +--->| skid  |
//              +-------+
`default_nettype none

module skid_buffer #(
  parameter int unsigned WIDTH = 8
) (
  input wire logic clk_i,
  input wire logic rst_ni,

  input wire logic in_valid_i,
  output logic in_ready_o,
  input wire logic [WIDTH-1:0] in_i,

  output logic out_valid_o,
  input wire logic out_ready_i,
  output logic [WIDTH-1:0] out_o
);

  logic head_valid_q, skid_valid_q;
  logic [WIDTH-1:0] head_q, skid_q;
  logic take, move;

  assign in_ready_o = !skid_valid_q;
  assign out_valid_o = head_valid_q;
  assign out_o = head_q;

  assign take = in_valid_i && in_ready_o;
  assign move = !head_valid_q || out_ready_i; // head is free at the end of this cycle

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      head_valid_q <= 1'b0;
      skid_valid_q <= 1'b0;
    end else if (move) begin
      head_valid_q <= skid_valid_q || take;
      skid_valid_q <= 1'b0;
    end else if (take) begin
      skid_valid_q <= 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (move) head_q <= skid_valid_q ? skid_q : in_i;
    if (take) skid_q <= in_i;
  end

`ifndef SYNTHESIS
  stream_check #(.WIDTH(WIDTH)) u_out (
    .clk_i, .rst_ni, .valid_i(out_valid_o), .ready_i(out_ready_i), .payload_i(out_o)
  );
  always_ff @(posedge clk_i) if (rst_ni) order : assert (head_valid_q || !skid_valid_q);
`endif

endmodule

`default_nettype wire
