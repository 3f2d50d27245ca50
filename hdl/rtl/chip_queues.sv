// All queue pairs: decodes their registers and doorbells, picks whose submission is fetched next, round robin.
//
//   write_i, addr_i --> set-up of queue 0 to 7, doorbells --> queue_pair x QUEUES --> pick_o --> submission_fetch
//                                                                    ^------- post, end ------- span_writer
//
// A pick stands until fetch_i takes it or the queue is dropped: it is valid only in the cycle in which it is seen. Doorbells
// of queues that the chip does not have are errors; their registers read zero.
`default_nettype none

module chip_queues #(
  parameter int unsigned QUEUES = 4,
  parameter int unsigned LOG_DEPTH = 8,
  parameter int unsigned VECTORS = 4
) (
  input wire logic clk_i,
  input wire logic rst_ni,

  input wire logic write_i,
  input wire logic [15:0] addr_i,
  input wire logic [31:0] data_i,
  output logic [31:0] data_o,
  output logic [5:0] error_o, // bits of ERROR
  output logic [2:0] error_queue_o,

  output logic pick_valid_o,
  output logic [2:0] pick_o,
  output logic [63:0] pick_addr_o,
  input wire logic fetch_i, // the pick is fetched
  input wire logic fail_i, // the bus refused the entry of queue fail_queue_i; not with end_i
  input wire logic [2:0] fail_queue_i,

  input wire logic [2:0] end_queue_i, // of these
  output logic [58:0] post_addr_o, // in units of 32 bytes
  output logic post_phase_o,
  output logic [15:0] sq_head_o,
  output logic [4:0] vector_o,
  input wire logic end_i, // a command has ended
  input wire logic post_i, // with a completion
  input wire logic stop_i, // that the bus refused

  output logic [7:0] abort_o, // each queue's commands are to end early
  output logic [7:0] dropped_o, // one cycle: each queue's commands in flight are nobody's any more
  output logic busy_o
);

  logic [7:0] wants, busy, refused, bad, phase;
  logic [63:0] fetch_addr [8];
  logic [58:0] post_addr [8];
  logic [15:0] sq_head [8];
  logic [4:0] vector [8];
  logic [31:0] data [8];
  logic in_setup, in_doorbell;
  logic [2:0] prefer_q, at_setup, at_doorbell;

  assign in_setup = addr_i[15:9] == 7'(zchip_pkg::QUEUE_BASE >> 9);
  assign in_doorbell = addr_i[15];
  assign at_setup = addr_i[8:6];
  assign at_doorbell = addr_i[14:12];

  generate
    for (genvar q = 0; q < 8; q++) begin : g_queue
      if (q < QUEUES) begin : g_present
        logic here, bell, unused_enabled;
        assign here = in_setup && at_setup == 3'(q);
        assign bell = write_i && in_doorbell && at_doorbell == 3'(q);
        queue_pair #(.LOG_DEPTH(LOG_DEPTH), .VECTORS(VECTORS)) u_pair (
          .clk_i, .rst_ni,
          .set_i(write_i && here),
          .tail_i(bell && addr_i[11:0] == 12'(zchip_pkg::DOORBELL_SQ_TAIL_OFFSET)),
          .head_i(bell && addr_i[11:0] == 12'(zchip_pkg::DOORBELL_CQ_HEAD_OFFSET)),
          .offset_i(addr_i[5:0]), .data_i, .data_o(data[q]), .refused_o(refused[q]), .bad_doorbell_o(bad[q]),
          .wants_o(wants[q]), .fetch_addr_o(fetch_addr[q]), .sq_head_o(sq_head[q]),
          .post_addr_o(post_addr[q]), .phase_o(phase[q]), .vector_o(vector[q]),
          .abort_o(abort_o[q]), .enabled_o(unused_enabled), .dropped_o(dropped_o[q]), .busy_o(busy[q]),
          .fetch_i(fetch_i && pick_o == 3'(q)),
          .post_i(post_i && end_queue_i == 3'(q)),
          .end_i((end_i && end_queue_i == 3'(q)) || (fail_i && fail_queue_i == 3'(q))),
          .stop_i((stop_i && end_queue_i == 3'(q)) || (fail_i && fail_queue_i == 3'(q)))
        );
      end else begin : g_absent
        assign wants[q] = 1'b0;
        assign busy[q] = 1'b0;
        assign refused[q] = 1'b0;
        assign bad[q] = write_i && in_doorbell && addr_i[11:3] == '0 && at_doorbell == 3'(q);
        assign phase[q] = 1'b0;
        assign fetch_addr[q] = '0;
        assign post_addr[q] = '0;
        assign sq_head[q] = '0;
        assign vector[q] = '0;
        assign data[q] = '0;
        assign abort_o[q] = 1'b0;
        assign dropped_o[q] = 1'b0;
      end
    end
  endgenerate

  always_comb begin
    pick_o = '0;
    for (int q = 7; q >= 0; q--) if (wants[q]) pick_o = 3'(q);
    for (int q = 7; q >= 0; q--) if (wants[q] && 3'(q) >= prefer_q) pick_o = 3'(q);
  end
  assign pick_valid_o = wants != '0;
  assign pick_addr_o = fetch_addr[pick_o];

  assign post_addr_o = post_addr[end_queue_i];
  assign post_phase_o = phase[end_queue_i];
  assign sq_head_o = sq_head[end_queue_i];
  assign vector_o = vector[end_queue_i];
  assign data_o = in_setup ? data[at_setup] : '0;
  assign busy_o = busy != '0;

  always_comb begin
    error_o = '0;
    error_o[zchip_pkg::GLOBAL_ERROR_DOORBELL_LSB] = bad != '0;
    error_o[zchip_pkg::GLOBAL_ERROR_QUEUE_LSB] = refused != '0;
    error_queue_o = in_doorbell ? at_doorbell : at_setup;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) prefer_q <= '0;
    else if (fetch_i) prefer_q <= pick_o + 3'd1;
  end

endmodule

`default_nettype wire
