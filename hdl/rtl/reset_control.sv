// Reset from software: no new DMA, wait for what is in flight, then clear everything.
//
//   go_i --> stop_o ... drained_i --> clear_o (CLEAR cycles) --> done      resetting_o from go_i to the end
//
// The bus is left in peace: requests that were offered are taken and answered, so that nothing comes late. How long that
// takes is the bus's affair; a bus that answers nothing is ended by rst_ni.
`default_nettype none

module reset_control #(
  parameter int unsigned CLEAR = 4
) (
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic go_i,
  input wire logic drained_i, // no DMA is offered or in flight, no interrupt offered
  output logic stop_o, // start no DMA and no interrupt
  output logic clear_o,
  output logic resetting_o
);

  logic stop_q, settled_q;
  logic [$clog2(CLEAR + 1)-1:0] clear_q; // cycles of clear_o that are left

  assign stop_o = stop_q;
  assign clear_o = clear_q != '0;
  assign resetting_o = stop_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      stop_q <= 1'b0;
      settled_q <= 1'b0;
      clear_q <= '0;
    end else if (clear_o) begin
      clear_q <= clear_q - 1'b1;
      if (clear_q == 1) stop_q <= 1'b0;
    end else if (stop_q) begin
      settled_q <= drained_i; // for two cycles: what was decided in the cycle of stop_o has been offered by then
      if (drained_i && settled_q) begin
        clear_q <= ($clog2(CLEAR + 1))'(CLEAR);
        settled_q <= 1'b0;
      end
    end else begin
      stop_q <= go_i;
    end
  end

endmodule

`default_nettype wire
