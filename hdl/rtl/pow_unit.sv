// Unit of the `sha256d.pow` kernel: the search for proof of work over a Bitcoin block header.
//
// Purpose: jobs of one row in (unit_pkg), the first hit out. A row is the header (80 bytes), the target (32, little-endian), the first
// nonce and the number of nonces (u32 each, little-endian): 64 bytes in the first beat, 56 in the last. Nonces first, first + 1, ...
// modulo 2^32 take the place of header bytes 76 to 79. The first one whose SHA-256d is not above the target makes the
// job valid; the result is the nonce (u32, little-endian) and the hash (32 bytes). Without one, or with no nonces, the
// verdict is invalid and the result zero. A job of another length is invalid.
//
// Throughput: see pow_engine; per job, besides, 68 cycles for the midstate and about 132 until the last hash is out.
//
//   job ---> head, tail ---> pow_engine ---> hash_q <= target_q ? ---> result
//                 nonce_q ------^
//
// With APPROX_BITS from 1 to 31 the hashes of the search use approx_adder: hits may be wrong, and hits may be missed. Such units are
// marked inexact in the unit table, and whoever uses them checks hits again.
//
// Handshake: unit_pkg. job_ready_o and result come from registers. The engine stands still while a result waits. A search runs
// for as long as its nonces last; whoever does not want it any more resets the unit.
`default_nettype none

module pow_unit #(
  parameter int unsigned ROUNDS = 1, // round circuits: a power of two, 1 (130 cycles per nonce) to 128 (1 cycle)
  parameter int unsigned APPROX_BITS = 0 // 0: exact; else how far carries look back, 1 to 32 (exact)
) (
  input wire logic clk_i,
  input wire logic rst_ni,

  input wire logic job_valid_i,
  output logic job_ready_o,
  input wire unit_pkg::job_t job_i,

  output logic result_valid_o,
  input wire logic result_ready_i,
  output unit_pkg::result_t result_o
);

  localparam logic [2:0] HEAD = 3'd0; // waits for the first beat
  localparam logic [2:0] TAIL = 3'd1; // waits for the last beat
  localparam logic [2:0] MID = 3'd2; // waits for the midstate
  localparam logic [2:0] SEARCH = 3'd3;
  localparam logic [2:0] DONE = 3'd4; // waits for the result to be taken

  logic [2:0] state_q;
  logic bad_q; // the row has another length, or no nonces
  logic found_q, midstate_done_q, check_q;
  logic [15:0] tag_q;
  logic [95:0] tail_q; // words 0 to 2 of the second block
  logic [255:0] target_q, digest_q, hash;
  logic [31:0] nonce_q; // the next to go in
  logic [31:0] at_q; // the one whose hash comes out next, or is in digest_q
  logic [31:0] end_q; // the one after the last
  sha256_pkg::state_t midstate_q, midstate, digest;
  pow_pkg::window_t block;

  logic take, start, midstate_valid, nonce_valid, nonce_ready, digest_valid, hit, last;
  logic [31:0] first, count;

  assign job_ready_o = state_q == HEAD || state_q == TAIL;
  assign take = job_valid_i && job_ready_o;
  assign start = take && state_q == HEAD && !job_i.last;
  assign first = job_i.data[384 +: 32];
  assign count = job_i.data[416 +: 32];

  // Bytes to big-endian words.
  always_comb for (int i = 0; i < 64; i++) block[32*(i/4) + 24 - 8*(i%4) +: 8] = job_i.data[8*i +: 8];

  assign nonce_valid = state_q == SEARCH && nonce_q != end_q;

  pow_engine #(.ROUNDS(ROUNDS), .APPROX_BITS(APPROX_BITS)) u_engine (
    .clk_i, .rst_ni, .clear_i(state_q == DONE),
    .block_valid_i(start), .block_i(block), .midstate_valid_o(midstate_valid), .midstate_o(midstate),
    .nonce_valid_i(nonce_valid), .nonce_ready_o(nonce_ready), .midstate_i(midstate_q),
    .nonce_block_i(pow_pkg::header_block(tail_q, nonce_q)),
    .hash_valid_o(digest_valid), .hash_o(digest)
  );

  // The hash as stored, byte i in bits 8i+7:8i, is a little-endian number like the target.
  always_comb for (int i = 0; i < 32; i++) hash[8*i +: 8] = digest_q[248 - 8*i +: 8];
  assign hit = check_q && hash <= target_q;
  assign last = check_q && at_q + 1'b1 == end_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= HEAD;
      midstate_done_q <= 1'b0;
      check_q <= 1'b0;
    end else begin
      if (midstate_valid) midstate_done_q <= 1'b1;
      check_q <= state_q == SEARCH && digest_valid && !hit && !last;
      case (state_q)
        HEAD: if (take) state_q <= job_i.last ? DONE : TAIL;
        TAIL: if (take && job_i.last) state_q <= MID;
        MID: if (midstate_done_q) state_q <= bad_q ? DONE : SEARCH;
        SEARCH: if (hit || last) state_q <= DONE;
        default: begin
          midstate_done_q <= 1'b0;
          if (result_ready_i) state_q <= HEAD;
        end
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (midstate_valid) midstate_q <= midstate;
    if (state_q == SEARCH && digest_valid && !hit) digest_q <= digest;
    if (take) begin
      tag_q <= job_i.tag;
      found_q <= 1'b0;
      bad_q <= state_q == TAIL && (bad_q || !job_i.last || job_i.bytes != 7'd56 || count == 32'd0);
    end
    if (take && state_q == TAIL) begin
      tail_q <= block[95:0];
      target_q <= job_i.data[128 +: 256];
      nonce_q <= first;
      at_q <= first;
      end_q <= first + count;
    end
    if (nonce_valid && nonce_ready) nonce_q <= nonce_q + 1'b1;
    if (check_q && !hit) at_q <= at_q + 1'b1;
    if (state_q == SEARCH && hit) found_q <= 1'b1;
  end

  assign result_valid_o = state_q == DONE;
  assign result_o = {tag_q, found_q, 224'd0, {288{found_q}} & {hash, at_q}};

`ifndef SYNTHESIS
  stream_check #(.WIDTH($bits(unit_pkg::job_t))) u_job (
    .clk_i, .rst_ni, .valid_i(job_valid_i), .ready_i(job_ready_o), .payload_i(job_i)
  );
  stream_check #(.WIDTH($bits(unit_pkg::result_t))) u_result (
    .clk_i, .rst_ni, .valid_i(result_valid_o), .ready_i(result_ready_i), .payload_i(result_o)
  );
`endif

endmodule

`default_nettype wire
