// Runs commands: begins their jobs one after the other, and tells how each command ended.
//
//   command --> job: row address, message (ends_reader), slot (result_buffer) --> lane_feeder
//   refused reads, bad ends, aborts ------------------------------------------> ending
//
//   IDLE --> RUN --(all begun, or an error, or an abort)--> DRAIN --(no DMA left)--> END --> IDLE
//
// While the jobs of a command are still in the units, the next one runs. An error or an abort ends the command early:
// no job begins any more, messages are cut, and what was begun is decided unless it was cut. The first error counts.
// A command that may run for long (a search) begins only when all before it have ended: an abort of it resets its units, which
// then have no other jobs.
//
// The ending is offered with the place in the order of jobs behind the command's last one.
`default_nettype none

module span_runner #(
  parameter int unsigned SLOTS = 64 // of result_buffer
) (
  input wire logic clk_i,
  input wire logic rst_ni,

  input wire logic command_valid_i,
  output logic command_ready_o,
  input wire chip_pkg::command_t command_i,
  input wire logic orphan_i,
  input wire logic [7:0] abort_i,
  input wire logic [7:0] dropped_i,

  output logic span_valid_o, // a command begins: for span_writer, which takes it in the same cycle
  input wire logic span_ready_i,
  input wire logic writer_idle_i,

  output logic active_o, // jobs of this row are being fetched
  output logic [3:0] row_o,
  output logic waits_o, // a job is ready, and no lane takes it

  output logic ends_start_o,
  output logic ends_stop_o,
  input wire logic ends_idle_i,
  input wire logic ends_valid_i,
  output logic ends_ready_o,
  input wire logic [31:0] ends_begin_i,
  input wire logic [31:0] ends_end_i,
  input wire logic ends_fail_i,
  input wire chip_pkg::ending_t ends_why_i,

  output logic feed_start_o,
  output logic feed_cut_o,
  input wire logic feed_idle_i, // and beat_packer
  output logic job_valid_o,
  input wire logic job_ready_i,
  output logic [63:0] row_addr_o,
  output logic [7:0] row_bytes_o,
  output logic [63:0] message_o,
  output logic [31:0] message_bytes_o,
  output logic [3:0] op_o,

  input wire logic slots_full_i,
  input wire logic [7:0] tail_i,
  input wire logic refused_i, // a read of the job in slot refused_slot_i
  input wire logic [7:0] refused_slot_i,
  input wire logic [63:0] refused_addr_i,

  output logic ending_valid_o,
  output chip_pkg::ending_t ending_o,
  output logic [7:0] ending_tail_o,
  input wire logic ending_ready_i
);

  typedef enum logic [1:0] {IDLE, RUN, DRAIN, END} state_e;
  state_e state_q;

  chip_pkg::command_t command_q;
  chip_pkg::ending_t ending_q, held_q;
  logic orphan_q, cut_q, held_valid_q;
  logic [31:0] job_q;
  logic [20:0] left_q;
  logic [63:0] row_q;
  logic [7:0] held_tail_q;

  logic wanted, ended, error, take, begins, nothing, prime, primed_q;
  logic [7:0] distance; // jobs begun from the refused one on
  assign wanted = !orphan_q && !dropped_i[command_q.pair] && !abort_i[command_q.pair];
  assign begins = state_q == IDLE && command_valid_i && span_ready_i
      && (writer_idle_i || !chip_pkg::searches(command_i.kernel.row));
  assign command_ready_o = begins;
  assign span_valid_o = begins;
  assign nothing = command_i.jobs == '0 || abort_i[command_i.pair] || orphan_i;

  // The ends of the next command are read while the last data of this one come: primed_q.
  assign prime = state_q == DRAIN && !primed_q && ends_idle_i && command_valid_i && command_i.kernel.message
      && command_i.jobs != '0;
  assign ends_start_o = prime || (begins && !primed_q && !nothing && command_i.kernel.message);
  assign feed_start_o = begins;
  assign ends_stop_o = state_q == DRAIN && !primed_q && !prime;
  assign feed_cut_o = cut_q;

  assign job_valid_o = state_q == RUN && left_q != '0 && !slots_full_i && (ends_valid_i || !command_q.kernel.message)
      && !ended;
  assign take = job_valid_o && job_ready_i;
  assign ends_ready_o = state_q == RUN && !slots_full_i && job_ready_i && !ended;
  assign row_addr_o = row_q;
  assign row_bytes_o = command_q.kernel.in;
  assign message_o = command_q.messages + 64'(ends_begin_i);
  assign message_bytes_o = command_q.kernel.message ? ends_end_i - ends_begin_i : '0;
  assign op_o = command_q.kernel.op;

  assign active_o = state_q == RUN || (state_q == DRAIN && !feed_idle_i);
  assign row_o = command_q.kernel.row;
  assign waits_o = state_q == RUN && left_q != '0 && (ends_valid_i || !command_q.kernel.message) && !take;

  assign error = refused_i || (command_q.kernel.message && ends_fail_i && !primed_q);
  assign ended = error || !wanted || ending_q.status != zchip_pkg::STATUS_OK;

  assign distance = (tail_i - refused_slot_i) & 8'(2 * SLOTS - 1);

  assign ending_valid_o = held_valid_q;
  assign ending_o = held_q;
  assign ending_tail_o = held_tail_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= IDLE;
      cut_q <= 1'b0;
      primed_q <= 1'b0;
      held_valid_q <= 1'b0;
    end else begin
      if (ending_ready_i) held_valid_q <= 1'b0;
      case (state_q)
        IDLE: if (begins) begin
          state_q <= !nothing ? RUN : primed_q ? DRAIN : END; // DRAIN stops the ends that were read in vain
          primed_q <= 1'b0;
        end
        RUN: begin
          if (ended) cut_q <= 1'b1;
          if (ended || left_q == '0) state_q <= DRAIN;
        end
        DRAIN: begin
          if (ended && !feed_idle_i) cut_q <= 1'b1;
          if (prime) primed_q <= 1'b1;
          if (feed_idle_i && (ends_idle_i || primed_q)) begin
            state_q <= END;
            cut_q <= 1'b0;
          end
        end
        default: if (!held_valid_q) begin
          held_valid_q <= 1'b1;
          state_q <= IDLE;
        end
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (begins) begin
      command_q <= command_i;
      orphan_q <= orphan_i;
      job_q <= command_i.lo;
      left_q <= command_i.jobs;
      row_q <= command_i.in;
      ending_q <= {abort_i[command_i.pair] || orphan_i ? zchip_pkg::STATUS_ABORTED : command_i.status, 96'd0};
    end else begin
      if (dropped_i[command_q.pair]) orphan_q <= 1'b1;
      if (take) begin
        job_q <= job_q + 32'd1;
        left_q <= left_q - 21'd1;
        row_q <= row_q + 64'(command_q.kernel.in);
      end
      if (ending_q.status == zchip_pkg::STATUS_OK && (state_q == RUN || (state_q == DRAIN && !feed_idle_i))) begin
        if (refused_i) begin // slots are in the order of jobs, so the slot tells the job
          ending_q <= {zchip_pkg::STATUS_DMA_READ, job_q - 32'(distance), refused_addr_i};
        end else if (state_q == RUN && command_q.kernel.message && ends_fail_i) begin
          ending_q <= ends_why_i;
        end else if (!wanted) begin
          ending_q <= {zchip_pkg::STATUS_ABORTED, 96'd0};
        end
      end
    end
    if (state_q == END && !held_valid_q) begin
      held_q <= ending_q;
      held_tail_q <= tail_i;
    end
  end

endmodule

`default_nettype wire
