// A chain of ROUNDS stages through which an item passes 64 / ROUNDS times: one compression of SHA-256 without its last
// addition.
//
// Latency 65 cycles: 64 rounds, and the register behind them. Throughput: up to ROUNDS items in 65 cycles, or one
// per cycle when there are 64 stages; no back-pressure.
//
//   in --->+---> stage 0 ---> stage 1 ... ---> stage ROUNDS-1 ---+---> out_q ---> out
//          ^                                                     |
//          +------------------ passes but the last --------------+
//
// Rule, asserted: an item comes in only when none comes round. Items that come in one after another in a run of at most ROUNDS cycles,
// and go in again in the cycle in which they come out, keep it.
`default_nettype none

module pow_chain #(
  parameter int unsigned ROUNDS = 1, // a power of two up to 64
  parameter int unsigned APPROX_BITS = 0
) (
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic clear_i, // forget all items

  input wire logic in_valid_i,
  input wire pow_pkg::kind_t in_kind_i,
  input wire sha256_pkg::state_t in_state_i,
  input wire pow_pkg::window_t in_window_i,

  output logic out_valid_o,
  output pow_pkg::kind_t out_kind_o,
  output sha256_pkg::state_t out_state_o
);

  localparam int unsigned PASSES = 64 / ROUNDS;
  localparam int unsigned P = ROUNDS < 64 ? $clog2(PASSES) : 1;

  // What goes into the first stage, and what comes out of each.
  logic head_valid;
  pow_pkg::kind_t head_kind;
  logic [P-1:0] head_pass;
  sha256_pkg::state_t head_state;
  pow_pkg::window_t head_window;
  logic [ROUNDS-1:0] valid;
  logic [2*ROUNDS-1:0] kind;
  logic [P*ROUNDS-1:0] pass;
  logic [256*ROUNDS-1:0] state;
  logic [512*ROUNDS-1:0] window;

  localparam int unsigned END = ROUNDS - 1;
  logic round_again, out_valid_q;
  pow_pkg::kind_t out_kind_q;
  sha256_pkg::state_t out_state_q;

  generate
    if (ROUNDS == 64) begin : g_once
      logic [512+P-1:0] unused;
      assign unused = {pass[P*END +: P], window[512*END +: 512]};
      assign round_again = 1'b0;
      assign head_pass = '0;
      assign head_kind = in_kind_i;
      assign head_state = in_state_i;
      assign head_window = in_window_i;
    end else begin : g_passes
      assign round_again = valid[END] && pass[P*END +: P] != P'(PASSES - 1);
      assign head_pass = round_again ? pass[P*END +: P] + 1'b1 : '0;
      assign head_kind = round_again ? kind[2*END +: 2] : in_kind_i;
      assign head_state = round_again ? state[256*END +: 256] : in_state_i;
      assign head_window = round_again ? window[512*END +: 512] : in_window_i;
    end
  endgenerate
  assign head_valid = round_again || in_valid_i;

  generate
    for (genvar j = 0; j < ROUNDS; j++) begin : g_stage
      logic from_valid;
      pow_pkg::kind_t from_kind;
      logic [P-1:0] from_pass;
      sha256_pkg::state_t from_state;
      pow_pkg::window_t from_window;

      if (j == 0) begin : g_head
        assign {from_valid, from_kind, from_pass} = {head_valid, head_kind, head_pass};
        assign {from_state, from_window} = {head_state, head_window};
      end else begin : g_next
        assign {from_valid, from_kind, from_pass} = {valid[j-1], kind[2*(j-1) +: 2], pass[P*(j-1) +: P]};
        assign {from_state, from_window} = {state[256*(j-1) +: 256], window[512*(j-1) +: 512]};
      end

      pow_stage #(.ROUNDS(ROUNDS), .INDEX(j), .APPROX_BITS(APPROX_BITS)) u_stage (
        .clk_i, .rst_ni, .clear_i,
        .valid_i(from_valid), .kind_i(from_kind), .pass_i(from_pass), .state_i(from_state), .window_i(from_window),
        .valid_o(valid[j]), .kind_o(kind[2*j +: 2]), .pass_o(pass[P*j +: P]),
        .state_o(state[256*j +: 256]), .window_o(window[512*j +: 512])
      );
    end
  endgenerate

  always_ff @(posedge clk_i) begin
    if (!rst_ni) out_valid_q <= 1'b0;
    else out_valid_q <= valid[END] && !round_again && !clear_i;
  end

  always_ff @(posedge clk_i) begin
    if (valid[END] && !round_again) begin
      out_kind_q <= kind[2*END +: 2];
      out_state_q <= state[256*END +: 256];
    end
  end

  assign out_valid_o = out_valid_q;
  assign out_kind_o = out_kind_q;
  assign out_state_o = out_state_q;

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) if (rst_ni) room : assert (!(in_valid_i && round_again));
`endif

endmodule

`default_nettype wire
