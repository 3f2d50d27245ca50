// The addition at the end of a block, word by word (FIPS 180-4, section 6.2.2 step 4). Combinational.
`default_nettype none

module pow_fold #(
  parameter int unsigned APPROX_BITS = 0
) (
  input wire sha256_pkg::state_t before_i, // of the block
  input wire sha256_pkg::state_t after_i,
  output sha256_pkg::state_t sum_o
);

  generate
    for (genvar i = 0; i < 8; i++) begin : g_word
      approx_adder #(.LOOKBACK(APPROX_BITS)) u_add (
        .a_i(before_i[32*i +: 32]), .b_i(after_i[32*i +: 32]), .sum_o(sum_o[32*i +: 32])
      );
    end
  endgenerate

endmodule

`default_nettype wire
