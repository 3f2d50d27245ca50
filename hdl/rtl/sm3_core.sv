// SM3 compression, one round per cycle: GB/T 32905-2016 (GM/T 0004-2012), section 5.3.
//
// Throughput 65 cycles per block: 64 rounds and one to fold, without a gap between blocks or messages while words are
// offered. Latency of the digest: 68 cycles after the first word when the core was idle.
//
// Round j needs W[j] and W'[j] = W[j] ^ W[j+4], so the schedule runs four words ahead of the rounds. The first four
// words of a block are taken into ahead_q while the block before is still in rounds 12 to 63 or folds; words 4 to 15
// are taken by rounds 0 to 11, one each.
//
//   words --+--> ahead_q (W[0..3]) --(j = 0)--+
//           |                                 v
//           +--(j < 12)---------> W[j+4] -> window_q -> W[j], W'[j] -> round -> work_q --> fold -> hash_q, digest_o
//
// Handshake: word_ready_o comes from registers. digest_valid_o is high in the fold of a message's last block until
// digest_ready_i; digest_o is combinational (one gate).
`default_nettype none

module sm3_core (
  input wire logic clk_i,
  input wire logic rst_ni,

  input wire logic word_valid_i,
  output logic word_ready_o,
  input wire logic [31:0] word_i,
  input wire logic last_i, // with the 16th word of a block: the block ends its message

  output logic digest_valid_o,
  input wire logic digest_ready_i,
  output logic [255:0] digest_o // the first word of the hash is the highest
);

  logic fold_q, last_q;
  logic [5:0] round_q;
  logic [2:0] ahead_count_q; // words in ahead_q, 0 to 4
  logic [127:0] ahead_q;
  logic [511:0] window_q, window; // W[j-12] to W[j+3]; the oldest is the lowest
  logic [255:0] hash_q, work_q;
  logic [31:0] w, w4;
  logic first, loading, primed, prime, step, done;

  assign first = round_q == 6'd0;
  assign loading = round_q < 6'd12;
  assign primed = ahead_count_q == 3'd4;
  assign prime = !primed && (fold_q || first || !loading); // words go to ahead_q
  assign word_ready_o = prime || (!fold_q && loading && (!first || primed));
  assign step = !fold_q && (!first || primed) && (!loading || word_valid_i);
  assign done = fold_q && (!last_q || digest_ready_i);

  assign window = first ? {ahead_q, window_q[383:0]} : window_q;
  assign w = window[384 +: 32];
  assign w4 = loading ? word_i
      : sm3_pkg::expand(window[0 +: 32], window[224 +: 32], window[416 +: 32], window[96 +: 32], window[320 +: 32]);

  assign digest_valid_o = fold_q && last_q;
  assign digest_o = hash_q ^ work_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      fold_q <= 1'b0;
      round_q <= '0;
      ahead_count_q <= '0;
      hash_q <= sm3_pkg::IV;
      work_q <= sm3_pkg::IV;
    end else begin
      if (prime && word_valid_i) ahead_count_q <= ahead_count_q + 3'd1;
      if (step) begin
        if (first) ahead_count_q <= '0;
        round_q <= round_q + 6'd1; // 63 wraps
        fold_q <= round_q == 6'd63;
        work_q <= sm3_pkg::round(work_q, round_q < 6'd16, sm3_pkg::t(round_q), w, w ^ w4);
      end else if (done) begin
        fold_q <= 1'b0;
        hash_q <= last_q ? sm3_pkg::IV : digest_o;
        work_q <= last_q ? sm3_pkg::IV : digest_o;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (prime && word_valid_i) ahead_q <= {word_i, ahead_q[127:32]};
    if (step) window_q <= {w4, window[511:32]};
    if (step && loading) last_q <= last_i;
  end

endmodule

`default_nettype wire
