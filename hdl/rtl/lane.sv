// A lane: the queue of beats before a unit, and the unit of its group.
//
//   beats --> fifo --> unit --> result        working_o: the unit has a job whose result is not out
//
// The queue never overflows: who pushes has counted the room (asserted). kill_i forgets all jobs.
`default_nettype none

module lane #(
  parameter int unsigned GROUP = 0, // of chip_pkg::group_of
  parameter int unsigned DEPTH = 32,
  parameter int unsigned POW_ROUNDS = 1,
  parameter int unsigned POW_APPROX_BITS = 16
) (
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic kill_i,

  input wire logic beat_valid_i,
  input wire unit_pkg::job_t beat_i,
  output logic popped_o, // a beat left the queue
  output logic hungry_o, // the unit and the queue are empty
  output logic working_o,

  output logic result_valid_o,
  input wire logic result_ready_i,
  output unit_pkg::result_t result_o
);

  logic run_n, ready, valid, take;
  unit_pkg::job_t job;
  logic [$clog2(DEPTH):0] unused_count;
  assign run_n = rst_ni && !kill_i;

  logic room;
  fifo #(.WIDTH(unit_pkg::JOB_BITS), .DEPTH(DEPTH)) u_beats (
    .clk_i, .rst_ni(run_n), .in_valid_i(beat_valid_i), .in_ready_o(room), .in_i(beat_i),
    .out_valid_o(valid), .out_ready_i(ready), .out_o(job), .count_o(unused_count)
  );
  assign take = valid && ready;
  assign popped_o = take;

  generate
    case (GROUP)
      0: begin : g_unit
        sha256_unit u_unit (
          .clk_i, .rst_ni(run_n), .job_valid_i(valid), .job_ready_o(ready), .job_i(job),
          .result_valid_o, .result_ready_i, .result_o
        );
      end
      1: begin : g_unit
        sha512_unit u_unit (
          .clk_i, .rst_ni(run_n), .job_valid_i(valid), .job_ready_o(ready), .job_i(job),
          .result_valid_o, .result_ready_i, .result_o
        );
      end
      2: begin : g_unit
        keccak256_unit u_unit (
          .clk_i, .rst_ni(run_n), .job_valid_i(valid), .job_ready_o(ready), .job_i(job),
          .result_valid_o, .result_ready_i, .result_o
        );
      end
      3: begin : g_unit
        sm3_unit u_unit (
          .clk_i, .rst_ni(run_n), .job_valid_i(valid), .job_ready_o(ready), .job_i(job),
          .result_valid_o, .result_ready_i, .result_o
        );
      end
      4: begin : g_unit
        blake2b_unit u_unit (
          .clk_i, .rst_ni(run_n), .job_valid_i(valid), .job_ready_o(ready), .job_i(job),
          .result_valid_o, .result_ready_i, .result_o
        );
      end
      default: begin : g_unit
        pow_unit #(.ROUNDS(POW_ROUNDS), .APPROX_BITS(GROUP == 6 ? POW_APPROX_BITS : 0)) u_unit (
          .clk_i, .rst_ni(run_n), .job_valid_i(valid), .job_ready_o(ready), .job_i(job),
          .result_valid_o, .result_ready_i, .result_o
        );
      end
    endcase
  endgenerate

  // Jobs in the unit: begun, and without a result that was taken.
  logic [3:0] inside_q;
  logic begun_q; // the next beat is not the first of its job
  assign working_o = inside_q != '0 && !(inside_q == 4'd1 && result_valid_o);
  assign hungry_o = inside_q == '0 && !valid;
  always_ff @(posedge clk_i) begin
    if (!run_n) begin
      inside_q <= '0;
      begun_q <= 1'b0;
    end else begin
      if (take) begun_q <= !job.last;
      inside_q <= inside_q + 4'(take && !begun_q) - 4'(result_valid_o && result_ready_i);
    end
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) if (run_n) counted : assert (!beat_valid_i || room);
`endif

endmodule

`default_nettype wire
