// Bounded proof that skid_buffer and fifo are queues: nothing is lost, doubled, changed or reordered, and no more than
// CAPACITY entries are held. `make formal` runs it with KIND = 0 (skid_buffer) and 1 (fifo).
//
// The prover chooses a number (which); the transfer with this number is followed from the way in to the way out. As the
// number is any, all transfers are proved. Inputs are free, but keep the rules of a stream. The assertions inside the
// modules (stream_check, bounds) are proved along with these.
`default_nettype none

module buffer_formal #(
  parameter int unsigned KIND = 0,
  parameter int unsigned WIDTH = 3,
  parameter int unsigned DEPTH = 4, // of the fifo
  localparam int unsigned CAPACITY = KIND == 0 ? 2 : DEPTH
) (
  input wire logic clk_i,
  input wire logic in_valid_i,
  input wire logic [WIDTH-1:0] in_i,
  input wire logic out_ready_i
);

  logic in_ready, out_valid;
  logic [WIDTH-1:0] out;

  logic rst_n = 1'b0; // one cycle of reset, then none
  always_ff @(posedge clk_i) rst_n <= 1'b1;

  generate
    if (KIND == 0) begin : g_skid
      skid_buffer #(.WIDTH(WIDTH)) u_dut (
        .clk_i, .rst_ni(rst_n), .in_valid_i, .in_ready_o(in_ready), .in_i,
        .out_valid_o(out_valid), .out_ready_i, .out_o(out)
      );
    end else begin : g_fifo
      logic [$clog2(DEPTH):0] count;
      fifo #(.WIDTH(WIDTH), .DEPTH(DEPTH)) u_dut (
        .clk_i, .rst_ni(rst_n), .in_valid_i, .in_ready_o(in_ready), .in_i,
        .out_valid_o(out_valid), .out_ready_i, .out_o(out), .count_o(count)
      );
      always_ff @(posedge clk_i) if (rst_n) counted : assert (count == 5'(pushed_q - popped_q));
    end
  endgenerate

  (* anyconst *) logic [4:0] which;
  logic [4:0] pushed_q, popped_q;
  logic [WIDTH-1:0] followed_q;
  logic push, pop;

  assign push = in_valid_i && in_ready;
  assign pop = out_valid && out_ready_i;

  always_ff @(posedge clk_i) begin
    if (!rst_n) begin
      pushed_q <= '0;
      popped_q <= '0;
    end else begin
      pushed_q <= pushed_q + 5'(push);
      popped_q <= popped_q + 5'(pop);
      if (push && pushed_q == which) followed_q <= in_i;

      if (pop && popped_q == which) same : assert (out == followed_q);
      held : assert (5'(pushed_q - popped_q) <= CAPACITY);
      open : assert (in_ready == (5'(pushed_q - popped_q) != CAPACITY));
      offered : assert (out_valid == (pushed_q != popped_q));
      reached : cover (pushed_q == 5'd6 && popped_q == 5'd4);
    end
  end

endmodule

`default_nettype wire
