// The write stream of the bus: one line at a time, and what the answers were about.
//
//   line_* --> wr_o          kinds: the lines in flight, in order
//   done_o <-- kinds <-- wr_done_i
//
// Latency 1 cycle to the bus, none back. Bounds: INFLIGHT lines at once (a power of two).
`default_nettype none

module write_port #(
  parameter int unsigned INFLIGHT = 64
) (
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic stop_i, // offer no more
  output logic idle_o, // nothing is offered or in flight

  input wire logic line_valid_i,
  output logic line_ready_o,
  input wire bus_pkg::write_t line_i,
  input wire logic [1:0] kind_i, // given back with the answer, with the number of bytes and the address

  output logic done_o,
  output logic error_o,
  output logic [1:0] kind_o,
  output logic [6:0] bytes_o,
  output logic [63:0] addr_o,

  output logic wr_valid_o,
  input wire logic wr_ready_i,
  output bus_pkg::write_t wr_o,
  input wire logic wr_done_i,
  input wire logic wr_error_i
);

  logic valid_q, grant, room, flying;
  bus_pkg::write_t wr_q;
  logic [$clog2(INFLIGHT):0] count;
  logic [6:0] bytes;
  logic [57:0] line;

  always_comb begin
    bytes = '0;
    for (int i = 0; i < 64; i++) bytes = bytes + 7'(line_i.strb[i]);
  end

  assign line_ready_o = !stop_i && room && (!valid_q || wr_ready_i);
  assign grant = line_valid_i && line_ready_o;
  assign wr_valid_o = valid_q;
  assign wr_o = wr_q;
  assign idle_o = !valid_q && count == '0;

  fifo #(.WIDTH(67), .DEPTH(INFLIGHT)) u_kinds (
    .clk_i, .rst_ni, .in_valid_i(grant), .in_ready_o(room), .in_i({kind_i, bytes, line_i.addr[63:6]}),
    .out_valid_o(flying), .out_ready_i(wr_done_i), .out_o({kind_o, bytes_o, line}), .count_o(count)
  );
  assign addr_o = {line, 6'd0};
  assign done_o = wr_done_i && flying;
  assign error_o = wr_error_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_q <= 1'b0;
    else if (grant) valid_q <= 1'b1;
    else if (wr_ready_i) valid_q <= 1'b0;
  end

  always_ff @(posedge clk_i) if (grant) wr_q <= line_i;

`ifndef SYNTHESIS
  stream_check #(.WIDTH($bits(bus_pkg::write_t))) u_wr (
    .clk_i, .rst_ni, .valid_i(wr_valid_o), .ready_i(wr_ready_i), .payload_i(wr_o)
  );
  always_ff @(posedge clk_i) begin
    if (rst_ni && wr_valid_o) begin
      aligned : assert (wr_o.addr[5:0] == '0);
      some : assert (wr_o.strb != '0);
    end
    if (rst_ni) answered : assert (!wr_done_i || flying);
  end
`endif

endmodule

`default_nettype wire
