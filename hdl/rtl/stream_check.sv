// Checks the rules of a ready/valid stream; it has no outputs and no hardware.
//
// Rules: once valid, a stream stays valid, and its payload stays the same, until the cycle in which ready is high.
// (That valid does not wait for ready is checked by the benches, whose lazy sink raises ready only after valid.)
// Instantiated on every port under `ifndef SYNTHESIS, which Yosys defines.
`default_nettype none

module stream_check #(
  parameter int unsigned WIDTH = 1
) (
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic valid_i,
  input wire logic ready_i,
  input wire logic [WIDTH-1:0] payload_i
);

  logic waiting_q;
  logic [WIDTH-1:0] payload_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) waiting_q <= 1'b0;
    else waiting_q <= valid_i && !ready_i;
  end

  always_ff @(posedge clk_i) begin
    payload_q <= payload_i;
    if (rst_ni && waiting_q) begin
      dropped : assert (valid_i);
      changed : assert (payload_i == payload_q);
    end
  end

endmodule

`default_nettype wire
