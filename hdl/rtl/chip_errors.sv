// The error registers: ERROR (write one to clear), and queue and address of the first error since ERROR was zero.
//
// Errors come from the data path (with an address) and from register writes (without); when both come at once, the data
// path's is the first.
`default_nettype none

module chip_errors (
  input wire logic clk_i,
  input wire logic rst_ni,

  input wire logic write_i,
  input wire logic [15:0] addr_i,
  input wire logic [5:0] data_i,
  output logic [31:0] data_o,

  input wire logic [5:0] path_i, // bits of ERROR to set
  input wire logic [2:0] path_queue_i,
  input wire logic [63:0] path_addr_i,
  input wire logic [5:0] access_i,
  input wire logic [2:0] access_queue_i
);

  logic [5:0] error_q, left;
  logic [2:0] queue_q;
  logic [63:0] addr_q;

  assign left = write_i && addr_i == zchip_pkg::GLOBAL_ERROR_OFFSET ? error_q & ~data_i : error_q;

  always_comb begin
    case (addr_i)
      zchip_pkg::GLOBAL_ERROR_OFFSET: data_o = {26'd0, error_q};
      zchip_pkg::GLOBAL_ERROR_QUEUE_OFFSET: data_o = {29'd0, queue_q};
      zchip_pkg::GLOBAL_ERROR_ADDRESS_OFFSET: data_o = addr_q[31:0];
      zchip_pkg::GLOBAL_ERROR_ADDRESS_OFFSET + 16'd4: data_o = addr_q[63:32];
      default: data_o = '0;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      error_q <= '0;
      queue_q <= '0;
      addr_q <= '0;
    end else begin
      error_q <= left | path_i | access_i;
      if (left == '0 && path_i != '0) begin
        queue_q <= path_queue_i;
        addr_q <= path_addr_i;
      end else if (left == '0 && access_i != '0) begin
        queue_q <= access_queue_i;
        addr_q <= '0;
      end
    end
  end

endmodule

`default_nettype wire
