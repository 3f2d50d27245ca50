// The chip's top.
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
  parameter int unsigned POW_APPROX_UNITS = 0
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

  localparam logic [8*chip_pkg::ROWS-1:0] UNITS = {
    8'(POW_APPROX_UNITS), 8'(POW_UNITS), 8'(BLAKE2B_UNITS), 8'(SM3_UNITS), 8'(KECCAK256_UNITS), 8'(SHA512_UNITS),
    8'(SHA256_UNITS), 8'(SHA256_UNITS), 8'(SHA256_UNITS)
  };

  logic stop, clear, resetting, reset_go, run_n;
  assign run_n = rst_ni && !clear; // reset of all but counters and the handshake of registers

  logic write, enable, busy;
  logic [15:0] addr;
  logic [31:0] data, error_data, intr_data, counter_data, queue_data;

  chip_registers #(.QUEUES(QUEUES), .LOG_DEPTH(LOG_DEPTH), .VECTORS(VECTORS), .UNITS(UNITS)) u_registers (
    .clk_i, .rst_ni, .clear_i(clear),
    .reg_valid_i, .reg_ready_o, .reg_write_i, .reg_addr_i, .reg_data_i, .reg_done_o, .reg_data_o,
    .write_o(write), .addr_o(addr), .data_o(data),
    .error_data_i(error_data), .intr_data_i(intr_data), .counter_data_i(counter_data), .queue_data_i(queue_data),
    .enable_o(enable), .reset_go_o(reset_go), .resetting_i(resetting), .busy_i(busy)
  );

  reset_control u_reset (
    .clk_i, .rst_ni, .go_i(reset_go), .drained_i(!irq_valid_o), .stop_o(stop), .clear_o(clear), .resetting_o(resetting)
  );

  logic [5:0] access_error;
  logic [2:0] access_queue;
  chip_errors u_errors (
    .clk_i, .rst_ni(run_n), .write_i(write), .addr_i(addr), .data_i(data[5:0]), .data_o(error_data),
    .path_i('0), .path_queue_i('0), .path_addr_i('0), .access_i(access_error), .access_queue_i(access_queue)
  );

  chip_interrupts #(.VECTORS(VECTORS)) u_interrupts (
    .clk_i, .rst_ni(run_n), .write_i(write), .addr_i(addr), .data_i(data), .data_o(intr_data),
    .raise_i(1'b0), .vector_i('0), .stop_i(stop), .irq_valid_o, .irq_ready_i, .irq_o
  );

  logic [63:0] cycle;
  chip_counters #(.UNITS(UNITS)) u_counters (
    .clk_i, .rst_ni, .write_i(write), .addr_i(addr), .data_i(data[1:0]), .data_o(counter_data), .cycle_o(cycle),
    .busy_i(busy), .submission_i(1'b0), .jobs_i('0), .jobs_row_i('0), .stall_in_i(1'b0), .stall_unit_i(1'b0),
    .stall_out_i(1'b0), .bytes_read_i('0), .bytes_written_i('0), .working_i('0)
  );

  logic pick_valid, fail_ready, phase;
  logic [2:0] pick;
  logic [63:0] pick_addr, post_addr;
  logic [15:0] sq_head;
  logic [4:0] vector;
  logic [7:0] aborted, dropped;
  chip_queues #(.QUEUES(QUEUES), .LOG_DEPTH(LOG_DEPTH), .VECTORS(VECTORS)) u_queues (
    .clk_i, .rst_ni(run_n), .write_i(write), .addr_i(addr), .data_i(data), .data_o(queue_data),
    .error_o(access_error), .error_queue_o(access_queue),
    .pick_valid_o(pick_valid), .pick_o(pick), .pick_addr_o(pick_addr), .fetch_i(1'b0),
    .fail_i(1'b0), .fail_queue_i('0), .fail_ready_o(fail_ready),
    .end_queue_i('0), .post_addr_o(post_addr), .post_phase_o(phase), .sq_head_o(sq_head), .vector_o(vector),
    .end_i(1'b0), .post_i(1'b0), .stop_i(1'b0), .abort_o(aborted), .dropped_o(dropped), .busy_o(busy)
  );

  assign rd_valid_o = 1'b0;
  assign rd_o = '0;
  assign beat_ready_o = 1'b1;
  assign wr_valid_o = 1'b0;
  assign wr_o = '0;
  logic unused;
  assign unused = ^{pick_valid, fail_ready, phase, pick, pick_addr, post_addr, sq_head, vector, aborted, dropped, enable, cycle,
    rd_ready_i, beat_valid_i, beat_i, wr_ready_i, wr_done_i, wr_error_i};

endmodule

`default_nettype wire
