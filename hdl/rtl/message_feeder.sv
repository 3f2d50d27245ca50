// Message feeder: turns the beats of jobs into padded blocks, one word at a time.
//
// Latency 1 cycle from beat to first word; throughput one word per cycle, without a gap between beats, blocks or jobs
// while beats are offered. Words, unlike beats, are in the byte order of the hash.
//
//             +--------------------+     +---------+
//   beats --->| data_q: shifts one |---->| padding |---> words     index_q: place in the block
//             | word per cycle     |     +---------+
//             +--------------------+     length_q: bytes of the message so far
//
// Handshake: job_ready_o rises in the cycle in which the last word of the held beat (or of its padding) is taken; it depends on
// word_ready_i, which in every unit comes from registers. word_valid_o comes from registers.
//
// Standards: PAD_LENGTH is FIPS 180-4 section 5.1 and GB/T 32905-2016 section 5.2; PAD_KECCAK is pad10*1 of FIPS 202
// section 5.1 without domain bits; PAD_ZERO is RFC 7693 section 3.3.
//
// Bounds: as in unit_pkg, asserted.
`default_nettype none

module message_feeder #(
  parameter int unsigned WORD_BYTES = 4, // 4 or 8
  parameter int unsigned BLOCK_WORDS = 16, // 16 for PAD_LENGTH; up to 31
  parameter int unsigned PADDING = unit_pkg::PAD_LENGTH,
  parameter bit BIG_ENDIAN = 1'b1 // the first byte of a word is its highest
) (
  input wire logic clk_i,
  input wire logic rst_ni,

  input wire logic job_valid_i,
  output logic job_ready_o,
  input wire unit_pkg::job_t job_i,

  output logic word_valid_o,
  input wire logic word_ready_i,
  output logic [8*WORD_BYTES-1:0] word_o,
  output logic [3:0] bytes_o, // message bytes in the word
  output logic last_o, // the last word of the last block of the message
  output logic [15:0] tag_o,
  output logic [3:0] op_o
);

  localparam int unsigned W = 8 * WORD_BYTES;
  localparam logic [4:0] END = 5'(BLOCK_WORDS - 1);
  localparam logic [6:0] WHOLE = 7'(WORD_BYTES);

  logic active_q; // a beat is held, or padding goes on
  logic fresh_q; // the next beat begins a message
  logic final_q; // the held beat is the last
  logic marked_q; // the first byte of the padding is out
  logic length_here_q; // this block ends with the length
  logic [4:0] index_q;
  logic [6:0] left_q; // bytes left in data_q
  logic [31:0] length_q;
  logic [511:0] data_q;
  logic [15:0] tag_q;
  logic [3:0] op_q;

  logic take, give, mark;
  logic [6:0] have;
  logic [W-1:0] bytes, word;
  logic [2*W-1:0] bits;

  assign bits = (2*W)'({length_q, 3'b000});
  assign have = left_q < WHOLE ? left_q : WHOLE;
  assign mark = PADDING != unit_pkg::PAD_ZERO && final_q && left_q < WHOLE && !marked_q;

  // The word as bytes in order of memory: message, first byte of the padding, zeros.
  always_comb begin
    bytes = '0;
    for (int i = 0; i < WORD_BYTES; i++) begin
      if (7'(i) < have) bytes[8*i +: 8] = data_q[8*i +: 8];
      else if (mark && 7'(i) == have) bytes[8*i +: 8] = PADDING == unit_pkg::PAD_KECCAK ? 8'h01 : 8'h80;
    end
    if (PADDING == unit_pkg::PAD_KECCAK && index_q == END && (mark || marked_q)) begin
      bytes[W-1 -: 8] = bytes[W-1 -: 8] | 8'h80;
    end
  end

  always_comb begin
    word = bytes;
    if (BIG_ENDIAN) for (int i = 0; i < WORD_BYTES; i++) word[8*i +: 8] = bytes[W-8-8*i +: 8];
    if (PADDING == unit_pkg::PAD_LENGTH) begin
      if (index_q == END - 5'd1 && marked_q) word = bits[2*W-1 -: W];
      if (index_q == END && length_here_q) word = bits[W-1:0];
    end
  end

  always_comb begin
    case (PADDING)
      unit_pkg::PAD_LENGTH: last_o = index_q == END && length_here_q;
      unit_pkg::PAD_KECCAK: last_o = index_q == END && (mark || marked_q);
      default: last_o = index_q == END && final_q && left_q <= WHOLE;
    endcase
  end

  assign word_valid_o = active_q;
  assign word_o = word;
  assign bytes_o = have[3:0];
  assign tag_o = tag_q;
  assign op_o = op_q;

  assign give = word_valid_o && word_ready_i;
  assign job_ready_o = !active_q || (word_ready_i && (last_o || (!final_q && left_q <= WHOLE)));
  assign take = job_valid_i && job_ready_o;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      active_q <= 1'b0;
      fresh_q <= 1'b1;
      marked_q <= 1'b0;
      length_here_q <= 1'b0;
      index_q <= '0;
    end else begin
      if (give) begin
        index_q <= index_q == END ? '0 : index_q + 5'd1;
        marked_q <= (marked_q || mark) && !last_o;
        length_here_q <= index_q == END - 5'd1 ? marked_q : length_here_q && index_q != END;
      end
      if (take) begin
        active_q <= 1'b1;
        fresh_q <= job_i.last;
      end else if (job_ready_o) begin
        active_q <= 1'b0;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (take) begin
      data_q <= job_i.data;
      left_q <= job_i.bytes;
      final_q <= job_i.last;
      length_q <= (fresh_q ? '0 : length_q) + 32'(job_i.bytes);
      tag_q <= job_i.tag;
      op_q <= job_i.op;
    end else if (give) begin
      data_q <= data_q >> W;
      left_q <= left_q - have;
    end
  end

`ifndef SYNTHESIS
  stream_check #(.WIDTH($bits(unit_pkg::job_t))) u_job (
    .clk_i, .rst_ni, .valid_i(job_valid_i), .ready_i(job_ready_o), .payload_i(job_i)
  );
  stream_check #(.WIDTH(W + 25)) u_word (
    .clk_i, .rst_ni, .valid_i(word_valid_o), .ready_i(word_ready_i),
    .payload_i({word_o, bytes_o, last_o, tag_o, op_o})
  );
  always_ff @(posedge clk_i) begin
    if (rst_ni && job_valid_i) begin
      most : assert (job_i.bytes <= 7'd64);
      full : assert (job_i.last || job_i.bytes == 7'd64);
      some : assert (job_i.bytes != 7'd0 || fresh_q || !job_ready_o);
    end
  end
`endif

endmodule

`default_nettype wire
