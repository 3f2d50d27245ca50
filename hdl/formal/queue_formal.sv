// Bounded proof of queue_pointers, for software that keeps to the rules of doorbells and any depth up to 2^LOG_DEPTH:
//
//   the chip never fetches beyond the tail, and every submission once, in order
//   the completion ring never overflows: at most depth - 1 completions are written and not consumed
//   the phase turns exactly when the ring wraps
//
// The harness counts what was published, fetched, written and consumed since start_i, without wrapping. Commands that fly
// over a start_i end without a completion, before those fetched after it.
`default_nettype none

module queue_formal #(
  parameter int unsigned LOG_DEPTH = 2
) (
  input wire logic clk_i,
  input wire logic start_i,
  input wire logic set_tail_i,
  input wire logic set_head_i,
  input wire logic [LOG_DEPTH-1:0] index_i,
  input wire logic fetch_i,
  input wire logic end_i
);

  localparam int unsigned W = 6; // of the counters: more than the steps of the proof

  logic rst_n = 1'b0; // one cycle of reset, then none
  always_ff @(posedge clk_i) rst_n <= 1'b1;

  (* anyconst *) logic [LOG_DEPTH-1:0] mask; // depth - 1
  always_comb any_depth : assume (mask != '0 && (mask & (mask + 1'b1)) == '0);

  logic wants, phase, empty, post;
  logic [LOG_DEPTH-1:0] sq_head, cq_tail;
  logic [LOG_DEPTH:0] flying;
  queue_pointers #(.LOG_DEPTH(LOG_DEPTH)) u_dut (
    .clk_i, .rst_ni(rst_n), .mask_i(mask), .start_i, .set_tail_i, .set_head_i, .index_i,
    .wants_o(wants), .fetch_i, .post_i(post), .end_i,
    .sq_head_o(sq_head), .cq_tail_o(cq_tail), .phase_o(phase), .empty_o(empty), .flying_o(flying)
  );

  logic [W-1:0] published_q, fetched_q, posted_q, consumed_q, old_q; // old_q: commands of an earlier life
  logic [LOG_DEPTH-1:0] published_by, consumed_by;
  logic wrapped_q;

  assign post = end_i && old_q == '0;
  assign published_by = (index_i - LOG_DEPTH'(published_q)) & mask; // that a doorbell adds
  assign consumed_by = (index_i - LOG_DEPTH'(consumed_q)) & mask;

  always_comb begin
    if (rst_n) begin
      below : assume (index_i <= mask);
      doorbells : assume (!(set_tail_i && set_head_i) && !(start_i && (set_tail_i || set_head_i))); // one register write a cycle
      wanted : assume (!fetch_i || wants);
      at_rest : assume (!(start_i && fetch_i)); // a queue is started while it is not enabled, so nothing is wanted
      begun : assume (!end_i || flying != '0);
      tail : assume (!set_tail_i || published_q - fetched_q + W'(published_by) <= W'(mask));
      head : assume (!set_head_i || W'(consumed_by) <= posted_q - consumed_q);
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_n) begin
      published_q <= '0;
      fetched_q <= '0;
      posted_q <= '0;
      consumed_q <= '0;
      old_q <= '0;
      wrapped_q <= 1'b0;
    end else begin
      if (start_i) begin
        published_q <= '0;
        fetched_q <= '0;
        posted_q <= '0;
        consumed_q <= '0;
        old_q <= W'(flying) - W'(end_i);
      end else begin
        if (set_tail_i) published_q <= published_q + W'(published_by);
        if (set_head_i) consumed_q <= consumed_q + W'(consumed_by);
        fetched_q <= fetched_q + W'(fetch_i);
        posted_q <= posted_q + W'(post);
        if (end_i && old_q != '0) old_q <= old_q - 1'b1;
      end
      if (posted_q > W'(mask)) wrapped_q <= 1'b1;

      never_beyond : assert (fetched_q <= published_q);
      each_once : assert (sq_head == (LOG_DEPTH'(fetched_q) & mask));
      empties : assert (empty == (fetched_q == published_q));
      no_overflow : assert (posted_q - consumed_q <= W'(mask));
      kept : assert (posted_q - consumed_q + W'(flying) - old_q <= W'(mask)); // each command in flight has its place
      in_order : assert (cq_tail == (LOG_DEPTH'(posted_q) & mask));
      turns : assert (phase == !((posted_q & (W'(mask) + 1'b1)) != '0)); // once a pass over the ring
      flies : assert (W'(flying) == fetched_q - posted_q + old_q);
      alive : assert (wants || empty || old_q != '0 || posted_q - consumed_q + W'(flying) == W'(mask));
      reached : cover (wrapped_q && phase && posted_q == consumed_q && posted_q != '0 && empty);
    end
  end

endmodule

`default_nettype wire
