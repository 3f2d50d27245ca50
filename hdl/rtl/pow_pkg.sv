// What the parts of pow_unit share: what an item in the pipeline is, and the blocks of a double hash.
`default_nettype none

package pow_pkg;

  // An item is one compression.
  typedef logic [1:0] kind_t;
  localparam kind_t MIDSTATE = 2'd0; // the first 64 bytes of the header
  localparam kind_t FIRST = 2'd1; // its last 16 bytes, with a nonce
  localparam kind_t SECOND = 2'd2; // the hash of the hash

  // 16 words of a schedule; the oldest is the lowest.
  typedef logic [511:0] window_t;

  // The second block of a header: words 0 to 2 in tail, the first the lowest; the nonce is stored little-endian.
  function automatic window_t header_block(input logic [95:0] tail, input logic [31:0] nonce);
    header_block = {32'd640, 320'd0, 32'h8000_0000, nonce[7:0], nonce[15:8], nonce[23:16], nonce[31:24], tail};
  endfunction

  // The block that holds a digest.
  function automatic window_t digest_block(input sha256_pkg::state_t digest);
    digest_block = {32'd256, 192'd0, 32'h8000_0000, 256'd0};
    for (int i = 0; i < 8; i++) digest_block[32*i +: 32] = digest[32*(7-i) +: 32];
  endfunction

endpackage

`default_nettype wire
