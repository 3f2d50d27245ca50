// Gives jobs to lanes and asks the bus for their bytes: the row, then the message.
//
//   job --> the lane with most room --> job of each lane (address, bytes left) --> round robin --> piece --> ask_*, piece_*
//
// Lanes take turns with pieces of up to BURST lines, so that long messages feed all of them. A lane's beats are counted
// before they are asked for (room_q), so what comes back always has a place: the bus never waits for a unit. Jobs that follow
// each other in memory share lines: a piece that begins in the line in which the piece before it ended does not ask for it.
//
// Throughput a piece a cycle, up to BURST lines each, but one lane asks every other cycle; a job that fits in a line or two is one
// piece. Latency 3 cycles.
// A job is only taken when its lane has room for 4 beats, so a row (160 bytes at most) never waits half-way. cut_i ends the jobs
// whose message is not yet asked for in full; rows are always whole.
//
// Bounds: up to 64 lanes; DEPTH beats each, 8 to 64. start_i (with idle_o) forgets the line that could be used again.
`default_nettype none

module lane_feeder #(
  parameter int unsigned LANES = 4,
  parameter int unsigned DEPTH = 32,
  parameter int unsigned BURST = 16
) (
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic start_i,
  input wire logic cut_i,
  output logic idle_o, // no job is held, no piece offered

  input wire logic job_valid_i,
  output logic job_ready_o, // depends on lanes_i
  input wire logic [LANES-1:0] lanes_i, // that may run the job
  input wire logic [63:0] row_i,
  input wire logic [7:0] row_bytes_i,
  input wire logic [63:0] message_i,
  input wire logic [31:0] message_bytes_i,
  input wire logic [7:0] slot_i,
  input wire logic [3:0] op_i,

  input wire logic [1:0] release_i, // beats of lane release_lane_i that were counted and will not come
  input wire logic [5:0] release_lane_i,
  input wire logic [LANES-1:0] popped_i, // a beat left the queue of the lane
  input wire logic [LANES-1:0] flush_i, // the queue of the lane was emptied

  output logic ask_valid_o,
  input wire logic ask_ready_i,
  output bus_pkg::read_t ask_o,
  output logic piece_valid_o,
  input wire logic piece_ready_i,
  output feed_pkg::piece_t piece_o
);

  localparam int unsigned I = LANES > 1 ? $clog2(LANES) : 1;

  logic [LANES-1:0] work_q, may_take, may_ask;
  logic [6:0] room_q [LANES];
  logic [63:0] row_q [LANES];
  logic [7:0] row_left_q [LANES];
  logic [63:0] message_q [LANES];
  logic [31:0] message_left_q [LANES];
  logic [7:0] slot_q [LANES];
  logic [3:0] op_q [LANES];
  logic [LANES-1:0] first_q;

  // A new job goes to the lane with the most room among those that may take it.
  logic [I-1:0] to;
  logic [6:0] most;
  always_comb begin
    to = '0;
    most = '0;
    for (int l = 0; l < LANES; l++) begin
      may_take[l] = lanes_i[l] && !work_q[l] && room_q[l] >= 7'd4;
      if (may_take[l] && room_q[l] > most) begin
        to = I'(l);
        most = room_q[l];
      end
    end
  end
  logic take;
  assign job_ready_o = may_take != '0;
  assign take = job_valid_i && job_ready_o;

  // 1. Pick a lane, not the one whose piece is being sized. 2. Size the piece. 3. Offer it.
  logic size_q, offer_q, pick_go, size_go; // a piece is sized, is offered; moves on
  logic [I-1:0] pick, lane_q, prefer_q;
  always_comb begin
    for (int l = 0; l < LANES; l++) may_ask[l] = work_q[l] && room_q[l] != '0 && !(size_q && lane_q == I'(l));
    pick = '0;
    for (int l = LANES - 1; l >= 0; l--) if (may_ask[l]) pick = I'(l);
    for (int l = LANES - 1; l >= 0; l--) if (may_ask[l] && I'(l) >= prefer_q) pick = I'(l);
  end

  logic [63:0] addr_q;
  logic [31:0] left_q; // in this section
  logic [6:0] most_lines_q;
  logic in_row_q, more_q, cut_q; // more_q: a message follows the row; cut_q: the job ends here, early
  logic [32:0] span;
  logic [6:0] lines, to_page;
  logic all, reuse;
  assign span = {1'b0, left_q} + 33'(addr_q[5:0]);
  assign to_page = 7'd64 - 7'(addr_q[11:6]);
  always_comb begin
    lines = to_page < most_lines_q ? to_page : most_lines_q;
    all = span <= {20'd0, lines, 6'd0};
    if (all) lines = 7'((span + 33'd63) >> 6);
    if (left_q == '0) lines = '0;
  end

  logic held_q; // the line held_line_q is the last one that was asked for
  logic [57:0] held_line_q;
  assign reuse = held_q && held_line_q == addr_q[63:6] && left_q != '0;

  logic ask_q, asked_q, put_q; // the request and the piece go out each in its own cycle
  bus_pkg::read_t read_q;
  feed_pkg::piece_t piece_q;
  assign ask_valid_o = offer_q && ask_q && !asked_q;
  assign ask_o = read_q;
  assign piece_valid_o = offer_q && !put_q;
  assign piece_o = piece_q;
  assign idle_o = work_q == '0 && !size_q && !offer_q;

  logic asked, put;
  assign asked = !ask_q || asked_q || ask_ready_i;
  assign put = put_q || piece_ready_i;
  assign size_go = size_q && (!offer_q || (asked && put));
  assign pick_go = may_ask != '0 && (!size_q || size_go);

  logic [10:0] bytes;
  assign bytes = all ? left_q[10:0] : {lines[4:0], 6'd0} - 11'(addr_q[5:0]);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      size_q <= 1'b0;
      offer_q <= 1'b0;
      prefer_q <= '0;
      held_q <= 1'b0;
      work_q <= '0;
    end else begin
      if (pick_go) size_q <= 1'b1;
      else if (size_go) size_q <= 1'b0;
      if (size_go) offer_q <= 1'b1;
      else if (asked && put) offer_q <= 1'b0;
      if (pick_go) prefer_q <= pick == I'(LANES - 1) ? '0 : pick + 1'b1;
      if (start_i) held_q <= 1'b0;
      else if (size_go && left_q != '0) held_q <= 1'b1;
      if (size_go && all && !(in_row_q && more_q)) work_q[lane_q] <= 1'b0;
      if (take) work_q[to] <= 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    for (int l = 0; l < LANES; l++) begin
      if (!rst_ni || flush_i[l]) begin
        room_q[l] <= 7'(DEPTH);
      end else begin
        room_q[l] <= room_q[l] + 7'(popped_i[l]) + (release_lane_i == 6'(l) ? 7'(release_i) : '0)
            - (size_go && lane_q == I'(l) ? (lines == '0 ? 7'd1 : lines) : '0);
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (take) begin
      row_q[to] <= row_i;
      row_left_q[to] <= row_bytes_i;
      message_q[to] <= message_i;
      message_left_q[to] <= message_bytes_i;
      slot_q[to] <= slot_i;
      op_q[to] <= op_i;
      first_q[to] <= 1'b1;
    end
    if (pick_go) begin
      lane_q <= pick;
      in_row_q <= row_left_q[pick] != '0;
      addr_q <= row_left_q[pick] != '0 ? row_q[pick] : message_q[pick];
      left_q <= row_left_q[pick] != '0 ? 32'(row_left_q[pick]) : cut_i ? '0 : message_left_q[pick];
      more_q <= message_left_q[pick] != '0 && !cut_i;
      cut_q <= message_left_q[pick] != '0 && cut_i;
      most_lines_q <= room_q[pick] < 7'(BURST) ? room_q[pick] : 7'(BURST);
    end
    if (size_go) begin
      if (in_row_q) begin
        row_q[lane_q] <= addr_q + 64'(bytes);
        row_left_q[lane_q] <= row_left_q[lane_q] - 8'(bytes);
      end else begin
        message_q[lane_q] <= addr_q + 64'(bytes);
        message_left_q[lane_q] <= left_q - 32'(bytes);
      end
      first_q[lane_q] <= 1'b0;
      if (left_q != '0) held_line_q <= addr_q[63:6] + 58'(lines) - 58'd1;
      piece_q <= {
        addr_q[63:6], 6'(lane_q), slot_q[lane_q], op_q[lane_q], addr_q[5:0], bytes, reuse,
        first_q[lane_q], all && !(in_row_q && more_q), cut_q
      };
      read_q <= {addr_q[63:6] + 58'(reuse), 6'd0, 6'(lines - 7'(reuse) - 7'd1)};
      ask_q <= lines != 7'(reuse);
      asked_q <= 1'b0;
      put_q <= 1'b0;
    end
    if (offer_q && !size_go) begin
      if (ask_ready_i) asked_q <= 1'b1;
      if (piece_ready_i) put_q <= 1'b1;
    end
  end

  generate
    if (LANES < 1 || LANES > 64) begin : g_bad_lanes
      $error("LANES must be 1 to 64");
    end
    if (DEPTH < 8 || DEPTH > 64 || BURST < 1 || BURST > 16) begin : g_bad_depth
      $error("DEPTH must be 8 to 64, BURST 1 to 16");
    end
  endgenerate

`ifndef SYNTHESIS
  stream_check #(.WIDTH($bits(bus_pkg::read_t))) u_ask (
    .clk_i, .rst_ni, .valid_i(ask_valid_o), .ready_i(ask_ready_i), .payload_i(ask_o)
  );
  stream_check #(.WIDTH($bits(feed_pkg::piece_t))) u_piece (
    .clk_i, .rst_ni, .valid_i(piece_valid_o), .ready_i(piece_ready_i), .payload_i(piece_o)
  );
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      for (int l = 0; l < LANES; l++) places : assert (room_q[l] <= 7'(DEPTH));
      at_rest : assert (!start_i || idle_o);
    end
  end
`endif

endmodule

`default_nettype wire
