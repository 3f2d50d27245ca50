// Adder modulo 2^WIDTH whose carries look back LOOKBACK bits only: after Vilim, Duwe, Kumar, Approximate Bitcoin Mining, DAC 2016.
//
// Combinational. The carry into bit i is that of the LOOKBACK bits below it, as if no carry came into them: the sum is
// wrong where a carry travels further, and never otherwise. hdl/approx is its model in Go, bit by bit.
//
// LOOKBACK 0 leaves the adder to the tool (exact). From 1 it is the prefix network of Kogge and Stone, cut off after
// ceil(log2(LOOKBACK)) levels; LOOKBACK = WIDTH is the whole network, exact, for comparisons of area.
//
//   level    span of g[i], p[i]        g: these bits make a carry
//     0      1 bit                     p: they pass one on
//     1      2 bits                    The last level overlaps its spans when LOOKBACK is not a power of two:
//     2      4 bits ...                a carry that passes all of one span passes what the spans share.
`default_nettype none

module approx_adder #(
  parameter int unsigned WIDTH = 32,
  parameter int unsigned LOOKBACK = 0
) (
  input wire logic [WIDTH-1:0] a_i,
  input wire logic [WIDTH-1:0] b_i,
  output logic [WIDTH-1:0] sum_o
);

  generate
    if (LOOKBACK > WIDTH) begin : g_bad_lookback
      $error("LOOKBACK must be 0 to WIDTH");
    end
    if (LOOKBACK == 0) begin : g_tool
      assign sum_o = a_i + b_i;
    end else begin : g_prefix
      localparam int unsigned LEVELS = $clog2(LOOKBACK);
      logic [WIDTH-1:0] g, p;

      always_comb begin
        g = a_i & b_i;
        p = a_i ^ b_i;
        for (int unsigned l = 0; l < LEVELS; l++) begin
          if (2 << l <= LOOKBACK) begin
            g = g | (p & (g << (1 << l)));
            p = p & (p << (1 << l));
          end else begin
            g = g | (p & (g << (LOOKBACK - (1 << l))));
          end
        end
        sum_o = a_i ^ b_i ^ (g << 1);
      end
    end
  endgenerate

endmodule

`default_nettype wire
