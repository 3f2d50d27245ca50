// Round-robin arbiter: merges N streams into one, fairly.
//
// Latency 0, throughput 1 transfer per cycle. The stream after the last one served goes first, so a valid stream waits for
// at most N - 1 transfers of others. A stream that is offered and not taken stays chosen: the payload is stable.
// out_valid_o does not depend on out_ready_i. in_ready_o depends on out_ready_i (put a skid_buffer behind it to cut that).
//
//   in 0 --->\
//   in 1 ---> > ---> out, index_o     prefer_q: who goes first; lock_q: the choice stands until it is taken
//   in 2 --->/
`default_nettype none

module rr_arbiter #(
  parameter int unsigned N = 4,
  parameter int unsigned WIDTH = 8,
  localparam int unsigned I = N > 1 ? $clog2(N) : 1
) (
  input wire logic clk_i,
  input wire logic rst_ni,

  input wire logic [N-1:0] in_valid_i,
  output logic [N-1:0] in_ready_o,
  input wire logic [N*WIDTH-1:0] in_i, // stream k in bits WIDTH*k +: WIDTH

  output logic out_valid_o,
  input wire logic out_ready_i,
  output logic [WIDTH-1:0] out_o,
  output logic [I-1:0] index_o // the stream that out_o belongs to
);

  localparam logic [I-1:0] LAST = I'(N - 1);

  logic [I-1:0] prefer_q, lock_index_q, pick;
  logic lock_q;

  // The first valid stream from prefer_q on, else the first of all: both searches go down, so that the lowest wins.
  always_comb begin
    pick = '0;
    for (int k = N - 1; k >= 0; k--) if (in_valid_i[k]) pick = I'(k);
    for (int k = N - 1; k >= 0; k--) if (in_valid_i[k] && I'(k) >= prefer_q) pick = I'(k);
  end

  assign index_o = lock_q ? lock_index_q : pick;
  assign out_valid_o = |in_valid_i;

  always_comb begin
    out_o = '0;
    in_ready_o = '0;
    for (int k = 0; k < N; k++) begin
      if (index_o == I'(k)) begin
        out_o = in_i[WIDTH*k +: WIDTH];
        in_ready_o[k] = out_ready_i && in_valid_i[k];
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      prefer_q <= '0;
      lock_q <= 1'b0;
      lock_index_q <= '0;
    end else begin
      lock_q <= out_valid_o && !out_ready_i;
      lock_index_q <= index_o;
      if (out_valid_o && out_ready_i) prefer_q <= index_o == LAST ? '0 : index_o + 1'b1;
    end
  end

`ifndef SYNTHESIS
  stream_check #(.WIDTH(WIDTH + I)) u_out (
    .clk_i, .rst_ni, .valid_i(out_valid_o), .ready_i(out_ready_i), .payload_i({index_o, out_o})
  );
  generate
    for (genvar k = 0; k < N; k++) begin : g_in
      stream_check #(.WIDTH(WIDTH)) u_in (
        .clk_i, .rst_ni, .valid_i(in_valid_i[k]), .ready_i(in_ready_o[k]), .payload_i(in_i[WIDTH*k +: WIDTH])
      );
    end
  endgenerate
  always_ff @(posedge clk_i) if (rst_ni) one : assert ((in_ready_o & (in_ready_o - 1'b1)) == '0);
`endif

endmodule

`default_nettype wire
