// approx_adder against its definition, for one LOOKBACK: each bit of the sum by itself, with the carry of the LOOKBACK bits below it as if
// none came into them. Holds for all operands, not for a number of cycles.
`default_nettype none

module adder_formal #(
  parameter int unsigned LOOKBACK = 32
) (
  input wire logic [31:0] a_i,
  input wire logic [31:0] b_i
);

  logic [31:0] sum;
  approx_adder #(.LOOKBACK(LOOKBACK)) u_adder (.a_i, .b_i, .sum_o(sum));

  logic [31:0] want;
  generate
    for (genvar i = 0; i < 32; i++) begin : g_bit
      localparam int unsigned N = i < LOOKBACK ? i : LOOKBACK; // bits that are looked at
      if (N == 0) begin : g_none
        assign want[i] = a_i[i] ^ b_i[i];
      end else begin : g_carry
        logic [N:0] below;
        assign below = {1'b0, a_i[i-N +: N]} + {1'b0, b_i[i-N +: N]};
        assign want[i] = a_i[i] ^ b_i[i] ^ below[N];
      end
    end
  endgenerate

  always_comb right : assert (sum == want);

  // LOOKBACK 31 and 32 are exact; with others a wrong sum can be reached.
  always_comb exact : assert (LOOKBACK < 31 || sum == a_i + b_i);
  always_comb errs : cover (LOOKBACK >= 31 || sum != a_i + b_i);

endmodule

`default_nettype wire
