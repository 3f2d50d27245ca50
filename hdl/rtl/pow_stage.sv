// One stage of the pipeline of pow_unit: a register, then a round of SHA-256 and a step of its schedule (FIPS 180-4,
// sections 6.2.2 step 3 and 6.2.1).
//
// Latency 1 cycle, throughput 1 item per cycle, no back-pressure. An item comes by 64 / ROUNDS times; pass_o counts.
//
//   item ---> register ---> round, schedule ---> item
//
// All ten additions are approx_adder: in the order below, which hdl/approx repeats, because inexact sums do not associate.
`default_nettype none

module pow_stage #(
  parameter int unsigned ROUNDS = 1, // stages in the chain, a power of two up to 64
  parameter int unsigned INDEX = 0, // place in the chain
  parameter int unsigned APPROX_BITS = 0,
  localparam int unsigned P = ROUNDS < 64 ? $clog2(64 / ROUNDS) : 1
) (
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic clear_i, // forget the item

  input wire logic valid_i,
  input wire pow_pkg::kind_t kind_i,
  input wire logic [P-1:0] pass_i,
  input wire sha256_pkg::state_t state_i,
  input wire pow_pkg::window_t window_i,

  output logic valid_o,
  output pow_pkg::kind_t kind_o,
  output logic [P-1:0] pass_o,
  output sha256_pkg::state_t state_o, // after the round
  output pow_pkg::window_t window_o // after the step
);

  typedef sha256_pkg::word_t word_t;

  logic valid_q;
  pow_pkg::kind_t kind_q;
  logic [P-1:0] pass_q;
  sha256_pkg::state_t state_q;
  pow_pkg::window_t window_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_q <= 1'b0;
    else valid_q <= valid_i && !clear_i;
  end

  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      kind_q <= kind_i;
      pass_q <= pass_i;
      state_q <= state_i;
      window_q <= window_i;
    end
  end

  word_t a, b, c, d, e, f, g, h, k;
  word_t kw, h1, h2, t1, t2, new_a, new_e, w_new, w_old, w_next;

  assign {a, b, c, d, e, f, g, h} = state_q;
  assign k = ROUNDS == 64 ? sha256_pkg::k(6'(INDEX)) : sha256_pkg::k(6'(pass_q) * 6'(ROUNDS) + 6'(INDEX));

  approx_adder #(.LOOKBACK(APPROX_BITS)) u_kw (.a_i(k), .b_i(window_q[0 +: 32]), .sum_o(kw));
  approx_adder #(.LOOKBACK(APPROX_BITS)) u_h1 (.a_i(h), .b_i(sha256_pkg::sum1(e)), .sum_o(h1));
  approx_adder #(.LOOKBACK(APPROX_BITS)) u_h2 (.a_i(h1), .b_i((e & f) ^ (~e & g)), .sum_o(h2));
  approx_adder #(.LOOKBACK(APPROX_BITS)) u_t1 (.a_i(h2), .b_i(kw), .sum_o(t1));
  approx_adder #(.LOOKBACK(APPROX_BITS)) u_t2 (
    .a_i(sha256_pkg::sum0(a)), .b_i((a & b) ^ (a & c) ^ (b & c)), .sum_o(t2)
  );
  approx_adder #(.LOOKBACK(APPROX_BITS)) u_a (.a_i(t1), .b_i(t2), .sum_o(new_a));
  approx_adder #(.LOOKBACK(APPROX_BITS)) u_e (.a_i(d), .b_i(t1), .sum_o(new_e));

  approx_adder #(.LOOKBACK(APPROX_BITS)) u_new (
    .a_i(sha256_pkg::sigma1(window_q[448 +: 32])), .b_i(window_q[288 +: 32]), .sum_o(w_new)
  );
  approx_adder #(.LOOKBACK(APPROX_BITS)) u_old (
    .a_i(sha256_pkg::sigma0(window_q[32 +: 32])), .b_i(window_q[0 +: 32]), .sum_o(w_old)
  );
  approx_adder #(.LOOKBACK(APPROX_BITS)) u_next (.a_i(w_new), .b_i(w_old), .sum_o(w_next));

  assign valid_o = valid_q;
  assign kind_o = kind_q;
  assign pass_o = pass_q;
  assign state_o = {new_a, a, b, c, new_e, e, f, g};
  assign window_o = {w_next, window_q[511:32]};

endmodule

`default_nettype wire
