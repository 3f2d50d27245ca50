// Makes the beats of jobs out of lines of memory: any alignment, row and message in one string.
//
//   lines (bus, or held_q) --> rotate --> rotated_q --> merge --> beat_q --> the queue of the lane
//   pieces ----------------> plan                        ^ |
//                            count_q of each lane        | v
//                                                    rest_q of each lane
//
// Each line is turned so that its bytes follow those that the lane has already (count_q, 0 to 64 bytes in rest_q): one rotation
// does both, what fills the beat and what is left for the next. A beat goes out when it is known not to be the last, or to be.
//
// Throughput a line a cycle; a job whose last bytes cross a beat takes one cycle more. Latency 3 cycles. beat_ready of the
// lanes is not looked at: lane_feeder has counted their room. release_o gives back what was counted and not used.
// A line that the bus refused, and all after it in its job, are zeros; spoil_o tells which result is not to be used.
//
// Bounds: as in feed_pkg. start_i forgets the held line's error.
`default_nettype none

module beat_packer #(
  parameter int unsigned LANES = 4
) (
  input wire logic clk_i,
  input wire logic rst_ni,
  output logic idle_o, // nothing is on its way

  input wire logic piece_valid_i,
  output logic piece_ready_o,
  input wire feed_pkg::piece_t piece_i,
  input wire logic line_valid_i,
  output logic line_ready_o,
  input wire logic line_error_i,
  input wire logic [511:0] line_i,

  output logic beat_valid_o,
  output logic [5:0] beat_lane_o,
  output unit_pkg::job_t beat_o,
  output logic [1:0] release_o,
  output logic [5:0] release_lane_o,

  output logic spoil_o, // the result of this slot is not to be used
  output logic [7:0] spoil_slot_o,
  output logic refused_o, // because the bus refused a line
  output logic [63:0] refused_addr_o
);

  localparam int unsigned I = LANES > 1 ? $clog2(LANES) : 1;

  // Plan: which bytes of which line come next.
  logic within_q, flush_q; // within a piece; the rest of a job that crossed a beat is to go out
  logic [10:0] left_q, left;
  logic [5:0] offset;
  logic [6:0] bytes, have, space;
  logic [7:0] total;
  logic wants, from_held, go, opens, closes, full, ends;
  logic [6:0] count_q [LANES];
  logic [LANES-1:0] spoiled_q;
  logic [511:0] held_q;
  logic held_error_q, error;
  logic [I-1:0] lane;

  assign lane = piece_i.lane[I-1:0];
  assign offset = within_q ? '0 : piece_i.offset;
  assign left = within_q ? left_q : piece_i.bytes;
  assign space = 7'd64 - 7'(offset);
  assign bytes = left < 11'(space) ? left[6:0] : space;
  assign wants = left != '0;
  assign from_held = !within_q && piece_i.reuse;
  assign go = piece_valid_i && !flush_q && (!wants || from_held || line_valid_i);
  assign line_ready_o = piece_valid_i && !flush_q && wants && !from_held;
  assign ends = left == 11'(bytes); // the piece
  assign piece_ready_o = go && ends;
  assign error = wants && (from_held ? held_error_q : line_error_i);

  assign opens = piece_i.first && !within_q; // the job
  assign closes = piece_i.last && ends;
  assign have = opens ? '0 : count_q[lane];
  assign total = 8'(have) + 8'(bytes);
  assign full = total > 8'd64;

  // A first line counts one beat and keeps it for what is left over at the end.
  always_comb begin
    release_o = '0;
    release_lane_o = piece_i.lane;
    if (go && !opens) release_o = 2'(!full);
  end

  assign spoil_o = go && (piece_i.cut || error);
  assign spoil_slot_o = piece_i.slot;
  assign refused_o = go && error;
  assign refused_addr_o = {piece_i.line, 6'd0};

  // Stage 1 to 2.
  logic move_q, out_q, keep_q, last_q;
  logic [I-1:0] lane_q;
  logic [511:0] rotated_q;
  logic [6:0] have_q, bytes_q;
  logic [7:0] slot_q;
  logic [3:0] op_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      within_q <= 1'b0;
      flush_q <= 1'b0;
      move_q <= 1'b0;
    end else begin
      if (go) within_q <= !ends;
      flush_q <= go && closes && full;
      move_q <= go || flush_q;
    end
  end
  always_ff @(posedge clk_i) begin
    if (go) begin
      left_q <= left - 11'(bytes);
      if (wants && !from_held) begin
        held_q <= line_i;
        held_error_q <= line_error_i;
      end
      count_q[lane] <= full ? 7'(total - 8'd64) : total[6:0];
      spoiled_q[lane] <= error || (spoiled_q[lane] && !opens);
      rotated_q <= error || (spoiled_q[lane] && !opens) ? '0
          : chip_pkg::rotate(from_held ? held_q : line_i, have[5:0] - offset);
      lane_q <= lane;
      slot_q <= piece_i.slot;
      op_q <= piece_i.op;
      have_q <= have;
      out_q <= full || closes;
      keep_q <= full;
      last_q <= closes && !full;
      bytes_q <= full ? 7'd64 : total[6:0];
    end else if (flush_q) begin // the lane, slot and op are those of the line before
      have_q <= count_q[lane_q];
      out_q <= 1'b1;
      keep_q <= 1'b1;
      last_q <= 1'b1;
      bytes_q <= count_q[lane_q];
    end
  end

  // Stage 2 to 3.
  logic beat_valid_q;
  logic [5:0] beat_lane_q;
  logic [511:0] rest_q [LANES];
  unit_pkg::job_t beat_q;
  assign beat_valid_o = beat_valid_q;
  assign beat_lane_o = beat_lane_q;
  assign beat_o = beat_q;
  assign idle_o = !piece_valid_i && !flush_q && !move_q && !beat_valid_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) beat_valid_q <= 1'b0;
    else beat_valid_q <= move_q && out_q;
  end
  always_ff @(posedge clk_i) begin
    if (move_q) begin
      beat_lane_q <= 6'(lane_q);
      beat_q <= {8'd0, slot_q, op_q, last_q, bytes_q, chip_pkg::merge(rest_q[lane_q], rotated_q, have_q)};
      rest_q[lane_q] <= keep_q ? rotated_q : chip_pkg::merge(rest_q[lane_q], rotated_q, have_q);
    end
  end

`ifndef SYNTHESIS
  stream_check #(.WIDTH($bits(feed_pkg::piece_t))) u_piece (
    .clk_i, .rst_ni, .valid_i(piece_valid_i), .ready_i(piece_ready_o), .payload_i(piece_i)
  );
`endif

endmodule

`default_nettype wire
