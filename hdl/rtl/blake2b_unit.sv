// Unit of the `blake2b256` kernel: RFC 7693, digest of 32 bytes, no key.
//
// Purpose: jobs in (unit_pkg), digests out; padding in hardware.
// Throughput: 25 cycles per block of 128 bytes, padding included, without a gap between blocks or jobs.
// Latency: 43 cycles from the beat to the result, for messages of up to 64 bytes.
//
//   job ---> message_feeder --words--> blake2b_core --digest--> result_q ---> result
//
// Handshake: unit_pkg; a result that waits holds the next digest, not its rounds. Bounds: unit_pkg.
`default_nettype none

module blake2b_unit (
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
  logic digest_valid, digest_ready, begins;
  logic [255:0] digest;
  logic [511:0] data;
  logic result_valid_q;
  unit_pkg::result_t result_q;
  logic [3:0] word_bytes, unused_op;

  message_feeder #(
    .WORD_BYTES(8), .BLOCK_WORDS(16), .PADDING(unit_pkg::PAD_ZERO), .BIG_ENDIAN(1'b0)
  ) u_feeder (
    .clk_i, .rst_ni, .job_valid_i, .job_ready_o, .job_i,
    .word_valid_o(word_valid), .word_ready_i(word_ready), .word_o(word), .bytes_o(word_bytes),
    .last_o(word_last), .tag_o(word_tag), .op_o(unused_op)
  );

  blake2b_core u_core (
    .clk_i, .rst_ni,
    .word_valid_i(word_valid), .word_ready_o(word_ready), .word_i(word), .bytes_i(word_bytes), .last_i(word_last),
    .digest_valid_o(digest_valid), .digest_ready_i(digest_ready), .digest_o(digest),
    .begins_o(begins)
  );

  assign data = 512'(digest);

  assign digest_ready = !result_valid_q || result_ready_i;
  assign result_valid_o = result_valid_q;
  assign result_o = result_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) result_valid_q <= 1'b0;
    else if (digest_ready) result_valid_q <= digest_valid;
  end

  // The core loads the next block during the rounds: the tag of the block in work moves on when its rounds begin.
  logic [15:0] block_tag_q;
  always_ff @(posedge clk_i) begin
    if (word_valid && word_ready && word_last) block_tag_q <= word_tag;
    if (begins) tag_q <= block_tag_q;
    if (digest_valid && digest_ready) result_q <= {tag_q, 1'b1, data};
  end

`ifndef SYNTHESIS
  stream_check #(.WIDTH($bits(unit_pkg::result_t))) u_result (
    .clk_i, .rst_ni, .valid_i(result_valid_o), .ready_i(result_ready_i), .payload_i(result_o)
  );
`endif

endmodule

`default_nettype wire
