// One queue pair: its registers, doorbells and pointers.
//
//   registers --> sq_base, cq_base, depth, vector, control --(enable: are they possible?)--> enabled_q
//   doorbells --> queue_pointers --> wants_o, fetch_addr_o, post_addr_o
//
// While the queue is enabled, all but control is fixed. Clearing enable forgets what is not fetched; dropped_o tells the data
// path that commands of this queue, wherever they are, end early and without a completion.
`default_nettype none

module queue_pair #(
  parameter int unsigned LOG_DEPTH = 8,
  parameter int unsigned VECTORS = 4
) (
  input wire logic clk_i,
  input wire logic rst_ni,

  input wire logic set_i, // write to the register at offset_i
  input wire logic tail_i, // doorbell
  input wire logic head_i, // doorbell
  input wire logic [5:0] offset_i,
  input wire logic [31:0] data_i,
  output logic [31:0] data_o, // register at offset_i
  output logic refused_o, // the set-up is impossible
  output logic bad_doorbell_o,

  output logic wants_o,
  output logic [63:0] fetch_addr_o,
  output logic [15:0] sq_head_o,
  output logic [58:0] post_addr_o, // in units of 32 bytes
  output logic phase_o,
  output logic [4:0] vector_o,
  output logic abort_o,
  output logic enabled_o,
  output logic dropped_o, // one cycle: no longer enabled
  output logic busy_o,

  input wire logic fetch_i,
  input wire logic post_i,
  input wire logic end_i,
  input wire logic stop_i // the bus refused a ring: the queue is no longer enabled
);

  logic [63:0] sq_base_q, cq_base_q;
  logic [31:0] depth_q, vector_q;
  logic control_q, enabled_q, abort_q, possible, control, start, off, bell;
  logic [LOG_DEPTH-1:0] mask, sq_head, cq_tail;
  logic [LOG_DEPTH:0] flying;
  logic wants, empty;

  assign mask = LOG_DEPTH'(depth_q - 32'd1);
  assign possible = depth_q >= 32'd2 && depth_q <= (32'd1 << LOG_DEPTH) && (depth_q & (depth_q - 32'd1)) == '0
      && sq_base_q[5:0] == '0 && cq_base_q[5:0] == '0 && vector_q < 32'(VECTORS);
  assign control = set_i && offset_i == 6'(zchip_pkg::QUEUE_CONTROL_OFFSET);
  assign start = control && data_i[0] && !control_q && possible;
  assign refused_o = control && data_i[0] && !control_q && !possible;
  assign off = enabled_q && ((control && !data_i[0]) || stop_i);
  assign bell = enabled_q && data_i < depth_q;
  assign bad_doorbell_o = (tail_i || head_i) && !bell;

  queue_pointers #(.LOG_DEPTH(LOG_DEPTH)) u_pointers (
    .clk_i, .rst_ni, .mask_i(mask), .start_i(start),
    .set_tail_i(tail_i && bell), .set_head_i(head_i && bell), .index_i(LOG_DEPTH'(data_i)),
    .wants_o(wants), .fetch_i, .post_i, .end_i,
    .sq_head_o(sq_head), .cq_tail_o(cq_tail), .phase_o, .empty_o(empty), .flying_o(flying)
  );

  assign wants_o = wants && enabled_q;
  assign fetch_addr_o = sq_base_q + {42'd0, 16'(sq_head), 6'd0};
  assign post_addr_o = cq_base_q[63:5] + 59'(cq_tail);
  assign sq_head_o = 16'(sq_head);
  assign vector_o = vector_q[4:0];
  assign abort_o = abort_q;
  assign enabled_o = enabled_q;
  assign dropped_o = off;
  assign busy_o = flying != '0;

  always_comb begin
    case (offset_i)
      6'(zchip_pkg::QUEUE_SQ_BASE_OFFSET): data_o = sq_base_q[31:0];
      6'(zchip_pkg::QUEUE_SQ_BASE_OFFSET) + 6'd4: data_o = sq_base_q[63:32];
      6'(zchip_pkg::QUEUE_CQ_BASE_OFFSET): data_o = cq_base_q[31:0];
      6'(zchip_pkg::QUEUE_CQ_BASE_OFFSET) + 6'd4: data_o = cq_base_q[63:32];
      6'(zchip_pkg::QUEUE_DEPTH_OFFSET): data_o = depth_q;
      6'(zchip_pkg::QUEUE_VECTOR_OFFSET): data_o = vector_q;
      6'(zchip_pkg::QUEUE_CONTROL_OFFSET): data_o = {30'd0, abort_q, control_q};
      6'(zchip_pkg::QUEUE_STATUS_OFFSET): data_o = {30'd0, !busy_o, enabled_q};
      6'(zchip_pkg::QUEUE_SQ_HEAD_OFFSET): data_o = 32'(sq_head);
      6'(zchip_pkg::QUEUE_CQ_TAIL_OFFSET): data_o = 32'(cq_tail);
      default: data_o = '0;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      sq_base_q <= '0;
      cq_base_q <= '0;
      depth_q <= '0;
      vector_q <= '0;
      control_q <= 1'b0;
      enabled_q <= 1'b0;
      abort_q <= 1'b0;
    end else begin
      if (control) control_q <= data_i[0];
      if (start) enabled_q <= 1'b1;
      else if (off) enabled_q <= 1'b0;

      if (off || (empty && !busy_o)) abort_q <= 1'b0;
      if (control && data_i[0] && data_i[1] && enabled_q && !(empty && !busy_o)) abort_q <= 1'b1;

      if (set_i && !enabled_q) begin
        case (offset_i)
          6'(zchip_pkg::QUEUE_SQ_BASE_OFFSET): sq_base_q[31:0] <= data_i;
          6'(zchip_pkg::QUEUE_SQ_BASE_OFFSET) + 6'd4: sq_base_q[63:32] <= data_i;
          6'(zchip_pkg::QUEUE_CQ_BASE_OFFSET): cq_base_q[31:0] <= data_i;
          6'(zchip_pkg::QUEUE_CQ_BASE_OFFSET) + 6'd4: cq_base_q[63:32] <= data_i;
          6'(zchip_pkg::QUEUE_DEPTH_OFFSET): depth_q <= data_i;
          6'(zchip_pkg::QUEUE_VECTOR_OFFSET): vector_q <= data_i;
          default: ;
        endcase
      end
    end
  end

endmodule

`default_nettype wire
