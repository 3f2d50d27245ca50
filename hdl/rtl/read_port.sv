// The one read stream of the bus, shared by three clients: submissions, message ends, job data.
//
//   requests (3) --> lowest valid first --> rd_o                client_q: whose beats come next
//   beats (3)    <-- by client_q <-- beat_i                     (requests are answered in order)
//
// Latency 1 cycle from request to rd_o, none from beat_i to the client. A client asks only for lines that it will take
// without waiting for anything but itself, so that none blocks another for long. Submissions and ends are few: job data is
// not starved. Bounds: INFLIGHT requests at once (a power of two).
`default_nettype none

module read_port #(
  parameter int unsigned INFLIGHT = 64
) (
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic stop_i, // offer no more
  output logic idle_o, // nothing is offered or in flight

  input wire logic [2:0] ask_valid_i, // client k in bit k
  output logic [2:0] ask_ready_o,
  input wire logic [3*bus_pkg::READ_BITS-1:0] ask_i,

  output logic [2:0] line_valid_o, // a beat for client k; its payload is beat_i
  input wire logic [2:0] line_ready_i,

  output logic rd_valid_o,
  input wire logic rd_ready_i,
  output bus_pkg::read_t rd_o,
  input wire logic beat_valid_i,
  output logic beat_ready_o,
  input wire logic beat_last_i
);

  localparam int unsigned W = bus_pkg::READ_BITS;

  logic valid_q, grant, room, client_valid;
  logic [W-1:0] rd_q;
  logic [1:0] pick, client;
  logic [$clog2(INFLIGHT):0] count;

  assign pick = ask_valid_i[0] ? 2'd0 : ask_valid_i[1] ? 2'd1 : 2'd2;
  assign grant = ask_valid_i != '0 && !stop_i && room && (!valid_q || rd_ready_i);
  assign ask_ready_o = grant ? 3'd1 << pick : '0;
  assign rd_valid_o = valid_q;
  assign rd_o = rd_q;
  assign idle_o = !valid_q && count == '0;

  fifo #(.WIDTH(2), .DEPTH(INFLIGHT)) u_clients (
    .clk_i, .rst_ni, .in_valid_i(grant), .in_ready_o(room), .in_i(pick),
    .out_valid_o(client_valid), .out_ready_i(beat_valid_i && beat_ready_o && beat_last_i), .out_o(client),
    .count_o(count)
  );

  assign line_valid_o = beat_valid_i && client_valid ? 3'd1 << client : '0;
  assign beat_ready_o = client_valid && line_ready_i[client];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_q <= 1'b0;
    else if (grant) valid_q <= 1'b1;
    else if (rd_ready_i) valid_q <= 1'b0;
  end

  always_ff @(posedge clk_i) if (grant) rd_q <= ask_i[32'(pick)*W +: W];

`ifndef SYNTHESIS
  stream_check #(.WIDTH(W)) u_rd (
    .clk_i, .rst_ni, .valid_i(rd_valid_o), .ready_i(rd_ready_i), .payload_i(rd_o)
  );
  always_ff @(posedge clk_i) begin
    if (rst_ni && rd_valid_o) begin
      aligned : assert (rd_o.addr[5:0] == '0);
      page : assert (7'(rd_o.addr[11:6]) + 7'(rd_o.more) < 7'd64);
    end
    if (rst_ni) asked : assert (!beat_valid_i || client_valid);
  end
`endif

endmodule

`default_nettype wire
