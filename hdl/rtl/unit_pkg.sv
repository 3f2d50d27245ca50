// The streams that every unit speaks, so that dispatch and collect treat all units alike.
//
//               +--------+
//   job_t   --->|  unit  |---> result_t        both ready/valid: a transfer is a cycle with valid and ready;
//   beats       +--------+     one per job     valid never waits for ready; payload is stable until taken
//
// A job is one or more beats: the row of the kernel, then its message, as one string of bytes. Every beat but the last
// carries 64 bytes; the last carries 1 to 64, or 0 when the whole job has no byte. tag and op are the same in all beats
// of a job. Jobs do not interleave; a unit gives results in the order of its jobs. Whoever must end a job early (a DMA
// error) sends a beat with last and drops the result.
//
// Bounds: a job has at most 2^32 - 1 bytes, as the arena of a batch.
//
// Layout for benches in C++: job_t is 540 bits, data in bits 511:0, bytes 518:512, last 519, op 523:520, tag 539:524.
// result_t is 529 bits, data in bits 511:0, valid 512, tag 528:513.
`default_nettype none

package unit_pkg;

  localparam int unsigned BEAT_BYTES = 64;
  localparam int unsigned JOB_BITS = 540; // of job_t: Yosys 0.23 has no $bits of a type
  localparam int unsigned RESULT_BITS = 529; // of result_t

  // What a unit of several kernels is to compute. Units of one kernel ignore it.
  localparam logic [3:0] OP_PLAIN = 4'd0;
  localparam logic [3:0] OP_DOUBLE = 4'd1; // sha256: hash the digest again

  // Paddings of message_feeder.
  localparam int unsigned PAD_LENGTH = 0; // a one bit, zeros, length in bits, big-endian in two words (SHA-2, SM3)
  localparam int unsigned PAD_KECCAK = 1; // 0x01, zeros, 0x80 (original Keccak, as Ethereum)
  localparam int unsigned PAD_ZERO = 2;   // zeros; none after a full block unless the message is empty (BLAKE2)

  typedef struct packed {
    logic [15:0] tag; // opaque, returned with the result
    logic [3:0] op;
    logic last;
    logic [6:0] bytes; // of data that count, 0 to 64
    logic [511:0] data; // byte i of the beat in bits 8i+7:8i; bytes that do not count are ignored
  } job_t;

  typedef struct packed {
    logic [15:0] tag;
    logic valid; // the verdict; hashes are always valid
    logic [511:0] data; // the output of the kernel, byte i in bits 8i+7:8i; zero beyond its size
  } result_t;

endpackage

`default_nettype wire
