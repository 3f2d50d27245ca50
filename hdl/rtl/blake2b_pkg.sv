// Functions and constants of BLAKE2b: RFC 7693, sections 2 and 3. Word i of a vector is in bits 64 i +: 64.
`default_nettype none

package blake2b_pkg;

  typedef logic [63:0] word_t;
  typedef logic [511:0] state_t; // h[0] is the lowest
  typedef logic [1023:0] work_t; // v[0] is the lowest
  typedef logic [31:0] picks_t; // 8 indices of message words, the first is the lowest

  localparam state_t IV = {
    64'h5be0_cd19_137e_2179, 64'h1f83_d9ab_fb41_bd6b, 64'h9b05_688c_2b3e_6c1f, 64'h510e_527f_ade6_82d1,
    64'ha54f_f53a_5f1d_36f1, 64'h3c6e_f372_fe94_f82b, 64'hbb67_ae85_84ca_a73b, 64'h6a09_e667_f3bc_c908
  };

  // The first state of BLAKE2b-256 without key: h[0] has the parameter block (section 2.5).
  localparam state_t START = IV ^ 512'h0101_0020;

  // Mixing (section 3.1): {d, c, b, a}, with message words x and y.
  function automatic logic [255:0] mix(input logic [255:0] s, input word_t x, input word_t y);
    word_t a, b, c, d;
    {d, c, b, a} = s;
    a = a + b + x;
    d = d ^ a;
    d = {d[31:0], d[63:32]};
    c = c + d;
    b = b ^ c;
    b = {b[23:0], b[63:24]};
    a = a + b + y;
    d = d ^ a;
    d = {d[15:0], d[63:16]};
    c = c + d;
    b = b ^ c;
    b = {b[62:0], b[63]};
    mix = {d, c, b, a};
  endfunction

  // SIGMA (section 2.7) of half a round: step is 2 round + half, 0 to 23.
  function automatic picks_t picks(input logic [4:0] step);
    case (step)
      5'd0: picks = 32'h7654_3210;
      5'd1: picks = 32'hfedc_ba98;
      5'd2: picks = 32'h6df9_84ae;
      5'd3: picks = 32'h357b_20c1;
      5'd4: picks = 32'hdf25_0c8b;
      5'd5: picks = 32'h4917_63ea;
      5'd6: picks = 32'hebcd_1397;
      5'd7: picks = 32'h8f04_a562;
      5'd8: picks = 32'hfa42_7509;
      5'd9: picks = 32'hd386_cb1e;
      5'd10: picks = 32'h38b0_a6c2;
      5'd11: picks = 32'h91ef_57d4;
      5'd12: picks = 32'ha4de_f15c;
      5'd13: picks = 32'hb829_3670;
      5'd14: picks = 32'h931c_e7bd;
      5'd15: picks = 32'ha268_4f05;
      5'd16: picks = 32'h803b_9ef6;
      5'd17: picks = 32'h5a41_7d2c;
      5'd18: picks = 32'h5167_482a;
      5'd19: picks = 32'h0dc3_e9bf;
      5'd20: picks = 32'h7654_3210;
      5'd21: picks = 32'hfedc_ba98;
      5'd22: picks = 32'h6df9_84ae;
      5'd23: picks = 32'h357b_20c1;
      default: picks = '0;
    endcase
  endfunction

endpackage

`default_nettype wire
