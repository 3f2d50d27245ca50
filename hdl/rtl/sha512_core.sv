// SHA-512 compression, one round per cycle: FIPS 180-4, section 6.4.2.
//
// Throughput 81 cycles per block: 80 rounds, of which the first 16 take a word each from the stream, and one to fold. There is
// no gap between blocks or messages while words are offered. Latency of the digest: 80 cycles after the first word.
//
//   words --->(t < 16)--+             +---------------+
//                       v             |               |
//   window_q -> W[t] ->(+ K[t])--> round --> work_q --+--> fold --> hash_q, digest_o
//
// Handshake: word_ready_o comes from registers. digest_valid_o is high in the fold of a message's last block until
// digest_ready_i; digest_o is combinational (one adder). Critical path: schedule adders, then round adders.
`default_nettype none

module sha512_core (
  input wire logic clk_i,
  input wire logic rst_ni,

  input wire logic word_valid_i,
  output logic word_ready_o,
  input wire logic [63:0] word_i,
  input wire logic last_i, // with the 16th word of a block: the block ends its message

  output logic digest_valid_o,
  input wire logic digest_ready_i,
  output logic [511:0] digest_o // the first word of the hash is the highest
);

  localparam logic [6:0] END = 7'd79;

  logic fold_q, last_q;
  logic [6:0] round_q;
  logic [1023:0] window_q; // the last 16 words of the schedule; the oldest is the lowest
  logic [511:0] hash_q, work_q, next;
  logic [63:0] w, expanded;
  logic loading, step, done;

  assign loading = round_q < 7'd16;
  assign word_ready_o = !fold_q && loading;
  assign step = !fold_q && (!loading || word_valid_i);
  assign done = fold_q && (!last_q || digest_ready_i);

  assign expanded = sha512_pkg::sigma1(window_q[896 +: 64]) + window_q[576 +: 64]
      + sha512_pkg::sigma0(window_q[64 +: 64]) + window_q[0 +: 64];
  assign w = loading ? word_i : expanded;
  assign next = sha512_pkg::round(work_q, sha512_pkg::k(round_q) + w);

  assign digest_valid_o = fold_q && last_q;
  assign digest_o = sha512_pkg::fold(hash_q, work_q);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      fold_q <= 1'b0;
      round_q <= '0;
      hash_q <= sha512_pkg::IV;
      work_q <= sha512_pkg::IV;
    end else if (step) begin
      round_q <= round_q == END ? '0 : round_q + 1'b1;
      fold_q <= round_q == END;
      work_q <= next;
    end else if (done) begin
      fold_q <= 1'b0;
      hash_q <= last_q ? sha512_pkg::IV : digest_o;
      work_q <= last_q ? sha512_pkg::IV : digest_o;
    end
  end

  always_ff @(posedge clk_i) begin
    if (step) window_q <= {w, window_q[1023:64]};
    if (step && loading) last_q <= last_i;
  end

endmodule

`default_nettype wire
