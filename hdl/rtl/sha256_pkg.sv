// Functions and constants of SHA-256: FIPS 180-4, sections 4.1.2, 4.2.2, 5.3.3. State words are packed a first: a is the highest.
`default_nettype none

package sha256_pkg;

  typedef logic [31:0] word_t;
  typedef logic [255:0] state_t; // {a, b, c, d, e, f, g, h}

  localparam state_t IV = {
    32'h6a09_e667, 32'hbb67_ae85, 32'h3c6e_f372, 32'ha54f_f53a,
    32'h510e_527f, 32'h9b05_688c, 32'h1f83_d9ab, 32'h5be0_cd19
  };

  function automatic word_t sum0(input word_t x);
    sum0 = {x[1:0], x[31:2]} ^ {x[12:0], x[31:13]} ^ {x[21:0], x[31:22]};
  endfunction

  function automatic word_t sum1(input word_t x);
    sum1 = {x[5:0], x[31:6]} ^ {x[10:0], x[31:11]} ^ {x[24:0], x[31:25]};
  endfunction

  function automatic word_t sigma0(input word_t x);
    sigma0 = {x[6:0], x[31:7]} ^ {x[17:0], x[31:18]} ^ (x >> 3);
  endfunction

  function automatic word_t sigma1(input word_t x);
    sigma1 = {x[16:0], x[31:17]} ^ {x[18:0], x[31:19]} ^ (x >> 10);
  endfunction

  // One round (section 6.2.2, step 3); kw is K[t] + W[t].
  function automatic state_t round(input state_t s, input word_t kw);
    word_t a, b, c, d, e, f, g, h, t1, t2;
    {a, b, c, d, e, f, g, h} = s;
    t1 = h + sum1(e) + ((e & f) ^ (~e & g)) + kw;
    t2 = sum0(a) + ((a & b) ^ (a & c) ^ (b & c));
    round = {t1 + t2, a, b, c, d + t1, e, f, g};
  endfunction

  // Word by word addition of states, at the end of a block.
  function automatic state_t fold(input state_t x, input state_t y);
    for (int i = 0; i < 8; i++) fold[32*i +: 32] = x[32*i +: 32] + y[32*i +: 32];
  endfunction

  // K[t]: the first 32 bits of the fractions of the cube roots of the first 64 primes.
  function automatic word_t k(input logic [5:0] t);
    case (t)
      6'd0: k = 32'h428a_2f98;
      6'd1: k = 32'h7137_4491;
      6'd2: k = 32'hb5c0_fbcf;
      6'd3: k = 32'he9b5_dba5;
      6'd4: k = 32'h3956_c25b;
      6'd5: k = 32'h59f1_11f1;
      6'd6: k = 32'h923f_82a4;
      6'd7: k = 32'hab1c_5ed5;
      6'd8: k = 32'hd807_aa98;
      6'd9: k = 32'h1283_5b01;
      6'd10: k = 32'h2431_85be;
      6'd11: k = 32'h550c_7dc3;
      6'd12: k = 32'h72be_5d74;
      6'd13: k = 32'h80de_b1fe;
      6'd14: k = 32'h9bdc_06a7;
      6'd15: k = 32'hc19b_f174;
      6'd16: k = 32'he49b_69c1;
      6'd17: k = 32'hefbe_4786;
      6'd18: k = 32'h0fc1_9dc6;
      6'd19: k = 32'h240c_a1cc;
      6'd20: k = 32'h2de9_2c6f;
      6'd21: k = 32'h4a74_84aa;
      6'd22: k = 32'h5cb0_a9dc;
      6'd23: k = 32'h76f9_88da;
      6'd24: k = 32'h983e_5152;
      6'd25: k = 32'ha831_c66d;
      6'd26: k = 32'hb003_27c8;
      6'd27: k = 32'hbf59_7fc7;
      6'd28: k = 32'hc6e0_0bf3;
      6'd29: k = 32'hd5a7_9147;
      6'd30: k = 32'h06ca_6351;
      6'd31: k = 32'h1429_2967;
      6'd32: k = 32'h27b7_0a85;
      6'd33: k = 32'h2e1b_2138;
      6'd34: k = 32'h4d2c_6dfc;
      6'd35: k = 32'h5338_0d13;
      6'd36: k = 32'h650a_7354;
      6'd37: k = 32'h766a_0abb;
      6'd38: k = 32'h81c2_c92e;
      6'd39: k = 32'h9272_2c85;
      6'd40: k = 32'ha2bf_e8a1;
      6'd41: k = 32'ha81a_664b;
      6'd42: k = 32'hc24b_8b70;
      6'd43: k = 32'hc76c_51a3;
      6'd44: k = 32'hd192_e819;
      6'd45: k = 32'hd699_0624;
      6'd46: k = 32'hf40e_3585;
      6'd47: k = 32'h106a_a070;
      6'd48: k = 32'h19a4_c116;
      6'd49: k = 32'h1e37_6c08;
      6'd50: k = 32'h2748_774c;
      6'd51: k = 32'h34b0_bcb5;
      6'd52: k = 32'h391c_0cb3;
      6'd53: k = 32'h4ed8_aa4a;
      6'd54: k = 32'h5b9c_ca4f;
      6'd55: k = 32'h682e_6ff3;
      6'd56: k = 32'h748f_82ee;
      6'd57: k = 32'h78a5_636f;
      6'd58: k = 32'h84c8_7814;
      6'd59: k = 32'h8cc7_0208;
      6'd60: k = 32'h90be_fffa;
      6'd61: k = 32'ha450_6ceb;
      6'd62: k = 32'hbef9_a3f7;
      6'd63: k = 32'hc671_78f2;
    endcase
  endfunction

endpackage

`default_nettype wire
