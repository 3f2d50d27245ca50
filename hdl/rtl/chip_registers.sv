// The registers of BAR0: handshake, decoding, and the global block and unit table themselves.
//
// One access at a time: taken when reg_ready_o, answered two cycles later by one cycle of reg_done_o with what was read
// (zero where nothing is, and after writes). Every address answers; writes to what cannot be written do nothing.
//
//   reg_* --->| access_q |---> write_o, addr_o, data_o   to the blocks; a write lasts one cycle
//   reg_data <---- mux <------ global, unit table, *_data_i
//
// clear_i is the end of a reset from software: registers go back to what they were, the access in work goes on.
`default_nettype none

module chip_registers #(
  parameter int unsigned QUEUES = 4,
  parameter int unsigned LOG_DEPTH = 8,
  parameter int unsigned VECTORS = 4,
  parameter logic [8*chip_pkg::ROWS-1:0] UNITS = '0 // units of each row, 8 bits each
) (
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic clear_i,

  input wire logic reg_valid_i,
  output logic reg_ready_o,
  input wire logic reg_write_i,
  input wire logic [15:0] reg_addr_i,
  input wire logic [31:0] reg_data_i,
  output logic reg_done_o,
  output logic [31:0] reg_data_o,

  output logic write_o,
  output logic [15:0] addr_o,
  output logic [31:0] data_o,
  input wire logic [31:0] error_data_i, // each for addr_o, zero if it has no such register
  input wire logic [31:0] intr_data_i,
  input wire logic [31:0] counter_data_i,
  input wire logic [31:0] queue_data_i,

  output logic enable_o, // submissions may be fetched
  output logic reset_go_o, // one cycle: software asks for a reset
  input wire logic resetting_i,
  input wire logic busy_i
);

  logic access_q, write_q, done_q, enable_q;
  logic [15:0] addr_q;
  logic [31:0] data_q, answer_q, scratch_q, global_data, unit_data;

  assign reg_ready_o = !access_q && !done_q;
  assign reg_done_o = done_q;
  assign reg_data_o = answer_q;
  assign write_o = access_q && write_q;
  assign addr_o = addr_q;
  assign data_o = data_q;
  assign enable_o = enable_q;
  assign reset_go_o = write_o && addr_q == zchip_pkg::GLOBAL_RESET_OFFSET && data_q[0];

  function automatic logic [31:0] bitmap();
    bitmap = '0;
    for (int r = 0; r < chip_pkg::ROWS; r++) begin
      if (UNITS[8*r +: 8] != '0) bitmap = bitmap | (32'd1 << chip_pkg::kernel_of(4'(r)));
    end
  endfunction
  localparam logic [31:0] KERNELS = bitmap(); // all ids are below 32

  always_comb begin
    case (addr_q)
      zchip_pkg::GLOBAL_ID_OFFSET: global_data = zchip_pkg::GLOBAL_ID_RESET;
      zchip_pkg::GLOBAL_VERSION_OFFSET: global_data = zchip_pkg::GLOBAL_VERSION_RESET;
      zchip_pkg::GLOBAL_LIMITS_OFFSET:
        global_data = {8'(VECTORS), 8'($clog2(zchip_pkg::PAGE_SIZE)), 8'(LOG_DEPTH), 8'(QUEUES)};
      zchip_pkg::GLOBAL_MAX_JOBS_OFFSET: global_data = zchip_pkg::MAX_JOBS;
      zchip_pkg::GLOBAL_KERNELS_OFFSET: global_data = KERNELS;
      zchip_pkg::GLOBAL_CONTROL_OFFSET: global_data = {31'd0, enable_q};
      zchip_pkg::GLOBAL_RESET_OFFSET: global_data = {31'd0, resetting_i};
      zchip_pkg::GLOBAL_STATUS_OFFSET: global_data = {30'd0, busy_i, !resetting_i};
      zchip_pkg::GLOBAL_SCRATCH_OFFSET: global_data = scratch_q;
      default: global_data = error_data_i | intr_data_i;
    endcase
  end

  always_comb begin
    unit_data = '0;
    for (int r = 0; r < chip_pkg::ROWS; r++) begin
      if (addr_q[11:2] == 10'(r) && UNITS[8*r +: 8] != '0) begin
        unit_data = {7'd0, 4'(r) == chip_pkg::ROW_POW_APPROX, UNITS[8*r +: 8], chip_pkg::kernel_of(4'(r))};
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      access_q <= 1'b0;
      done_q <= 1'b0;
    end else begin
      access_q <= reg_valid_i && reg_ready_o;
      done_q <= access_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (reg_valid_i && reg_ready_o) begin
      write_q <= reg_write_i;
      addr_q <= {reg_addr_i[15:2], 2'b00};
      data_q <= reg_data_i;
    end
    if (access_q) begin
      case (addr_q[15:12])
        4'h0: answer_q <= write_q ? '0 : global_data;
        4'h1: answer_q <= write_q ? '0 : unit_data;
        4'h2: answer_q <= write_q ? '0 : counter_data_i;
        4'h3: answer_q <= write_q ? '0 : queue_data_i;
        default: answer_q <= '0;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      enable_q <= 1'b0;
      scratch_q <= '0;
    end else if (write_o) begin
      if (addr_q == zchip_pkg::GLOBAL_CONTROL_OFFSET) enable_q <= data_q[0];
      if (addr_q == zchip_pkg::GLOBAL_SCRATCH_OFFSET) scratch_q <= data_q;
    end
  end

  generate
    if (QUEUES < 1 || QUEUES > zchip_pkg::MAX_QUEUES) begin : g_bad_queues
      $error("QUEUES must be 1 to 8");
    end
    if (LOG_DEPTH < 1 || LOG_DEPTH > 15) begin : g_bad_depth
      $error("LOG_DEPTH must be 1 to 15");
    end
    if (VECTORS < 1 || VECTORS > 32) begin : g_bad_vectors
      $error("VECTORS must be 1 to 32");
    end
  endgenerate

`ifndef SYNTHESIS
  stream_check #(.WIDTH(49)) u_access (
    .clk_i, .rst_ni, .valid_i(reg_valid_i), .ready_i(reg_ready_o),
    .payload_i({reg_write_i, reg_addr_i, reg_data_i})
  );
`endif

endmodule

`default_nettype wire
