// Writes what became of a command: outputs, verdicts, the completion; then raises the interrupt.
//
//   results in order --> rotate --> out line -----------------------> write_port
//                    \-> verdict line --(outputs answered: fence)-->      |
//                                        ending --> completion --(all answered)
//
// Outputs of up to 64 bytes and verdicts are gathered into whole lines. A line of verdicts goes out when all outputs of its jobs
// have been answered, the completion when all else has: software never sees a verdict without its output. After a write
// that the bus refused no verdict goes out. Verdicts count as decided when their line is answered.
//
// A command that was aborted ends as its jobs do, but a search (span_runner): its lanes are killed. The completion of a command
// whose queue was dropped is not written.
//
// Throughput a job a cycle. Bounds: outputs have a multiple of 4 bytes, up to 64.
`default_nettype none

module span_writer (
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic [63:0] cycle_i,
  output logic idle_o,

  input wire logic span_valid_i,
  output logic span_ready_o,
  input wire chip_pkg::command_t command_i,
  input wire logic orphan_i,
  input wire logic ending_valid_i,
  input wire chip_pkg::ending_t ending_i,
  input wire logic [7:0] ending_tail_i,
  output logic ending_ready_o,
  input wire logic [7:0] abort_i,
  input wire logic [7:0] dropped_i,

  input wire logic [7:0] head_i, // result_buffer
  input wire logic done_i,
  input wire logic spoiled_i,
  input wire logic valid_i,
  input wire logic [511:0] data_i,
  output logic pop_o,
  output logic waits_o, // a result is ready and not taken
  output logic kill_o, // lanes that search forget their jobs
  input wire logic calm_i, // they offer no result

  output logic line_valid_o,
  input wire logic line_ready_i,
  output bus_pkg::write_t line_o,
  output logic [1:0] kind_o,
  input wire logic flown_i, // no line is in flight
  input wire logic answer_i,
  input wire logic answer_error_i,
  input wire logic [1:0] answer_kind_i,
  input wire logic [6:0] answer_bytes_i,
  input wire logic [63:0] answer_addr_i,

  output logic [2:0] pair_o, // queue pair of the command
  input wire logic [58:0] post_addr_i, // in units of 32 bytes
  input wire logic phase_i,
  input wire logic [15:0] sq_head_i,
  output logic end_o,
  output logic post_o,
  output logic stop_o,
  output logic raise_o,
  output logic [5:0] error_o, // bits of ERROR
  output logic [63:0] error_addr_o,

  output logic submission_o,
  output logic [6:0] jobs_o,
  output logic [3:0] row_o
);

  localparam logic [1:0] OUTPUT = 2'd0;
  localparam logic [1:0] VERDICT = 2'd1;
  localparam logic [1:0] COMPLETION = 2'd2;

  typedef enum logic [3:0] {IDLE, RUN, SKIP, FLUSH, CLOSE, SETTLE, JUDGE, POST, ANSWER, END} state_e;
  state_e state_q;

  // The command in work, and the one after it.
  chip_pkg::command_t command_q, next_q;
  logic next_valid_q, orphan_q, next_orphan_q, unwanted;
  chip_pkg::ending_t ending_q;
  assign span_ready_o = !next_valid_q;
  assign idle_o = !next_valid_q && state_q == IDLE;
  assign pair_o = command_q.pair;
  assign row_o = command_q.kernel.row;
  assign unwanted = orphan_q || dropped_i[command_q.pair] || abort_i[command_q.pair];

  logic at_end, kills, full_q, place; // full_q: a result is in hand
  assign at_end = ending_valid_i && head_i == ending_tail_i && !full_q;
  assign kills = ending_valid_i && !full_q && unwanted && chip_pkg::searches(command_q.kernel.row) && !at_end;
  assign kill_o = state_q == RUN && kills && calm_i;
  assign ending_ready_o = (state_q == RUN || state_q == SKIP) && at_end;
  assign pop_o = state_q == SKIP ? !at_end : state_q == RUN && done_i && !kills && (!full_q || place)
      && !(ending_valid_i && head_i == ending_tail_i);
  assign waits_o = done_i && !pop_o;

  // The result in hand, and the lines that it goes to.
  logic valid_q, spoiled_q;
  logic [511:0] data_q;
  logic [63:0] out_addr_q, verdict_addr_q;
  logic [511:0] out_q, verdict_q, turned;
  logic [63:0] out_strb_q, verdict_strb_q, out_bytes, verdicts_strb;
  logic [127:0] strobes;
  logic [511:0] verdicts;
  logic [6:0] total;
  logic wraps, whole, writes;

  assign out_bytes = spoiled_q ? '0 : command_q.kernel.out[6] ? '1 : (64'd1 << command_q.kernel.out[5:0]) - 64'd1;
  assign strobes = {64'd0, out_bytes} << out_addr_q[5:0];
  assign total = 7'(out_addr_q[5:0]) + command_q.kernel.out; // 127 at most
  assign wraps = total >= 7'd64; // the line of outputs is whole
  assign whole = verdict_addr_q[5:0] == 6'd63; // that of verdicts
  assign writes = (out_strb_q | strobes[63:0]) != '0;
  assign turned = chip_pkg::rotate(data_q, out_addr_q[5:0]);
  always_comb begin
    verdicts = verdict_q;
    verdicts[{verdict_addr_q[5:0], 3'd0} +: 8] = valid_q ? 8'd1 : 8'd2;
    verdicts_strb = verdict_strb_q;
    verdicts_strb[verdict_addr_q[5:0]] = !spoiled_q;
  end

  // Lines that are ready to go.
  logic go_out_q, go_verdict_q, failed_q, take_out, take_verdict, fenced;
  bus_pkg::write_t out_line_q, verdict_line_q;
  logic [7:0] sent_q, fence_q, answered_q; // lines of outputs
  logic free_out, free_verdict;
  assign free_out = !go_out_q || take_out;
  assign free_verdict = !go_verdict_q || take_verdict;
  assign place = full_q && (!wraps || free_out) && (!whole || free_verdict);
  assign fenced = fence_q == answered_q || 8'(answered_q - fence_q) < 8'd128;

  zchip_pkg::completion_t entry_q;
  logic [58:0] post_addr_q;
  logic verdict_goes;
  assign verdict_goes = go_verdict_q && fenced && !failed_q;
  assign line_valid_o = verdict_goes || go_out_q || (state_q == POST && !orphan_q);
  assign kind_o = verdict_goes ? VERDICT : go_out_q ? OUTPUT : COMPLETION;
  always_comb begin
    if (verdict_goes) line_o = verdict_line_q;
    else if (go_out_q) line_o = out_line_q;
    else line_o = {post_addr_q[58:1], 6'd0, post_addr_q[0] ? {{32{1'b1}}, 32'd0} : {32'd0, {32{1'b1}}}, {2{entry_q}}};
  end
  assign take_verdict = go_verdict_q && fenced && (failed_q || line_ready_i);
  assign take_out = go_out_q && !verdict_goes && line_ready_i;

  logic [20:0] decided_q;
  logic [63:0] failed_addr_q;
  logic wrong, complete;
  assign complete = answer_i && answer_kind_i == COMPLETION;
  assign jobs_o = answer_i && !answer_error_i && answer_kind_i == VERDICT ? answer_bytes_i : '0;
  assign wrong = ending_q.status == zchip_pkg::STATUS_OK && decided_q != command_q.jobs; // cannot be

  always_comb begin
    error_o = '0;
    error_addr_o = '0;
    if (state_q == POST && line_ready_i && !orphan_q) begin
      case (entry_q.state_status)
        zchip_pkg::STATUS_OK, zchip_pkg::STATUS_ABORTED: ;
        zchip_pkg::STATUS_DMA_READ: begin
          error_o[zchip_pkg::GLOBAL_ERROR_DMA_READ_LSB] = 1'b1;
          error_addr_o = ending_q.addr;
        end
        zchip_pkg::STATUS_DMA_WRITE: begin
          error_o[zchip_pkg::GLOBAL_ERROR_DMA_WRITE_LSB] = 1'b1;
          error_addr_o = failed_addr_q;
        end
        zchip_pkg::STATUS_INTERNAL: error_o[zchip_pkg::GLOBAL_ERROR_INTERNAL_LSB] = 1'b1;
        default: error_o[zchip_pkg::GLOBAL_ERROR_DESCRIPTOR_LSB] = 1'b1;
      endcase
    end else if (state_q == ANSWER && complete && answer_error_i) begin
      error_o[zchip_pkg::GLOBAL_ERROR_DMA_WRITE_LSB] = 1'b1;
      error_addr_o = answer_addr_i;
    end
  end

  // A queue that is dropped while its completion is on its way: the entry goes where it was meant to, the pointers stay.
  assign end_o = (state_q == ANSWER && complete) || (state_q == POST && orphan_q);
  assign post_o = state_q == ANSWER && complete && !orphan_q;
  assign stop_o = post_o && answer_error_i;
  assign raise_o = post_o && !answer_error_i;
  assign submission_o = post_o;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= IDLE;
      next_valid_q <= 1'b0;
      full_q <= 1'b0;
      go_out_q <= 1'b0;
      go_verdict_q <= 1'b0;
      sent_q <= '0;
      answered_q <= '0;
    end else begin
      case (state_q)
        IDLE: if (next_valid_q) state_q <= RUN;
        RUN: begin
          if (at_end) state_q <= FLUSH;
          else if (kills && calm_i) state_q <= SKIP;
        end
        SKIP: if (at_end) state_q <= FLUSH;
        FLUSH: if (free_out) state_q <= CLOSE;
        CLOSE: if (free_verdict) state_q <= SETTLE;
        SETTLE: if (!go_out_q && !go_verdict_q && flown_i) state_q <= JUDGE;
        JUDGE: state_q <= POST;
        POST: if (orphan_q) state_q <= END;
          else if (line_ready_i) state_q <= ANSWER;
        ANSWER: if (complete) state_q <= END;
        default: state_q <= IDLE;
      endcase

      if (state_q == RUN && pop_o) full_q <= 1'b1;
      else if (place) full_q <= 1'b0;

      if (span_valid_i && span_ready_o) next_valid_q <= 1'b1;
      else if (state_q == IDLE) next_valid_q <= 1'b0;

      if ((place && wraps && writes) || (state_q == FLUSH && free_out && out_strb_q != '0)) begin
        go_out_q <= 1'b1;
        sent_q <= sent_q + 8'd1;
      end else if (take_out) begin
        go_out_q <= 1'b0;
      end
      if ((place && whole && verdicts_strb != '0) || (state_q == CLOSE && free_verdict && verdict_strb_q != '0)) begin
        go_verdict_q <= 1'b1;
      end else if (take_verdict) begin
        go_verdict_q <= 1'b0;
      end
      if (answer_i && answer_kind_i == OUTPUT) answered_q <= answered_q + 8'd1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (span_valid_i && span_ready_o) begin
      next_q <= command_i;
      next_orphan_q <= orphan_i;
    end else if (dropped_i[next_q.pair]) begin
      next_orphan_q <= 1'b1;
    end

    if (state_q == IDLE) begin
      command_q <= next_q;
      orphan_q <= next_orphan_q || dropped_i[next_q.pair];
      out_addr_q <= next_q.out;
      verdict_addr_q <= next_q.verdict;
      out_strb_q <= '0;
      verdict_strb_q <= '0;
      failed_q <= 1'b0;
      decided_q <= '0;
    end else begin
      if (dropped_i[command_q.pair]) orphan_q <= 1'b1;
      if (answer_i && answer_error_i && !failed_q) begin
        failed_q <= 1'b1;
        failed_addr_q <= answer_addr_i;
      end
      decided_q <= decided_q + 21'(jobs_o);
    end

    if (pop_o) begin
      valid_q <= valid_i;
      spoiled_q <= spoiled_i;
      data_q <= valid_i ? data_i : '0;
    end

    if (place) begin
      out_addr_q <= out_addr_q + 64'(command_q.kernel.out);
      out_q <= wraps ? turned : chip_pkg::merge(out_q, turned, 7'(out_addr_q[5:0]));
      out_strb_q <= wraps ? strobes[127:64] : out_strb_q | strobes[63:0];
      verdict_addr_q <= verdict_addr_q + 64'd1;
      verdict_q <= verdicts;
      verdict_strb_q <= whole ? '0 : verdicts_strb;
    end
    if (place && wraps && writes) begin
      out_line_q <= {out_addr_q[63:6], 6'd0, out_strb_q | strobes[63:0], chip_pkg::merge(out_q, turned, 7'(out_addr_q[5:0]))};
    end else if (state_q == FLUSH && free_out) begin
      out_line_q <= {out_addr_q[63:6], 6'd0, out_strb_q, out_q};
    end
    if (place && whole) begin
      verdict_line_q <= {verdict_addr_q[63:6], 6'd0, verdicts_strb, verdicts};
      fence_q <= sent_q + 8'(wraps && writes);
    end else if (state_q == CLOSE && free_verdict) begin
      verdict_line_q <= {verdict_addr_q[63:6], 6'd0, verdict_strb_q, verdict_q};
      fence_q <= sent_q;
    end

    if (at_end && (state_q == RUN || state_q == SKIP)) begin
      ending_q <= ending_i;
      if (state_q == SKIP) ending_q.status <= zchip_pkg::STATUS_ABORTED;
    end
    if (state_q == JUDGE) begin
      post_addr_q <= post_addr_i;
      entry_q <= {
        31'd0, phase_i, cycle_i[31:0] - command_q.began, cycle_i,
        wrong || failed_q ? 32'd0 : ending_q.detail, 32'(decided_q), sq_head_i, 5'd0, command_q.pair,
        failed_q ? zchip_pkg::STATUS_DMA_WRITE : wrong ? zchip_pkg::STATUS_INTERNAL : ending_q.status, command_q.id
      };
    end
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      sound : assert (state_q != JUDGE || failed_q || !wrong);
      ordered : assert (8'(sent_q - answered_q) <= 8'd66); // what is in flight, and the line before it
    end
  end
`endif

endmodule

`default_nettype wire
