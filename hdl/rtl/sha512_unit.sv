// Unit of the `sha512` kernel: FIPS 180-4, sections 5.1.2 and 6.4.
//
// Purpose: jobs in (unit_pkg), digests out; padding in hardware.
// Throughput: 81 cycles per block of 128 bytes, padding included, without a gap between blocks or jobs.
// Latency: 82 cycles from the beat to the result, for messages of up to 64 bytes.
//
//   job ---> message_feeder --words--> sha512_core --digest--> result_q ---> result
//
// Handshake: unit_pkg; a result that waits holds the next digest, not its rounds. Bounds: unit_pkg.
`default_nettype none

module sha512_unit (
  input wire logic clk_i,
  input wire logic rst_ni,

  input wire logic job_valid_i,
  output logic job_ready_o,
  input wire unit_pkg::job_t job_i,

  output logic result_valid_o,
  input wire logic result_ready_i,
  output unit_pkg::result_t result_o
);

  logic word_valid, word_ready, word_last;
  logic [63:0] word;
  logic [15:0] word_tag, tag_q;
  logic digest_valid, digest_ready;
  logic [511:0] digest;
  logic [511:0] data;
  logic result_valid_q;
  unit_pkg::result_t result_q;
  logic [3:0] unused_bytes, unused_op;

  message_feeder #(
    .WORD_BYTES(8), .BLOCK_WORDS(16), .PADDING(unit_pkg::PAD_LENGTH)
  ) u_feeder (
    .clk_i, .rst_ni, .job_valid_i, .job_ready_o, .job_i,
    .word_valid_o(word_valid), .word_ready_i(word_ready), .word_o(word), .bytes_o(unused_bytes),
    .last_o(word_last), .tag_o(word_tag), .op_o(unused_op)
  );

  sha512_core u_core (
    .clk_i, .rst_ni,
    .word_valid_i(word_valid), .word_ready_o(word_ready), .word_i(word), .last_i(word_last),
    .digest_valid_o(digest_valid), .digest_ready_i(digest_ready), .digest_o(digest)
  );

  always_comb begin
    data = '0;
    for (int i = 0; i < 64; i++) data[8*i +: 8] = digest[504 - 8*i +: 8];
  end

  assign digest_ready = !result_valid_q || result_ready_i;
  assign result_valid_o = result_valid_q;
  assign result_o = result_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) result_valid_q <= 1'b0;
    else if (digest_ready) result_valid_q <= digest_valid;
  end

  // The core takes no word of the next job before the digest of this one is out: tag_q stands.
  always_ff @(posedge clk_i) begin
    if (word_valid && word_ready && word_last) tag_q <= word_tag;
    if (digest_valid && digest_ready) result_q <= {tag_q, 1'b1, data};
  end

`ifndef SYNTHESIS
  stream_check #(.WIDTH($bits(unit_pkg::result_t))) u_result (
    .clk_i, .rst_ni, .valid_i(result_valid_o), .ready_i(result_ready_i), .payload_i(result_o)
  );
`endif

endmodule

`default_nettype wire
