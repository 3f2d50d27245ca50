// What the modules of the chip share: the rows of the unit table, what each kernel needs, commands.
//
// A unit of the table's row r runs the kernel `kernel_of(r)`; the three rows of SHA-256 share their units. A lane is one
// unit and the queue before it; lanes are numbered group by group.
`default_nettype none

package chip_pkg;

  localparam int unsigned ROWS = 9; // of the unit table that may be present

  localparam logic [3:0] ROW_SHA256 = 4'd0;
  localparam logic [3:0] ROW_SHA256D = 4'd1;
  localparam logic [3:0] ROW_SHA256_NODE = 4'd2;
  localparam logic [3:0] ROW_SHA512 = 4'd3;
  localparam logic [3:0] ROW_KECCAK256 = 4'd4;
  localparam logic [3:0] ROW_SM3 = 4'd5;
  localparam logic [3:0] ROW_BLAKE2B256 = 4'd6;
  localparam logic [3:0] ROW_POW = 4'd7;
  localparam logic [3:0] ROW_POW_APPROX = 4'd8;

  // What a kernel needs. A row has at most 160 bytes, a multiple of 8; an output at most 64, a multiple of 4.
  typedef struct packed {
    logic known;
    logic [3:0] row;
    logic [7:0] in; // bytes of a row
    logic [6:0] out; // bytes of an output
    logic message;
    logic [3:0] op; // of the unit
  } kernel_t;

  // A submission that was fetched and judged. Addresses are those of the first job of the span, but ends and messages,
  // which are those of the batch.
  typedef struct packed {
    logic [2:0] pair; // queue pair
    logic [31:0] id;
    logic [7:0] status; // OK: to be run, or nothing to do
    logic [31:0] began; // cycle of the fetch, low word
    logic [31:0] lo;
    logic [20:0] jobs;
    kernel_t kernel;
    logic [31:0] message_bytes;
    logic [63:0] in;
    logic [63:0] ends;
    logic [63:0] messages;
    logic [63:0] verdict;
    logic [63:0] out;
  } command_t;

  // How a command ended.
  typedef struct packed {
    logic [7:0] status;
    logic [31:0] detail;
    logic [63:0] addr; // of the read that was refused
  } ending_t;

  function automatic kernel_t kernel(input logic [15:0] id, input logic approx);
    case (id)
      zchip_pkg::KERNEL_SHA256: kernel = {1'b1, ROW_SHA256, 8'(zchip_pkg::KERNEL_SHA256_IN),
          7'(zchip_pkg::KERNEL_SHA256_OUT), zchip_pkg::KERNEL_SHA256_MESSAGE, unit_pkg::OP_PLAIN};
      zchip_pkg::KERNEL_SHA256D: kernel = {1'b1, ROW_SHA256D, 8'(zchip_pkg::KERNEL_SHA256D_IN),
          7'(zchip_pkg::KERNEL_SHA256D_OUT), zchip_pkg::KERNEL_SHA256D_MESSAGE, unit_pkg::OP_DOUBLE};
      zchip_pkg::KERNEL_SHA256_NODE: kernel = {1'b1, ROW_SHA256_NODE, 8'(zchip_pkg::KERNEL_SHA256_NODE_IN),
          7'(zchip_pkg::KERNEL_SHA256_NODE_OUT), zchip_pkg::KERNEL_SHA256_NODE_MESSAGE, unit_pkg::OP_PLAIN};
      zchip_pkg::KERNEL_SHA512: kernel = {1'b1, ROW_SHA512, 8'(zchip_pkg::KERNEL_SHA512_IN),
          7'(zchip_pkg::KERNEL_SHA512_OUT), zchip_pkg::KERNEL_SHA512_MESSAGE, unit_pkg::OP_PLAIN};
      zchip_pkg::KERNEL_KECCAK256: kernel = {1'b1, ROW_KECCAK256, 8'(zchip_pkg::KERNEL_KECCAK256_IN),
          7'(zchip_pkg::KERNEL_KECCAK256_OUT), zchip_pkg::KERNEL_KECCAK256_MESSAGE, unit_pkg::OP_PLAIN};
      zchip_pkg::KERNEL_SM3: kernel = {1'b1, ROW_SM3, 8'(zchip_pkg::KERNEL_SM3_IN),
          7'(zchip_pkg::KERNEL_SM3_OUT), zchip_pkg::KERNEL_SM3_MESSAGE, unit_pkg::OP_PLAIN};
      zchip_pkg::KERNEL_BLAKE2B256: kernel = {1'b1, ROW_BLAKE2B256, 8'(zchip_pkg::KERNEL_BLAKE2B256_IN),
          7'(zchip_pkg::KERNEL_BLAKE2B256_OUT), zchip_pkg::KERNEL_BLAKE2B256_MESSAGE, unit_pkg::OP_PLAIN};
      zchip_pkg::KERNEL_SHA256D_POW: kernel = {1'b1, approx ? ROW_POW_APPROX : ROW_POW,
          8'(zchip_pkg::KERNEL_SHA256D_POW_IN), 7'(zchip_pkg::KERNEL_SHA256D_POW_OUT),
          zchip_pkg::KERNEL_SHA256D_POW_MESSAGE, unit_pkg::OP_PLAIN};
      default: kernel = '0;
    endcase
  endfunction

  function automatic logic [15:0] kernel_of(input logic [3:0] row);
    case (row)
      ROW_SHA256: kernel_of = zchip_pkg::KERNEL_SHA256;
      ROW_SHA256D: kernel_of = zchip_pkg::KERNEL_SHA256D;
      ROW_SHA256_NODE: kernel_of = zchip_pkg::KERNEL_SHA256_NODE;
      ROW_SHA512: kernel_of = zchip_pkg::KERNEL_SHA512;
      ROW_KECCAK256: kernel_of = zchip_pkg::KERNEL_KECCAK256;
      ROW_SM3: kernel_of = zchip_pkg::KERNEL_SM3;
      ROW_BLAKE2B256: kernel_of = zchip_pkg::KERNEL_BLAKE2B256;
      default: kernel_of = zchip_pkg::KERNEL_SHA256D_POW;
    endcase
  endfunction

  // The group of units that runs a row.
  function automatic logic [2:0] group_of(input logic [3:0] row);
    group_of = row <= ROW_SHA256_NODE ? 3'd0 : 3'(row - 4'd2);
  endfunction

  // A job of these rows may run for as long as it likes: it is ended by a reset of its unit.
  function automatic logic searches(input logic [3:0] row);
    searches = row >= ROW_POW;
  endfunction

  // Rotates a line to the left: byte i goes to byte i + by, modulo 64.
  function automatic logic [511:0] rotate(input logic [511:0] line, input logic [5:0] by);
    logic [511:0] x;
    x = line;
    if (by[5]) x = {x[255:0], x[511:256]};
    if (by[4]) x = {x[383:0], x[511:384]};
    if (by[3]) x = {x[447:0], x[511:448]};
    if (by[2]) x = {x[479:0], x[511:480]};
    if (by[1]) x = {x[495:0], x[511:496]};
    if (by[0]) x = {x[503:0], x[511:504]};
    rotate = x;
  endfunction

  // The first n bytes of a, the others of b.
  function automatic logic [511:0] merge(input logic [511:0] a, input logic [511:0] b, input logic [6:0] n);
    merge = b;
    for (int i = 0; i < 64; i++) if (7'(i) < n) merge[8*i +: 8] = a[8*i +: 8];
  endfunction

endpackage

`default_nettype wire
