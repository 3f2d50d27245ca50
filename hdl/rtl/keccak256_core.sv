// Keccak-256 sponge (rate 136 bytes), one round of Keccak-f[1600] per cycle: FIPS 202, sections 3 and 4.
//
// Throughput 24 cycles per block while words are offered: the 17 lanes of the next block are collected during the rounds of
// this one (18 cycles), and absorbed in its first round. Latency of the digest: 41 cycles after the first word.
//
//   lanes ---> block_q --(round 0)--+
//                                   v
//   zero on a new message --> (+) state_q ---> round ---> state_q ---> digest_o (the first 32 bytes)
//                              ^__________________________|
//
// Handshake: word_ready_o comes from registers. The digest stands in state_q; the next block begins in the cycle in
// which it is taken.
`default_nettype none

module keccak256_core (
  input wire logic clk_i,
  input wire logic rst_ni,

  input wire logic word_valid_i,
  output logic word_ready_o,
  input wire logic [63:0] word_i, // the first byte of a lane is its lowest
  input wire logic last_i, // with the 17th lane of a block: the block ends its message

  output logic digest_valid_o,
  input wire logic digest_ready_i,
  output logic [255:0] digest_o, // the first byte of the hash is the lowest
  output logic begins_o // the rounds of the collected block begin in this cycle
);

  localparam logic [4:0] LANES = 5'd17;
  localparam logic [4:0] END = 5'd23;

  logic [4:0] count_q, round_q; // lanes in block_q, 0 to 17; round 0 to 23
  logic block_last_q, last_q, fresh_q, digest_q;
  logic [1087:0] block_q;
  logic [1599:0] state_q, from;
  logic first, step;

  assign word_ready_o = count_q != LANES;
  assign first = round_q == 5'd0;
  assign begins_o = first && !word_ready_o && (!digest_q || digest_ready_i);
  assign step = !first || begins_o;

  assign from = first ? (fresh_q ? '0 : state_q) ^ {512'd0, block_q} : state_q;

  assign digest_valid_o = digest_q;
  assign digest_o = state_q[255:0];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      count_q <= '0;
      round_q <= '0;
      fresh_q <= 1'b1;
      digest_q <= 1'b0;
    end else begin
      if (word_valid_i && word_ready_o) count_q <= count_q + 5'd1;
      if (begins_o) begin
        count_q <= '0;
        fresh_q <= block_last_q;
      end
      if (digest_ready_i) digest_q <= 1'b0;
      if (step) begin
        round_q <= round_q == END ? '0 : round_q + 5'd1;
        if (round_q == END) digest_q <= last_q;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (word_valid_i && word_ready_o) begin
      block_q <= {word_i, block_q[1087:64]};
      block_last_q <= last_i;
    end
    if (begins_o) last_q <= block_last_q;
    if (step) state_q <= keccak_pkg::round(from, keccak_pkg::rc(round_q));
  end

endmodule

`default_nettype wire
