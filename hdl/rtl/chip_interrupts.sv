// Interrupts: which vectors are raised, enabled, pending; and the stream of those that fire.
//
//   raise_i, INTR_TEST --> enabled? --yes--> fire_q --> irq_o        a vector that fires twice before it is taken
//                             |                ^                     is taken once
//                             no--> pending_q -+ when it is enabled
//
// irq_valid_o comes from a register; the lowest vector goes first.
`default_nettype none

module chip_interrupts #(
  parameter int unsigned VECTORS = 4
) (
  input wire logic clk_i,
  input wire logic rst_ni,

  input wire logic write_i,
  input wire logic [15:0] addr_i,
  input wire logic [31:0] data_i,
  output logic [31:0] data_o,

  input wire logic raise_i,
  input wire logic [4:0] vector_i,
  input wire logic stop_i, // offer no more

  output logic irq_valid_o,
  input wire logic irq_ready_i,
  output logic [4:0] irq_o
);

  localparam logic [31:0] ALL = VECTORS >= 32 ? '1 : (32'd1 << VECTORS) - 32'd1;

  logic [31:0] pending_q, enable_q, fire_q, raised, enabled, pending, chosen;
  logic valid_q;
  logic [4:0] irq_q, pick;

  assign irq_valid_o = valid_q;
  assign irq_o = irq_q;

  always_comb begin
    raised = '0;
    if (raise_i) raised[vector_i] = 1'b1;
    if (write_i && addr_i == zchip_pkg::GLOBAL_INTR_TEST_OFFSET) raised = raised | data_i;
    raised = raised & ALL;
    enabled = write_i && addr_i == zchip_pkg::GLOBAL_INTR_ENABLE_OFFSET ? data_i & ALL : enable_q;
    pending = write_i && addr_i == zchip_pkg::GLOBAL_INTR_PENDING_OFFSET ? pending_q & ~data_i : pending_q;
    pending = pending | raised;
  end

  always_comb begin
    pick = '0;
    for (int v = VECTORS - 1; v >= 0; v--) if (fire_q[v]) pick = 5'(v);
    chosen = '0;
    if (fire_q != '0 && !stop_i && (!valid_q || irq_ready_i)) chosen[pick] = 1'b1;
  end

  always_comb begin
    case (addr_i)
      zchip_pkg::GLOBAL_INTR_PENDING_OFFSET: data_o = pending_q;
      zchip_pkg::GLOBAL_INTR_ENABLE_OFFSET: data_o = enable_q;
      default: data_o = '0;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      pending_q <= '0;
      enable_q <= '0;
      fire_q <= '0;
      valid_q <= 1'b0;
    end else begin
      enable_q <= enabled;
      pending_q <= pending & ~enabled;
      fire_q <= (fire_q & ~chosen) | (pending & enabled);
      if (chosen != '0) valid_q <= 1'b1;
      else if (irq_ready_i) valid_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) if (chosen != '0) irq_q <= pick;

`ifndef SYNTHESIS
  stream_check #(.WIDTH(5)) u_irq (
    .clk_i, .rst_ni, .valid_i(irq_valid_o), .ready_i(irq_ready_i), .payload_i(irq_o)
  );
`endif

endmodule

`default_nettype wire
