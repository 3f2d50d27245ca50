// The pointers of one queue pair: what may be fetched, where the next completion goes.
//
//   submissions   sq_head_o (chip) chases sq_tail (doorbell)       0 to depth - 1, both
//   completions   cq_tail_o (chip) runs before cq_head (doorbell)  phase_o turns when cq_tail_o wraps
//   flying_o      commands fetched and not ended; a place in the completion ring is kept for each, so that the end of a
//                 command never waits: the chip holds back submissions while the completion ring has no room
//
// wants_o comes from registers; fetch_i, post_i and end_i last one cycle each. A command ends once (end_i), with a
// completion (post_i in the same cycle) or without one. start_i begins both rings at entry 0; commands of an earlier life
// may still be flying then, and end without a completion.
//
// Bounds: depth is a power of two from 2 to 2^LOG_DEPTH, constant but in the cycle of start_i; tail and head given by
// doorbells are below it. Proved in formal/queue_formal.sv.
`default_nettype none

module queue_pointers #(
  parameter int unsigned LOG_DEPTH = 8
) (
  input wire logic clk_i,
  input wire logic rst_ni,

  input wire logic [LOG_DEPTH-1:0] mask_i, // depth - 1
  input wire logic start_i,
  input wire logic set_tail_i, // doorbells, below depth
  input wire logic set_head_i,
  input wire logic [LOG_DEPTH-1:0] index_i,

  output logic wants_o, // there is a submission, and room for its completion
  input wire logic fetch_i, // it is fetched; only with wants_o
  input wire logic post_i, // a completion is written
  input wire logic end_i, // a command has ended

  output logic [LOG_DEPTH-1:0] sq_head_o,
  output logic [LOG_DEPTH-1:0] cq_tail_o,
  output logic phase_o,
  output logic empty_o, // every published submission is fetched
  output logic [LOG_DEPTH:0] flying_o
);

  logic [LOG_DEPTH-1:0] sq_head_q, sq_tail_q, cq_head_q, cq_tail_q, room;
  logic [LOG_DEPTH:0] flying_q;
  logic phase_q;

  assign room = (cq_head_q - cq_tail_q - 1'b1) & mask_i; // entries that may be written
  assign empty_o = sq_head_q == sq_tail_q;
  assign wants_o = !empty_o && {1'b0, room} > flying_q;
  assign sq_head_o = sq_head_q;
  assign cq_tail_o = cq_tail_q;
  assign phase_o = phase_q;
  assign flying_o = flying_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      sq_head_q <= '0;
      sq_tail_q <= '0;
      cq_head_q <= '0;
      cq_tail_q <= '0;
      phase_q <= 1'b1;
      flying_q <= '0;
    end else begin
      flying_q <= flying_q + (LOG_DEPTH+1)'(fetch_i) - (LOG_DEPTH+1)'(end_i);
      if (start_i) begin
        sq_head_q <= '0;
        sq_tail_q <= '0;
        cq_head_q <= '0;
        cq_tail_q <= '0;
        phase_q <= 1'b1;
      end else begin
        if (fetch_i) sq_head_q <= (sq_head_q + 1'b1) & mask_i;
        if (set_tail_i) sq_tail_q <= index_i;
        if (set_head_i) cq_head_q <= index_i;
        if (post_i) begin
          cq_tail_q <= (cq_tail_q + 1'b1) & mask_i;
          phase_q <= phase_q ^ (cq_tail_q == mask_i);
        end
      end
    end
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      wanted : assert (!fetch_i || wants_o);
      flew : assert (!end_i || flying_q != '0);
      ended : assert (!post_i || end_i);
    end
  end
`endif

endmodule

`default_nettype wire
