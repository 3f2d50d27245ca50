// BLAKE2b-256 compression, half a round (four mixings) per cycle: RFC 7693, section 3.2.
//
// Throughput 25 cycles per block of 128 bytes: 24 half rounds and one to fold, while words are offered: the next block
// is collected during the rounds of this one (17 cycles). Latency of the digest: 41 cycles after the first word.
//
//   words ---> block_q --(begin)--> message_q --(SIGMA)--> 4 x mix ---> work_q --> fold --> hash_q, digest_o
//              total_q: bytes so far                        columns, then diagonals
//
// Handshake: word_ready_o comes from registers. digest_valid_o is high in the fold of a message's last block until
// digest_ready_i; digest_o is combinational (one gate). Critical path: the four additions of a mixing.
`default_nettype none

module blake2b_core (
  input wire logic clk_i,
  input wire logic rst_ni,

  input wire logic word_valid_i,
  output logic word_ready_o,
  input wire logic [63:0] word_i, // the first byte of a word is its lowest
  input wire logic [3:0] bytes_i, // message bytes in the word
  input wire logic last_i, // with the 16th word of a block: the block ends its message

  output logic digest_valid_o,
  input wire logic digest_ready_i,
  output logic [255:0] digest_o, // the first byte of the hash is the lowest
  output logic begins_o // the rounds of the collected block begin in the next cycle
);

  localparam logic [4:0] WORDS = 5'd16;
  localparam logic [4:0] END = 5'd23;

  logic [4:0] count_q, step_q; // words in block_q, 0 to 16; half rounds done
  logic [31:0] total_q; // bytes of the message, block_q included
  logic busy_q, fold_q, block_last_q, last_q, done;
  logic [1023:0] block_q, message_q, work_q, mixed;
  logic [511:0] hash_q, folded, from;

  assign word_ready_o = count_q != WORDS;
  assign done = fold_q && (!last_q || digest_ready_i);
  assign begins_o = !word_ready_o && (done || (!busy_q && !fold_q));

  assign folded = hash_q ^ work_q[511:0] ^ work_q[1023:512];
  assign from = !fold_q ? hash_q : last_q ? blake2b_pkg::START : folded; // the state before the next block
  assign digest_valid_o = fold_q && last_q;
  assign digest_o = folded[255:0];

  // Even steps mix columns, odd ones diagonals: row r is turned by r places.
  logic [31:0] picks;
  assign picks = blake2b_pkg::picks(step_q);
  generate
    for (genvar i = 0; i < 4; i++) begin : g_mix
      logic [63:0] x, y;
      logic [255:0] in, out;
      assign x = message_q[{picks[8*i +: 4], 6'd0} +: 64];
      assign y = message_q[{picks[8*i+4 +: 4], 6'd0} +: 64];
      assign in = step_q[0]
          ? {work_q[64*(12+(i+3)%4) +: 64], work_q[64*(8+(i+2)%4) +: 64], work_q[64*(4+(i+1)%4) +: 64], work_q[64*i +: 64]}
          : {work_q[64*(12+i) +: 64], work_q[64*(8+i) +: 64], work_q[64*(4+i) +: 64], work_q[64*i +: 64]};
      assign out = blake2b_pkg::mix(in, x, y);
    end
    for (genvar i = 0; i < 4; i++) begin : g_place
      assign mixed[64*i +: 64] = g_mix[i].out[0 +: 64];
      assign mixed[64*(4+i) +: 64] = step_q[0] ? g_mix[(i+3)%4].out[64 +: 64] : g_mix[i].out[64 +: 64];
      assign mixed[64*(8+i) +: 64] = step_q[0] ? g_mix[(i+2)%4].out[128 +: 64] : g_mix[i].out[128 +: 64];
      assign mixed[64*(12+i) +: 64] = step_q[0] ? g_mix[(i+1)%4].out[192 +: 64] : g_mix[i].out[192 +: 64];
    end
  endgenerate

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      count_q <= '0;
      step_q <= '0;
      total_q <= '0;
      busy_q <= 1'b0;
      fold_q <= 1'b0;
      hash_q <= blake2b_pkg::START;
    end else begin
      if (word_valid_i && word_ready_o) begin
        count_q <= count_q + 5'd1;
        total_q <= total_q + 32'(bytes_i);
      end
      if (busy_q) begin
        step_q <= step_q == END ? '0 : step_q + 5'd1;
        busy_q <= step_q != END;
        fold_q <= step_q == END;
      end
      if (done) begin
        fold_q <= 1'b0;
        hash_q <= from;
      end
      if (begins_o) begin
        count_q <= '0;
        busy_q <= 1'b1;
        if (block_last_q) total_q <= '0;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (word_valid_i && word_ready_o) begin
      block_q <= {word_i, block_q[1023:64]};
      block_last_q <= last_i;
    end
    if (begins_o) begin
      message_q <= block_q;
      last_q <= block_last_q;
      // v[12] is xored with the count of bytes (its high word stays zero), v[14] inverted in the last block
      work_q <= {blake2b_pkg::IV ^ {64'd0, {64{block_last_q}}, 64'd0, 32'd0, total_q, 256'd0}, from};
    end else if (busy_q) begin
      work_q <= mixed;
    end
  end

endmodule

`default_nettype wire
