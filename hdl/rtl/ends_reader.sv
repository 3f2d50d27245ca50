// Reads the message ends of a span, checks them a line at a time, and gives each job its begin and end in the arena.
//
//   ask_* --> lines --> fifo --> scan (one end a cycle) --> line_q --> begin_o, end_o       16 ends are a line
//
// Ends that go back or beyond the arena are found before any job of their line is given out: fail_o rises, with the first such
// job. So does a line that the bus refuses. Jobs of earlier lines may have been given out.
//
// Throughput one job a cycle once the first line is scanned (17 cycles). AHEAD lines are read ahead. start_i begins a span of
// at least one job while idle_o; stop_i (until idle_o) forgets the rest of it.
`default_nettype none

module ends_reader #(
  parameter int unsigned AHEAD = 8 // lines, a power of two from 4
) (
  input wire logic clk_i,
  input wire logic rst_ni,

  input wire logic start_i,
  input wire logic [57:0] ends_i, // line of the end of job 0
  input wire logic [31:0] lo_i,
  input wire logic [20:0] jobs_i,
  input wire logic [31:0] bytes_i, // of the arena
  input wire logic stop_i,
  output logic idle_o, // no line is asked for or held, no job is left

  output logic valid_o,
  input wire logic ready_i,
  output logic [31:0] begin_o,
  output logic [31:0] end_o,
  output logic fail_o, // until stop_i
  output chip_pkg::ending_t why_o,

  output logic ask_valid_o,
  input wire logic ask_ready_i,
  output bus_pkg::read_t ask_o,
  input wire logic line_valid_i,
  input wire logic line_error_i,
  input wire logic [511:0] line_i
);

  localparam int unsigned A = $clog2(AHEAD);
  localparam logic [2:0] BURST = 3'd4;

  // Lines to ask for.
  logic [57:0] next_q;
  logic [17:0] left_q;
  logic [A:0] owed_q, held; // lines asked for and not here, lines here
  logic [31:0] first;
  logic [27:0] last_line; // of the section
  logic [2:0] burst;
  logic [6:0] to_page;

  assign first = lo_i == '0 ? '0 : lo_i - 32'd1; // the end before the first job is its begin
  assign last_line = 28'((lo_i + 32'(jobs_i) - 32'd1) >> 4);
  assign to_page = 7'd64 - 7'(next_q[5:0]);
  always_comb begin
    burst = BURST;
    if (left_q < 18'(BURST)) burst = left_q[2:0];
    if (to_page < 7'(burst)) burst = to_page[2:0];
  end

  logic ask_valid_q;
  logic [2:0] ask_lines_q;
  assign ask_valid_o = ask_valid_q;
  assign ask_o = {next_q, 6'd0, 6'(ask_lines_q) - 6'd1};

  // Lines that came.
  logic line_valid, line_error, unused_room, take;
  logic [511:0] line;
  fifo #(.WIDTH(513), .DEPTH(AHEAD)) u_lines (
    .clk_i, .rst_ni, .in_valid_i(line_valid_i), .in_ready_o(unused_room), .in_i({line_error_i, line_i}),
    .out_valid_o(line_valid), .out_ready_i(take), .out_o({line_error, line}), .count_o(held)
  );

  // The scan of the line in front.
  logic run_q, fail_q, skip_q, whole, bad, done;
  logic [3:0] index_q, from_q;
  logic [31:0] job_q, previous_q, before_q, bytes_q, word;
  logic [20:0] jobs_q; // not scanned
  logic [4:0] good_q; // jobs of this line that are scanned
  logic [57:0] line_q_addr;
  chip_pkg::ending_t why_q;

  // The line whose jobs are given out.
  logic [511:0] line_q;
  logic [4:0] given_q; // jobs left in it
  logic [3:0] out_q;
  logic [31:0] begin_q;

  assign word = line[{index_q, 5'd0} +: 32];
  assign bad = !skip_q && (word < previous_q || word > bytes_q);
  assign whole = index_q == 4'd15 || (!skip_q && jobs_q == 21'd1); // the last end that matters in this line
  assign done = run_q && !fail_q && line_valid && !line_error && !bad && whole && (given_q == '0 || (given_q == 5'd1 && ready_i));
  assign take = done || stop_i || (!run_q && line_valid);

  assign valid_o = given_q != '0;
  assign begin_o = begin_q;
  assign end_o = line_q[{out_q, 5'd0} +: 32];
  assign fail_o = fail_q;
  assign why_o = why_q;
  assign idle_o = owed_q == '0 && !line_valid && !ask_valid_q && !run_q && given_q == '0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      left_q <= '0;
      owed_q <= '0;
      ask_valid_q <= 1'b0;
      run_q <= 1'b0;
      fail_q <= 1'b0;
      given_q <= '0;
    end else begin
      owed_q <= owed_q + (ask_valid_q && ask_ready_i ? (A+1)'(ask_lines_q) : '0) - (A+1)'(line_valid_i);

      // A request is sized in one cycle and offered from the next.
      if (ask_valid_q) begin
        if (ask_ready_i) ask_valid_q <= 1'b0;
      end else if (left_q != '0 && !stop_i && (A+2)'(owed_q) + (A+2)'(held) + (A+2)'(burst) <= (A+2)'(AHEAD)) begin
        ask_valid_q <= 1'b1;
        left_q <= left_q - 18'(burst);
      end

      if (valid_o && ready_i) given_q <= given_q - 5'd1;
      if (run_q && line_valid && !fail_q) begin
        if (line_error || bad) fail_q <= 1'b1;
        else if (done) given_q <= good_q + 5'(!skip_q);
        if (done && jobs_q == 21'd1 && !skip_q) run_q <= 1'b0; // all are checked
      end

      if (stop_i) begin
        left_q <= '0;
        run_q <= 1'b0;
        fail_q <= 1'b0;
        given_q <= '0;
      end else if (start_i) begin
        left_q <= 18'(last_line - 28'(first[31:4]) + 28'd1);
        run_q <= 1'b1;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      next_q <= ends_i + 58'(first[31:4]);
      line_q_addr <= ends_i + 58'(first[31:4]);
      index_q <= first[3:0];
      from_q <= first[3:0];
      skip_q <= lo_i != '0;
      job_q <= lo_i;
      jobs_q <= jobs_i;
      bytes_q <= bytes_i;
      previous_q <= '0;
      before_q <= '0;
      good_q <= '0;
    end else begin
      if (ask_valid_q && ask_ready_i) next_q <= next_q + 58'(ask_lines_q);
      if (run_q && line_valid && !fail_q) begin
        if (line_error) why_q <= {zchip_pkg::STATUS_DMA_READ, job_q, line_q_addr, 6'd0};
        else if (bad) why_q <= {zchip_pkg::STATUS_BAD_MESSAGE, job_q, 64'd0};
        if (!whole || done) begin
          index_q <= index_q + 4'd1; // 15 wraps
          previous_q <= word;
          skip_q <= 1'b0;
          if (!skip_q) begin
            job_q <= job_q + 32'd1;
            jobs_q <= jobs_q - 21'd1;
            good_q <= good_q + 5'd1;
          end
        end
        if (done) begin
          line_q_addr <= line_q_addr + 58'd1;
          from_q <= '0;
          good_q <= '0;
          before_q <= word;
        end
        if (skip_q) before_q <= word; // the begin of the first job
        if (skip_q && !whole) from_q <= index_q + 4'd1;
      end
    end
    if (!ask_valid_q) ask_lines_q <= burst;

    if (done) begin
      line_q <= line;
      out_q <= from_q;
      begin_q <= before_q;
    end else if (valid_o && ready_i) begin
      out_q <= out_q + 4'd1;
      begin_q <= end_o;
    end
  end

`ifndef SYNTHESIS
  stream_check #(.WIDTH($bits(bus_pkg::read_t))) u_ask (
    .clk_i, .rst_ni, .valid_i(ask_valid_o), .ready_i(ask_ready_i), .payload_i(ask_o)
  );
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      room : assert (!line_valid_i || unused_room);
      at_rest : assert (!start_i || (idle_o && jobs_i != '0));
    end
  end
`endif

endmodule

`default_nettype wire
