// Fetches one submission ahead of the work, judges it, and offers it as a command.
//
//   pick --> ask_* --> line --> judge (16 cycles: each section's end, each first address) --> command_t
//
// What is wrong with a submission becomes the status of its command, in this order: opcode or reserved bits, kernel, rules,
// span, addresses. A section that the kernel needs begins at a multiple of 64 and ends within 2^64. An entry that the bus
// refuses stops its queue: without an id there is nobody to tell but ERROR.
//
// Latency: 18 cycles after the entry has come. A command stands until it is taken.
`default_nettype none

module submission_fetch #(
  parameter logic [8*chip_pkg::ROWS-1:0] UNITS = '0 // units of each row
) (
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic enable_i,
  input wire logic [31:0] cycle_i,

  input wire logic pick_valid_i,
  input wire logic [2:0] pick_i,
  input wire logic [63:0] pick_addr_i,
  output logic fetch_o,
  output logic fail_o, // the bus refused the entry
  output logic [2:0] fail_queue_o,
  output logic [63:0] fail_addr_o,
  input wire logic fail_ready_i,
  input wire logic [7:0] dropped_i,

  output logic ask_valid_o,
  input wire logic ask_ready_i,
  output bus_pkg::read_t ask_o,
  input wire logic line_valid_i,
  input wire logic line_error_i,
  input wire logic [511:0] line_i,

  output logic command_valid_o,
  input wire logic command_ready_i,
  output chip_pkg::command_t command_o,
  output logic orphan_o // the command's queue was dropped since it was fetched
);

  typedef enum logic [2:0] {IDLE, ASK, WAIT, JUDGE, OFFER, FAIL} state_e;
  state_e state_q;

  logic [2:0] queue_q;
  logic [63:0] addr_q;
  logic [31:0] began_q;
  logic orphan_q, bad_address_q;
  zchip_pkg::submission_t entry_q;
  logic [3:0] step_q;
  logic [7:0] refused;
  chip_pkg::kernel_t kernel;
  logic runs;

  assign fetch_o = state_q == IDLE && enable_i && pick_valid_i;
  assign fail_o = state_q == FAIL;
  assign fail_queue_o = queue_q;
  assign fail_addr_o = addr_q;
  assign ask_valid_o = state_q == ASK;
  assign ask_o = {addr_q, 6'd0};
  assign command_valid_o = state_q == OFFER;
  assign orphan_o = orphan_q || dropped_i[queue_q];

  // Everything but addresses. Inexact units run what allows them, if there are any.
  assign kernel = chip_pkg::kernel(entry_q.command_kernel,
      entry_q.command_inexact[0] && UNITS[8*32'(chip_pkg::ROW_POW_APPROX) +: 8] != '0);
  always_comb begin
    runs = 1'b0;
    if (entry_q.command_zero25 != '0) refused = zchip_pkg::STATUS_BAD_OPCODE;
    else if (entry_q.command_opcode == zchip_pkg::OPCODE_NOP) refused = zchip_pkg::STATUS_OK;
    else if (entry_q.command_opcode != zchip_pkg::OPCODE_RUN) refused = zchip_pkg::STATUS_BAD_OPCODE;
    else if (!kernel.known || UNITS[{kernel.row, 3'd0} +: 8] == '0) refused = zchip_pkg::STATUS_BAD_KERNEL;
    else if (!zchip_pkg::rules_ok(entry_q.command_kernel, entry_q.rules)) refused = zchip_pkg::STATUS_BAD_RULES;
    else if (entry_q.hi < entry_q.lo || entry_q.hi - entry_q.lo > 32'(zchip_pkg::MAX_JOBS)) refused = zchip_pkg::STATUS_BAD_SPAN;
    else begin
      refused = zchip_pkg::STATUS_OK;
      runs = 1'b1;
    end
  end

  // One multiplication in each even step, one addition in each odd one.
  logic [63:0] base, base_q;
  logic [31:0] count;
  logic [7:0] size, size_q;
  logic [39:0] product_q;
  logic [64:0] sum;
  always_comb begin
    case (step_q[3:1])
      3'd0: {base, count, size} = {entry_q.in, entry_q.hi, kernel.in};
      3'd1: {base, count, size} = {entry_q.in, entry_q.lo, kernel.in};
      3'd2: {base, count, size} = {entry_q.out, entry_q.hi, 1'b0, kernel.out};
      3'd3: {base, count, size} = {entry_q.out, entry_q.lo, 1'b0, kernel.out};
      3'd4: {base, count, size} = {entry_q.verdict, entry_q.hi, 8'd1};
      3'd5: {base, count, size} = {entry_q.verdict, entry_q.lo, 8'd1};
      3'd6: {base, count, size} = {entry_q.ends, entry_q.hi, 5'd0, kernel.message, 2'd0};
      default: {base, count, size} = {entry_q.messages, entry_q.message_bytes, 7'd0, kernel.message};
    endcase
  end
  assign sum = {1'b0, base_q} + 65'(product_q);

  logic [63:0] in_q, out_q, verdict_q;
  assign command_o = {
    queue_q, entry_q.id_generation, entry_q.id_tag, runs && bad_address_q ? zchip_pkg::STATUS_BAD_ADDRESS : refused,
    began_q, entry_q.lo, runs && !bad_address_q ? 21'(entry_q.hi - entry_q.lo) : 21'd0, kernel,
    entry_q.message_bytes, in_q, entry_q.ends, entry_q.messages, verdict_q, out_q
  };

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= IDLE;
      orphan_q <= 1'b0;
      step_q <= '0;
    end else begin
      case (state_q)
        IDLE: if (fetch_o) state_q <= ASK;
        ASK: if (ask_ready_i) state_q <= WAIT;
        WAIT: if (line_valid_i) state_q <= line_error_i ? FAIL : JUDGE;
        JUDGE: if (step_q == 4'd15) state_q <= OFFER;
        OFFER: if (command_ready_i) state_q <= IDLE;
        FAIL: if (fail_ready_i) state_q <= IDLE;
        default: state_q <= IDLE;
      endcase
      if (state_q == JUDGE) step_q <= step_q + 4'd1; // 15 wraps
      if (state_q == IDLE) orphan_q <= fetch_o && dropped_i[pick_i];
      else if (dropped_i[queue_q]) orphan_q <= 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (fetch_o) begin
      queue_q <= pick_i;
      addr_q <= pick_addr_i;
      began_q <= cycle_i;
    end
    if (state_q == WAIT && line_valid_i) begin
      entry_q <= line_i;
      bad_address_q <= 1'b0;
    end
    if (state_q == JUDGE) begin
      if (!step_q[0]) begin
        product_q <= count * size;
        base_q <= base;
        size_q <= size;
      end else begin
        if (size_q != '0 && (base_q[5:0] != '0 || sum[64])) bad_address_q <= 1'b1;
        if (step_q == 4'd3) in_q <= sum[63:0];
        if (step_q == 4'd7) out_q <= sum[63:0];
        if (step_q == 4'd11) verdict_q <= sum[63:0];
      end
    end
  end

`ifndef SYNTHESIS
  stream_check #(.WIDTH($bits(chip_pkg::command_t))) u_command (
    .clk_i, .rst_ni, .valid_i(command_valid_o), .ready_i(command_ready_i), .payload_i(command_o)
  );
  stream_check #(.WIDTH($bits(bus_pkg::read_t))) u_ask (
    .clk_i, .rst_ni, .valid_i(ask_valid_o), .ready_i(ask_ready_i), .payload_i(ask_o)
  );
`endif

endmodule

`default_nettype wire
