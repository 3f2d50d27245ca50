// Unit of the `sha256`, `sha256d` and `sha256.node` kernels: FIPS 180-4, sections 5.1.1 and 6.2.
//
// Purpose: jobs in (unit_pkg), digests out; padding in hardware. OP_DOUBLE hashes the digest again.
// Throughput: 65 cycles per block of 64 bytes, padding included, without a gap between blocks or jobs; a double hash has one
// block more. Latency: 66 cycles from the beat to the result, for messages of up to 55 bytes; 65 more for the double hash.
//
//   job ---> message_feeder --words--\
//                                     >--> sha256_core --digest--> result_q ---> result
//                 digest, padding ---/                                |
//                        ^--------------(second hash)-----------------+
//
// Handshake: unit_pkg; a result that waits holds the next digest, not its rounds. Bounds: unit_pkg.
`default_nettype none

module sha256_unit (
  input wire logic clk_i,
  input wire logic rst_ni,

  input wire logic job_valid_i,
  output logic job_ready_o,
  input wire unit_pkg::job_t job_i,

  output logic result_valid_o,
  input wire logic result_ready_i,
  output unit_pkg::result_t result_o
);

  logic fed_valid, fed_ready, fed_last, word_valid, word_ready, word_last;
  logic [31:0] fed, word, again;
  logic [15:0] fed_tag, tag_q;
  logic [3:0] fed_op, op_q, index_q, unused_bytes;
  logic digest_valid, digest_ready, second_q, again_q, repeated;
  logic [255:0] digest;
  logic [511:0] data;
  logic result_valid_q;
  unit_pkg::result_t result_q;

  message_feeder u_feeder (
    .clk_i, .rst_ni, .job_valid_i, .job_ready_o, .job_i,
    .word_valid_o(fed_valid), .word_ready_i(fed_ready), .word_o(fed), .bytes_o(unused_bytes),
    .last_o(fed_last), .tag_o(fed_tag), .op_o(fed_op)
  );

  // again_q: the words of the second hash go in; second_q: its digest is still to come.
  assign word_valid = again_q || fed_valid;
  assign word = again_q ? again : fed;
  assign word_last = again_q || fed_last;
  assign fed_ready = word_ready && !again_q;

  always_comb begin
    again = '0;
    for (int i = 0; i < 4; i++) again[8*i +: 8] = result_q.data[32*index_q[2:0] + 24 - 8*i +: 8];
    if (index_q[3]) again = index_q == 4'd8 ? 32'h8000_0000 : index_q == 4'd15 ? 32'd256 : '0;
  end

  sha256_core u_core (
    .clk_i, .rst_ni,
    .word_valid_i(word_valid), .word_ready_o(word_ready), .word_i(word), .last_i(word_last),
    .digest_valid_o(digest_valid), .digest_ready_i(digest_ready), .digest_o(digest)
  );

  always_comb begin
    data = '0;
    for (int i = 0; i < 32; i++) data[8*i +: 8] = digest[248 - 8*i +: 8];
  end

  assign digest_ready = !result_valid_q || result_ready_i;
  assign repeated = digest_valid && digest_ready && op_q == unit_pkg::OP_DOUBLE && !second_q;
  assign result_valid_o = result_valid_q;
  assign result_o = result_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      result_valid_q <= 1'b0;
      second_q <= 1'b0;
      again_q <= 1'b0;
      index_q <= '0;
    end else begin
      if (digest_ready) result_valid_q <= digest_valid && !repeated;
      if (digest_valid && digest_ready) second_q <= repeated;
      if (repeated) again_q <= 1'b1;
      else if (word_ready && index_q == 4'd15) again_q <= 1'b0;
      if (again_q && word_ready) index_q <= index_q + 4'd1; // 15 wraps
    end
  end

  // The core takes no word of the next job before the digest of this one is out: tag_q and op_q stand.
  always_ff @(posedge clk_i) begin
    if (fed_valid && fed_ready && fed_last) begin
      tag_q <= fed_tag;
      op_q <= fed_op;
    end
    if (digest_valid && digest_ready) result_q <= {tag_q, 1'b1, data};
  end

`ifndef SYNTHESIS
  stream_check #(.WIDTH($bits(unit_pkg::result_t))) u_result (
    .clk_i, .rst_ni, .valid_i(result_valid_o), .ready_i(result_ready_i), .payload_i(result_o)
  );
`endif

endmodule

`default_nettype wire
