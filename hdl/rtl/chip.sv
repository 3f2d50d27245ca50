// The chip: verifies batches that a host publishes in its memory.
//
//                      +-----------------------------------------------------------------------------+
//   reg_*  ----------->| registers, errors, counters, reset    chip_queues: rings and doorbells      |
//                      |                                           | pick                ^ end, post |
//   rd, beat <-------->| read_port <--- submission_fetch <---------+                     |           |
//                      |     ^  ^                | command                               |           |
//                      |     |  +- ends_reader <-> span_runner ---------- command ---> span_writer --|---> wr
//                      |     |                   | job          ending --------------> ^   | irq      |     (write_port)
//                      |     +-- lane_feeder <---+                                     |   +----------|---> irq
//                      |          | piece                                              | in order     |
//                      |          +-> fifo --> beat_packer --> chip_lanes --> result_buffer           |
//                      +-----------------------------------------------------------------------------+
//
// Three commands are in work at once: one is fetched and judged (submission_fetch), one is read and dispatched (span_runner), of one
// the results are written (span_writer). Jobs begin in order, run in any lane of their kernel, and their results are written in order.
// What is read ahead has its place counted before it is asked for, so the bus never waits for a unit and no error, abort or
// reset can block it.
//
// Figures: a job costs a cycle of lane_feeder for each piece of up to 16 lines, a cycle of beat_packer for each line, and one of
// span_writer; units by their headers.
// hdl/regs/chip.toml says what software sees; bus_pkg.sv what the bus sees.
//
// Bounds: 1 to 8 queues, LOG_DEPTH 1 to 15, 1 to 32 vectors, 1 to 64 units in all. A kernel with 0 units is absent. Resets: rst_ni
// everything, at once; GLOBAL_RESET all but the counters, after the DMA in flight was answered (reset_control).
`default_nettype none

module chip #(
  parameter int unsigned QUEUES = 4,
  parameter int unsigned LOG_DEPTH = 8, // of the largest queue
  parameter int unsigned VECTORS = 4,
  parameter int unsigned SHA256_UNITS = 4,
  parameter int unsigned SHA512_UNITS = 1,
  parameter int unsigned KECCAK256_UNITS = 1,
  parameter int unsigned SM3_UNITS = 1,
  parameter int unsigned BLAKE2B_UNITS = 1,
  parameter int unsigned POW_UNITS = 1,
  parameter int unsigned POW_APPROX_UNITS = 0,
  parameter int unsigned POW_ROUNDS = 1, // round circuits of a unit, see pow_unit
  parameter int unsigned POW_APPROX_BITS = 16, // of the units that are not exact
  parameter int unsigned LANE_BEATS = 64, // beats of 64 bytes before each unit
  parameter int unsigned SLOTS = 128 // jobs in flight
) (
  input wire logic clk_i,
  input wire logic rst_ni, // low: reset of the PCI function, of everything

  // registers of BAR0
  input wire logic reg_valid_i,
  output logic reg_ready_o,
  input wire logic reg_write_i,
  input wire logic [15:0] reg_addr_i,
  input wire logic [31:0] reg_data_i,
  output logic reg_done_o,
  output logic [31:0] reg_data_o,

  // reads
  output logic rd_valid_o,
  input wire logic rd_ready_i,
  output bus_pkg::read_t rd_o,
  input wire logic beat_valid_i,
  output logic beat_ready_o,
  input wire bus_pkg::beat_t beat_i,

  // writes
  output logic wr_valid_o,
  input wire logic wr_ready_i,
  output bus_pkg::write_t wr_o,
  input wire logic wr_done_i, // one pulse a line, in order
  input wire logic wr_error_i,

  // interrupts
  output logic irq_valid_o,
  input wire logic irq_ready_i,
  output logic [4:0] irq_o
);

  localparam logic [8*chip_pkg::ROWS-1:0] UNITS = { // of each row
    8'(POW_APPROX_UNITS), 8'(POW_UNITS), 8'(BLAKE2B_UNITS), 8'(SM3_UNITS), 8'(KECCAK256_UNITS), 8'(SHA512_UNITS),
    8'(SHA256_UNITS), 8'(SHA256_UNITS), 8'(SHA256_UNITS)
  };
  localparam logic [55:0] GROUPS = UNITS[71:16]; // of each group
  localparam int unsigned LANES =
      SHA256_UNITS + SHA512_UNITS + KECCAK256_UNITS + SM3_UNITS + BLAKE2B_UNITS + POW_UNITS + POW_APPROX_UNITS;

  // The lanes of a group.
  function automatic logic [LANES-1:0] lanes_of(input int unsigned group);
    int unsigned first;
    first = 0;
    for (int unsigned g = 0; g < 7; g++) if (g < group) first = first + 32'(GROUPS[8*g +: 8]);
    lanes_of = '0;
    for (int unsigned l = 0; l < LANES; l++) lanes_of[l] = l >= first && l < first + 32'(GROUPS[8*group +: 8]);
  endfunction
  localparam logic [LANES-1:0] SEARCH = lanes_of(5) | lanes_of(6);

  // --- registers -------------------------------------------------------------------------------------------------------

  logic stop, clear, resetting, reset_go, run_n, read_idle, write_idle;
  assign run_n = rst_ni && !clear; // reset of all but counters and the handshake of registers

  logic write, enable, busy, queues_busy;
  logic [15:0] addr;
  logic [31:0] data, error_data, intr_data, counter_data, queue_data;
  assign busy = queues_busy || !read_idle || !write_idle;

  chip_registers #(.QUEUES(QUEUES), .LOG_DEPTH(LOG_DEPTH), .VECTORS(VECTORS), .UNITS(UNITS)) u_registers (
    .clk_i, .rst_ni, .clear_i(clear),
    .reg_valid_i, .reg_ready_o, .reg_write_i, .reg_addr_i, .reg_data_i, .reg_done_o, .reg_data_o,
    .write_o(write), .addr_o(addr), .data_o(data),
    .error_data_i(error_data), .intr_data_i(intr_data), .counter_data_i(counter_data), .queue_data_i(queue_data),
    .enable_o(enable), .reset_go_o(reset_go), .resetting_i(resetting), .busy_i(busy)
  );

  reset_control u_reset (
    .clk_i, .rst_ni, .go_i(reset_go), .drained_i(read_idle && write_idle && !irq_valid_o),
    .stop_o(stop), .clear_o(clear), .resetting_o(resetting)
  );

  logic [5:0] access_error, path_error, end_error;
  logic [2:0] access_queue, fetch_queue, end_queue;
  logic [63:0] fetch_addr, end_error_addr;
  logic fetch_failed, fail, ends;
  assign fail = fetch_failed && !ends && end_error == '0; // one error, one end of a command a cycle
  always_comb begin
    path_error = end_error;
    if (fail) path_error[zchip_pkg::GLOBAL_ERROR_DMA_READ_LSB] = 1'b1;
  end
  chip_errors u_errors (
    .clk_i, .rst_ni(run_n), .write_i(write), .addr_i(addr), .data_i(data[5:0]), .data_o(error_data),
    .path_i(path_error), .path_queue_i(fail ? fetch_queue : end_queue), .path_addr_i(fail ? fetch_addr : end_error_addr),
    .access_i(access_error), .access_queue_i(access_queue)
  );

  logic raise;
  logic [4:0] vector;
  chip_interrupts #(.VECTORS(VECTORS)) u_interrupts (
    .clk_i, .rst_ni(run_n), .write_i(write), .addr_i(addr), .data_i(data), .data_o(intr_data),
    .raise_i(raise), .vector_i(vector), .stop_i(stop), .irq_valid_o, .irq_ready_i, .irq_o
  );

  // --- queues ----------------------------------------------------------------------------------------------------------

  logic pick_valid, fetch, phase, post, post_failed;
  logic [2:0] pick;
  logic [63:0] pick_addr;
  logic [58:0] post_addr;
  logic [15:0] sq_head;
  logic [7:0] aborted, dropped;
  chip_queues #(.QUEUES(QUEUES), .LOG_DEPTH(LOG_DEPTH), .VECTORS(VECTORS)) u_queues (
    .clk_i, .rst_ni(run_n), .write_i(write), .addr_i(addr), .data_i(data), .data_o(queue_data),
    .error_o(access_error), .error_queue_o(access_queue),
    .pick_valid_o(pick_valid), .pick_o(pick), .pick_addr_o(pick_addr), .fetch_i(fetch),
    .fail_i(fail), .fail_queue_i(fetch_queue),
    .end_queue_i(end_queue), .post_addr_o(post_addr), .post_phase_o(phase), .sq_head_o(sq_head), .vector_o(vector),
    .end_i(ends), .post_i(post), .stop_i(post_failed), .abort_o(aborted), .dropped_o(dropped), .busy_o(queues_busy)
  );

  // --- reads -----------------------------------------------------------------------------------------------------------

  logic [2:0] ask_valid, ask_ready, line_valid;
  bus_pkg::read_t ask_entry, ask_ends, ask_job;
  logic packer_ready;
  read_port u_read (
    .clk_i, .rst_ni(run_n), .stop_i(stop), .idle_o(read_idle),
    .ask_valid_i(ask_valid), .ask_ready_o(ask_ready), .ask_i({ask_job, ask_ends, ask_entry}),
    .line_valid_o(line_valid), .line_ready_i({packer_ready, 2'b11}),
    .rd_valid_o, .rd_ready_i, .rd_o, .beat_valid_i, .beat_ready_o, .beat_last_i(beat_i.last)
  );

  logic [63:0] cycle;
  logic command_valid, command_ready, orphan;
  chip_pkg::command_t command;
  submission_fetch #(.UNITS(UNITS)) u_fetch (
    .clk_i, .rst_ni(run_n), .enable_i(enable && !stop), .cycle_i(cycle[31:0]),
    .pick_valid_i(pick_valid), .pick_i(pick), .pick_addr_i(pick_addr), .fetch_o(fetch),
    .fail_o(fetch_failed), .fail_queue_o(fetch_queue), .fail_addr_o(fetch_addr), .fail_ready_i(fail), .dropped_i(dropped),
    .ask_valid_o(ask_valid[0]), .ask_ready_i(ask_ready[0]), .ask_o(ask_entry),
    .line_valid_i(line_valid[0]), .line_error_i(beat_i.error), .line_i(beat_i.data),
    .command_valid_o(command_valid), .command_ready_i(command_ready), .command_o(command), .orphan_o(orphan)
  );

  logic ends_start, ends_stop, ends_idle, ends_valid, ends_ready, ends_fail;
  logic [31:0] ends_begin, ends_end;
  chip_pkg::ending_t ends_why;
  ends_reader u_ends (
    .clk_i, .rst_ni(run_n),
    .start_i(ends_start), .ends_i(command.ends[63:6]), .lo_i(command.lo), .jobs_i(command.jobs), .bytes_i(command.message_bytes),
    .stop_i(ends_stop), .idle_o(ends_idle),
    .valid_o(ends_valid), .ready_i(ends_ready), .begin_o(ends_begin), .end_o(ends_end), .fail_o(ends_fail), .why_o(ends_why),
    .ask_valid_o(ask_valid[1]), .ask_ready_i(ask_ready[1]), .ask_o(ask_ends),
    .line_valid_i(line_valid[1]), .line_error_i(beat_i.error), .line_i(beat_i.data)
  );

  // --- jobs ------------------------------------------------------------------------------------------------------------

  logic span_valid, span_ready, writer_idle, active, waits, feed_start, feed_cut, feed_idle, job_valid, job_ready;
  logic [3:0] row, op;
  logic [63:0] row_addr, message;
  logic [7:0] row_bytes, tail, head, spoil_slot, ending_tail;
  logic [31:0] message_bytes;
  logic slots_full, spoil, refused, ending_valid, ending_ready;
  logic [63:0] refused_addr;
  chip_pkg::ending_t ending;
  span_runner #(.SLOTS(SLOTS)) u_runner (
    .clk_i, .rst_ni(run_n),
    .command_valid_i(command_valid), .command_ready_o(command_ready), .command_i(command), .orphan_i(orphan),
    .abort_i(aborted), .dropped_i(dropped),
    .span_valid_o(span_valid), .span_ready_i(span_ready), .writer_idle_i(writer_idle),
    .active_o(active), .row_o(row), .waits_o(waits),
    .ends_start_o(ends_start), .ends_stop_o(ends_stop), .ends_idle_i(ends_idle), .ends_valid_i(ends_valid),
    .ends_ready_o(ends_ready), .ends_begin_i(ends_begin), .ends_end_i(ends_end), .ends_fail_i(ends_fail), .ends_why_i(ends_why),
    .feed_start_o(feed_start), .feed_cut_o(feed_cut), .feed_idle_i(feed_idle),
    .job_valid_o(job_valid), .job_ready_i(job_ready), .row_addr_o(row_addr), .row_bytes_o(row_bytes),
    .message_o(message), .message_bytes_o(message_bytes), .op_o(op),
    .slots_full_i(slots_full), .tail_i(tail), .refused_i(refused), .refused_slot_i(spoil_slot), .refused_addr_i(refused_addr),
    .ending_valid_o(ending_valid), .ending_o(ending), .ending_tail_o(ending_tail), .ending_ready_i(ending_ready)
  );

  logic [LANES-1:0] lanes, popped, hungry, working, offering, kill_lanes;
  logic kill, feeder_idle, packer_idle, piece_valid, piece_ready, next_valid, next_ready;
  logic [1:0] given_back;
  logic [5:0] given_back_lane;
  feed_pkg::piece_t piece, next_piece;
  always_comb begin
    lanes = '0;
    for (int unsigned g = 0; g < 7; g++) if (chip_pkg::group_of(row) == 3'(g)) lanes = lanes_of(g);
  end
  assign kill_lanes = kill ? SEARCH : '0;
  assign feed_idle = feeder_idle && packer_idle;

  lane_feeder #(.LANES(LANES), .DEPTH(LANE_BEATS)) u_feeder (
    .clk_i, .rst_ni(run_n), .start_i(feed_start), .cut_i(feed_cut), .idle_o(feeder_idle),
    .job_valid_i(job_valid), .job_ready_o(job_ready), .lanes_i(lanes),
    .row_i(row_addr), .row_bytes_i(row_bytes), .message_i(message), .message_bytes_i(message_bytes), .slot_i(tail), .op_i(op),
    .release_i(given_back), .release_lane_i(given_back_lane), .popped_i(popped), .flush_i(kill_lanes),
    .ask_valid_o(ask_valid[2]), .ask_ready_i(ask_ready[2]), .ask_o(ask_job),
    .piece_valid_o(piece_valid), .piece_ready_i(piece_ready), .piece_o(piece)
  );

  logic [6:0] unused_pieces;
  fifo #(.WIDTH(feed_pkg::PIECE_BITS), .DEPTH(64)) u_pieces (
    .clk_i, .rst_ni(run_n), .in_valid_i(piece_valid), .in_ready_o(piece_ready), .in_i(piece),
    .out_valid_o(next_valid), .out_ready_i(next_ready), .out_o(next_piece), .count_o(unused_pieces)
  );

  logic beat_valid, result_valid;
  logic [5:0] beat_lane;
  unit_pkg::job_t beat;
  unit_pkg::result_t result;
  beat_packer #(.LANES(LANES)) u_packer (
    .clk_i, .rst_ni(run_n), .idle_o(packer_idle),
    .piece_valid_i(next_valid), .piece_ready_o(next_ready), .piece_i(next_piece),
    .line_valid_i(line_valid[2]), .line_ready_o(packer_ready), .line_error_i(beat_i.error), .line_i(beat_i.data),
    .beat_valid_o(beat_valid), .beat_lane_o(beat_lane), .beat_o(beat), .release_o(given_back), .release_lane_o(given_back_lane),
    .spoil_o(spoil), .spoil_slot_o(spoil_slot), .refused_o(refused), .refused_addr_o(refused_addr)
  );

  chip_lanes #(
    .LANES(LANES), .UNITS(GROUPS), .DEPTH(LANE_BEATS), .POW_ROUNDS(POW_ROUNDS), .POW_APPROX_BITS(POW_APPROX_BITS)
  ) u_lanes (
    .clk_i, .rst_ni(run_n), .kill_i(kill_lanes), .beat_valid_i(beat_valid), .beat_lane_i(beat_lane), .beat_i(beat),
    .popped_o(popped), .hungry_o(hungry), .working_o(working), .waiting_o(offering),
    .result_valid_o(result_valid), .result_o(result)
  );

  // --- results ---------------------------------------------------------------------------------------------------------

  logic oldest_done, oldest_spoiled, oldest_valid, pop, uncollected;
  logic [511:0] oldest;
  result_buffer #(.SLOTS(SLOTS)) u_results (
    .clk_i, .rst_ni(run_n), .alloc_i(job_valid && job_ready), .full_o(slots_full), .tail_o(tail),
    .result_valid_i(result_valid), .result_i(result), .spoil_i(spoil), .spoil_slot_i(spoil_slot[$clog2(SLOTS)-1:0]),
    .head_o(head), .done_o(oldest_done), .spoiled_o(oldest_spoiled), .valid_o(oldest_valid), .data_o(oldest), .pop_i(pop)
  );

  logic out_valid, out_ready, answer, answer_error, submission;
  bus_pkg::write_t out;
  logic [1:0] out_kind, answer_kind;
  logic [6:0] answer_bytes, jobs;
  logic [63:0] answer_addr;
  logic [3:0] jobs_row;
  span_writer u_writer (
    .clk_i, .rst_ni(run_n), .cycle_i(cycle), .idle_o(writer_idle),
    .span_valid_i(span_valid), .span_ready_o(span_ready), .command_i(command), .orphan_i(orphan),
    .ending_valid_i(ending_valid), .ending_i(ending), .ending_tail_i(ending_tail), .ending_ready_o(ending_ready),
    .abort_i(aborted), .dropped_i(dropped),
    .head_i(head), .done_i(oldest_done), .spoiled_i(oldest_spoiled), .valid_i(oldest_valid), .data_i(oldest), .pop_o(pop),
    .waits_o(uncollected), .kill_o(kill), .calm_i((offering & SEARCH) == '0),
    .line_valid_o(out_valid), .line_ready_i(out_ready), .line_o(out), .kind_o(out_kind), .flown_i(write_idle),
    .answer_i(answer), .answer_error_i(answer_error), .answer_kind_i(answer_kind), .answer_bytes_i(answer_bytes),
    .answer_addr_i(answer_addr),
    .pair_o(end_queue), .post_addr_i(post_addr), .phase_i(phase), .sq_head_i(sq_head),
    .end_o(ends), .post_o(post), .stop_o(post_failed), .raise_o(raise), .error_o(end_error), .error_addr_o(end_error_addr),
    .submission_o(submission), .jobs_o(jobs), .row_o(jobs_row)
  );

  write_port u_write (
    .clk_i, .rst_ni(run_n), .stop_i(stop), .idle_o(write_idle),
    .line_valid_i(out_valid), .line_ready_o(out_ready), .line_i(out), .kind_i(out_kind),
    .done_o(answer), .error_o(answer_error), .kind_o(answer_kind), .bytes_o(answer_bytes), .addr_o(answer_addr),
    .wr_valid_o, .wr_ready_i, .wr_o, .wr_done_i, .wr_error_i
  );

  // --- counters --------------------------------------------------------------------------------------------------------

  // A lane works for the row that was last begun in its group.
  logic [1:0] hash_row_q; // of SHA-256
  logic [8*chip_pkg::ROWS-1:0] working_rows;
  always_ff @(posedge clk_i) begin
    if (!run_n) hash_row_q <= '0;
    else if (job_valid && job_ready && row <= chip_pkg::ROW_SHA256_NODE) hash_row_q <= row[1:0];
  end
  always_comb begin
    working_rows = '0;
    for (int unsigned r = 0; r < chip_pkg::ROWS; r++) begin
      if (r > 2 || hash_row_q == 2'(r)) working_rows[8*r +: 8] = ones(working & lanes_of(32'(chip_pkg::group_of(4'(r)))));
    end
  end
  function automatic logic [7:0] ones(input logic [LANES-1:0] x);
    ones = '0;
    for (int l = 0; l < LANES; l++) ones = ones + 8'(x[l]);
  endfunction

  chip_counters #(.UNITS(UNITS)) u_counters (
    .clk_i, .rst_ni, .write_i(write), .addr_i(addr), .data_i(data[1:0]), .data_o(counter_data), .cycle_o(cycle),
    .busy_i(queues_busy), .submission_i(submission), .jobs_i(jobs), .jobs_row_i(jobs_row),
    .stall_in_i(active && (lanes & hungry) != '0), .stall_unit_i(waits), .stall_out_i(uncollected),
    .bytes_read_i(beat_valid_i && beat_ready_o && !beat_i.error ? 7'd64 : 7'd0),
    .bytes_written_i(answer && !answer_error ? answer_bytes : 7'd0), .working_i(working_rows)
  );

  generate
    if (LANES < 1 || LANES > 64) begin : g_bad_units
      $error("1 to 64 units in all");
    end
  endgenerate

endmodule

`default_nettype wire
