// Puts results back into the order of their jobs.
//
//   alloc_i --> slot (tail_o)         results, in any order --> data_q[tag], done_q[tag]
//                                     head --> head_o        spoil_i: this result is not to be used
//
// A slot is taken when a job begins (alloc_i, not when full_o) and given back when its result is the oldest and popped. A
// result is always taken. A job that was begun has its result come before its slot is used again.
//
// Pointers have one bit more than a slot's number. Latency 1 cycle. Bounds: SLOTS a power of two, 2 to 128.
`default_nettype none

module result_buffer #(
  parameter int unsigned SLOTS = 64
) (
  input wire logic clk_i,
  input wire logic rst_ni,

  input wire logic alloc_i,
  output logic full_o,
  output logic [7:0] tail_o, // the pointer that alloc_i takes

  input wire logic result_valid_i,
  input wire unit_pkg::result_t result_i,
  input wire logic spoil_i,
  input wire logic [$clog2(SLOTS)-1:0] spoil_slot_i,

  output logic [7:0] head_o, // the pointer of the oldest
  output logic done_o, // its result is here
  output logic spoiled_o,
  output logic valid_o, // its verdict
  output logic [511:0] data_o,
  input wire logic pop_i
);

  localparam int unsigned A = $clog2(SLOTS);

  logic [A:0] head_q, tail_q;
  logic [SLOTS-1:0] done_q, spoiled_q, valid_q;
  logic [511:0] data_q [SLOTS];
  logic [A-1:0] to;

  assign to = result_i.tag[A-1:0];
  assign full_o = tail_q - head_q == (A+1)'(SLOTS);
  assign tail_o = 8'(tail_q);
  assign head_o = 8'(head_q);
  assign done_o = head_q != tail_q && done_q[head_q[A-1:0]];
  assign spoiled_o = spoiled_q[head_q[A-1:0]];
  assign valid_o = valid_q[head_q[A-1:0]];
  assign data_o = data_q[head_q[A-1:0]];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      head_q <= '0;
      tail_q <= '0;
      done_q <= '0;
    end else begin
      if (pop_i) head_q <= head_q + 1'b1;
      if (result_valid_i) done_q[to] <= 1'b1;
      if (alloc_i) begin
        tail_q <= tail_q + 1'b1;
        done_q[tail_q[A-1:0]] <= 1'b0;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (alloc_i) spoiled_q[tail_q[A-1:0]] <= 1'b0;
    if (spoil_i) spoiled_q[spoil_slot_i] <= 1'b1;
    if (result_valid_i) begin
      data_q[to] <= result_i.data;
      valid_q[to] <= result_i.valid;
    end
  end

  generate
    if (SLOTS < 2 || SLOTS > 128 || (1 << A) != SLOTS) begin : g_bad_slots
      $error("SLOTS must be a power of two, 2 to 128");
    end
  endgenerate

`ifndef SYNTHESIS
  logic [A-1:0] age; // of the slot that a result goes to
  assign age = to - head_q[A-1:0];
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      room : assert (!alloc_i || !full_o);
      held : assert (!pop_i || head_q != tail_q);
      once : assert (!result_valid_i || !done_q[to]);
      begun : assert (!result_valid_i || {1'b0, age} < tail_q - head_q);
    end
  end
`endif

endmodule

`default_nettype wire
