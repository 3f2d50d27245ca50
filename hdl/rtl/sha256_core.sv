// SHA-256 compression, one round per cycle: FIPS 180-4, section 6.2.2.
//
// Throughput 65 cycles per block: 64 rounds, of which the first 16 take a word each from the stream, and one to fold. There is
// no gap between blocks or messages while words are offered. Latency of the digest: 64 cycles after the first word.
//
//   words --->(t < 16)--+             +---------------+
//                       v             |               |
//   window_q -> W[t] ->(+ K[t])--> round --> work_q --+--> fold --> hash_q, digest_o
//
// Handshake: word_ready_o comes from registers. digest_valid_o is high in the fold of a message's last block until
// digest_ready_i; digest_o is combinational (one adder). Critical path: schedule adders, then round adders.
`default_nettype none

module sha256_core (
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

  localparam logic [5:0] END = 6'd63;

  logic fold_q, last_q;
  logic [5:0] round_q;
  logic [511:0] window_q; // the last 16 words of the schedule; the oldest is the lowest
  logic [255:0] hash_q, work_q, next;
  logic [31:0] w, expanded;
  logic loading, step, done;

  assign loading = round_q < 6'd16;
  assign word_ready_o = !fold_q && loading;
  assign step = !fold_q && (!loading || word_valid_i);
  assign done = fold_q && (!last_q || digest_ready_i);

  assign expanded = sha256_pkg::sigma1(window_q[448 +: 32]) + window_q[288 +: 32]
      + sha256_pkg::sigma0(window_q[32 +: 32]) + window_q[0 +: 32];
  assign w = loading ? word_i : expanded;
  assign next = sha256_pkg::round(work_q, sha256_pkg::k(round_q) + w);

  assign digest_valid_o = fold_q && last_q;
  assign digest_o = sha256_pkg::fold(hash_q, work_q);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      fold_q <= 1'b0;
      round_q <= '0;
      hash_q <= sha256_pkg::IV;
      work_q <= sha256_pkg::IV;
    end else if (step) begin
      round_q <= round_q == END ? '0 : round_q + 1'b1;
      fold_q <= round_q == END;
      work_q <= next;
    end else if (done) begin
      fold_q <= 1'b0;
      hash_q <= last_q ? sha256_pkg::IV : digest_o;
      work_q <= last_q ? sha256_pkg::IV : digest_o;
    end
  end

  always_ff @(posedge clk_i) begin
    if (step) window_q <= {w, window_q[511:32]};
    if (step && loading) last_q <= last_i;
  end

endmodule

`default_nettype wire
