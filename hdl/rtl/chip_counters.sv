// Counters: 64 bits each, counted all the time; software reads the copy that it took with a snapshot.
//
// A snapshot and a reset in the same write are of the same cycle: nothing is lost between the two. What happens in that
// cycle counts for the time after it. A reset from software leaves counters alone; cycle_o never goes back but by rst_ni.
`default_nettype none

module chip_counters #(
  parameter logic [8*chip_pkg::ROWS-1:0] UNITS = '0
) (
  input wire logic clk_i,
  input wire logic rst_ni,

  input wire logic write_i,
  input wire logic [15:0] addr_i,
  input wire logic [1:0] data_i,
  output logic [31:0] data_o,

  output logic [63:0] cycle_o, // since rst_ni

  input wire logic busy_i,
  input wire logic submission_i, // one was completed
  input wire logic [6:0] jobs_i, // decided, of row jobs_row_i
  input wire logic [3:0] jobs_row_i,
  input wire logic stall_in_i,
  input wire logic stall_unit_i,
  input wire logic stall_out_i,
  input wire logic [6:0] bytes_read_i,
  input wire logic [6:0] bytes_written_i,
  input wire logic [8*chip_pkg::ROWS-1:0] working_i // units of each row that work, 8 bits each
);

  localparam int unsigned R = chip_pkg::ROWS;
  localparam int unsigned FIRST = 9; // counters before those of rows, from 0x2008

  logic [63:0] cycle_q;
  logic [63:0] live_q [FIRST];
  logic [63:0] shown_q [FIRST];
  logic [63:0] live_busy_q [R];
  logic [63:0] shown_busy_q [R];
  logic [63:0] live_jobs_q [R];
  logic [63:0] shown_jobs_q [R];
  logic snapshot, restart;
  logic [63:0] shown;

  assign cycle_o = cycle_q;
  assign snapshot = write_i && addr_i == 16'(zchip_pkg::COUNTER_BASE) + zchip_pkg::COUNTER_CONTROL_OFFSET && data_i[0];
  assign restart = write_i && addr_i == 16'(zchip_pkg::COUNTER_BASE) + zchip_pkg::COUNTER_CONTROL_OFFSET && data_i[1];

  logic [6:0] step [FIRST]; // of this cycle, in the order of their addresses
  assign step[0] = 7'd1;
  assign step[1] = 7'(busy_i);
  assign step[2] = 7'(submission_i);
  assign step[3] = jobs_i;
  assign step[4] = 7'(stall_in_i);
  assign step[5] = 7'(stall_unit_i);
  assign step[6] = 7'(stall_out_i);
  assign step[7] = bytes_read_i;
  assign step[8] = bytes_written_i;

  // Bits 11:3 of the address name a counter: 1 to 9, 0x20 and on, 0x40 and on.
  always_comb begin
    shown = '0;
    for (int i = 0; i < FIRST; i++) if (addr_i[11:3] == 9'(i + 1)) shown = shown_q[i];
    for (int r = 0; r < R; r++) begin
      if (addr_i[11:3] == 9'(32'(zchip_pkg::COUNTER_UNIT_BUSY_OFFSET) / 8 + r)) shown = shown_busy_q[r];
      if (addr_i[11:3] == 9'(32'(zchip_pkg::COUNTER_UNIT_JOBS_OFFSET) / 8 + r)) shown = shown_jobs_q[r];
    end
    data_o = addr_i[2] ? shown[63:32] : shown[31:0];
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      cycle_q <= '0;
      for (int i = 0; i < FIRST; i++) begin
        live_q[i] <= '0;
        shown_q[i] <= '0;
      end
    end else begin
      cycle_q <= cycle_q + 64'd1;
      for (int i = 0; i < FIRST; i++) begin
        live_q[i] <= (restart ? '0 : live_q[i]) + 64'(step[i]);
        if (snapshot) shown_q[i] <= live_q[i];
      end
    end
  end

  always_ff @(posedge clk_i) begin
    for (int r = 0; r < R; r++) begin
      if (!rst_ni) begin
        live_busy_q[r] <= '0;
        shown_busy_q[r] <= '0;
        live_jobs_q[r] <= '0;
        shown_jobs_q[r] <= '0;
      end else if (UNITS[8*r +: 8] != '0) begin
        live_busy_q[r] <= (restart ? '0 : live_busy_q[r]) + 64'(working_i[8*r +: 8]);
        live_jobs_q[r] <= (restart ? '0 : live_jobs_q[r]) + (jobs_row_i == 4'(r) ? 64'(jobs_i) : '0);
        if (snapshot) begin
          shown_busy_q[r] <= live_busy_q[r];
          shown_jobs_q[r] <= live_jobs_q[r];
        end
      end
    end
  end

endmodule

`default_nettype wire
