// Double hashes of one header with many nonces: the midstate once, then a stream of nonces in, a stream of hashes out, in
// the same order.
//
// Throughput, in cycles per nonce, by ROUNDS: 1: 130, 2: 65, 4: 32.5, 8: 16.25, 16: 8.125, 32: 4.0625, 64: 2, 128: 1.
// Latency: midstate and hash come out in the 66th and the 131st cycle, that in which block or nonce is taken being the first.
//
//   ROUNDS to 64                                   ROUNDS 128
//   block, nonce --->+---> chain ---> fold ---+    block, nonce ---> chain ---> fold ---> chain ---> fold ---> hash
//                    ^                        |                                   |
//                    +---- second hash -------+---> midstate, hash                +---> midstate
//
// An engine that is not exact (APPROX_BITS 1 to 31) has a sha256_core for the midstate: an error there would lose all
// nonces of the job, not one.
//
// Handshake: block_valid_i only when nothing is in work; nonces only between midstate and clear. nonce_ready_o is high for as many
// cycles as the chain has room from the first nonce on, and then with each hash; a chance that is not taken does not come back.
`default_nettype none

module pow_engine #(
  parameter int unsigned ROUNDS = 1, // round circuits: a power of two up to 128
  parameter int unsigned APPROX_BITS = 0 // 0: exact; else how far carries look back, 1 to 32
) (
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic clear_i, // forget all that is in work, not the midstate of an inexact engine

  input wire logic block_valid_i,
  input wire pow_pkg::window_t block_i, // the first 64 bytes of the header, as words
  output logic midstate_valid_o, // one cycle
  output sha256_pkg::state_t midstate_o,

  input wire logic nonce_valid_i,
  output logic nonce_ready_o,
  input wire sha256_pkg::state_t midstate_i, // stable while nonces are in work
  input wire pow_pkg::window_t nonce_block_i, // the last 16 bytes of the header, padded

  output logic hash_valid_o,
  output sha256_pkg::state_t hash_o
);

  localparam bit EXACT = APPROX_BITS == 0 || APPROX_BITS == 32;

  generate
    if (ROUNDS < 1 || ROUNDS > 128 || (1 << $clog2(ROUNDS)) != ROUNDS) begin : g_bad_rounds
      $error("ROUNDS must be a power of two from 1 to 128");
    end
    if (APPROX_BITS > 32) begin : g_bad_approx
      $error("APPROX_BITS must be 0 to 32");
    end
  endgenerate

  logic start, nonce_take, ended;
  pow_pkg::kind_t ended_kind;
  sha256_pkg::state_t ended_state, ended_sum;

  assign start = EXACT && block_valid_i;
  assign nonce_take = nonce_valid_i && nonce_ready_o;

  // The end of first blocks, and of second ones too if there is one chain.
  pow_fold #(.APPROX_BITS(APPROX_BITS)) u_fold (
    .before_i(ended_kind == pow_pkg::FIRST ? midstate_i : sha256_pkg::IV), .after_i(ended_state), .sum_o(ended_sum)
  );

  generate
    if (ROUNDS <= 64) begin : g_ring
      // With 64 stages no item comes round: out_q is a place like the others.
      localparam int unsigned SLOTS = ROUNDS == 64 ? 65 : ROUNDS;
      logic [6:0] filled_q;
      logic again;

      assign again = ended && ended_kind == pow_pkg::FIRST;
      assign hash_valid_o = ended && ended_kind == pow_pkg::SECOND;
      assign hash_o = ended_sum;
      assign nonce_ready_o = hash_valid_o || filled_q != 7'(SLOTS);

      pow_chain #(.ROUNDS(ROUNDS), .APPROX_BITS(APPROX_BITS)) u_chain (
        .clk_i, .rst_ni, .clear_i,
        .in_valid_i(again || nonce_take || start),
        .in_kind_i(again ? pow_pkg::SECOND : nonce_take ? pow_pkg::FIRST : pow_pkg::MIDSTATE),
        .in_state_i(!again && nonce_take ? midstate_i : sha256_pkg::IV),
        .in_window_i(again ? pow_pkg::digest_block(ended_sum) : nonce_take ? nonce_block_i : block_i),
        .out_valid_o(ended), .out_kind_o(ended_kind), .out_state_o(ended_state)
      );

      always_ff @(posedge clk_i) begin
        if (!rst_ni || clear_i) filled_q <= '0;
        else if (nonce_take && !hash_valid_o) filled_q <= filled_q + 1'b1;
      end

`ifndef SYNTHESIS
      always_ff @(posedge clk_i) if (rst_ni) one : assert (32'(again) + 32'(nonce_take) + 32'(start) <= 1);
`endif
    end else begin : g_line
      pow_pkg::kind_t unused_kind;
      sha256_pkg::state_t second_state;

      assign nonce_ready_o = 1'b1;

      pow_chain #(.ROUNDS(64), .APPROX_BITS(APPROX_BITS)) u_first (
        .clk_i, .rst_ni, .clear_i,
        .in_valid_i(nonce_take || start), .in_kind_i(nonce_take ? pow_pkg::FIRST : pow_pkg::MIDSTATE),
        .in_state_i(nonce_take ? midstate_i : sha256_pkg::IV), .in_window_i(nonce_take ? nonce_block_i : block_i),
        .out_valid_o(ended), .out_kind_o(ended_kind), .out_state_o(ended_state)
      );

      pow_chain #(.ROUNDS(64), .APPROX_BITS(APPROX_BITS)) u_second (
        .clk_i, .rst_ni, .clear_i,
        .in_valid_i(ended && ended_kind == pow_pkg::FIRST), .in_kind_i(pow_pkg::SECOND),
        .in_state_i(sha256_pkg::IV), .in_window_i(pow_pkg::digest_block(ended_sum)),
        .out_valid_o(hash_valid_o), .out_kind_o(unused_kind), .out_state_o(second_state)
      );

      pow_fold #(.APPROX_BITS(APPROX_BITS)) u_fold_second (
        .before_i(sha256_pkg::IV), .after_i(second_state), .sum_o(hash_o)
      );
    end

    if (EXACT) begin : g_midstate_here
      assign midstate_valid_o = ended && ended_kind == pow_pkg::MIDSTATE;
      assign midstate_o = ended_sum;
    end else begin : g_midstate_core
      logic [4:0] left_q; // words to give
      pow_pkg::window_t words_q;
      logic word_ready;

      sha256_core u_core (
        .clk_i, .rst_ni,
        .word_valid_i(left_q != 5'd0), .word_ready_o(word_ready), .word_i(words_q[31:0]), .last_i(1'b1),
        .digest_valid_o(midstate_valid_o), .digest_ready_i(1'b1), .digest_o(midstate_o)
      );

      always_ff @(posedge clk_i) begin
        if (!rst_ni) left_q <= '0;
        else if (block_valid_i) left_q <= 5'd16;
        else if (left_q != 5'd0 && word_ready) left_q <= left_q - 5'd1;
      end
      always_ff @(posedge clk_i) begin
        if (block_valid_i) words_q <= block_i;
        else if (word_ready) words_q <= words_q >> 32;
      end
    end
  endgenerate

endmodule

`default_nettype wire
