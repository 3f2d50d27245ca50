// Functions and constants of SM3: GB/T 32905-2016 (GM/T 0004-2012), section 4. State words are packed A first: A is the highest.
`default_nettype none

package sm3_pkg;

  typedef logic [31:0] word_t;
  typedef logic [255:0] state_t; // {A, B, C, D, E, F, G, H}

  localparam state_t IV = {
    32'h7380_166f, 32'h4914_b2b9, 32'h1724_42d7, 32'hda8a_0600,
    32'ha96f_30bc, 32'h1631_38aa, 32'he38d_ee4d, 32'hb0fb_0e4e
  };

  function automatic word_t p0(input word_t x);
    p0 = x ^ {x[22:0], x[31:23]} ^ {x[14:0], x[31:15]};
  endfunction

  function automatic word_t p1(input word_t x);
    p1 = x ^ {x[16:0], x[31:17]} ^ {x[8:0], x[31:9]};
  endfunction

  // W[j] from W[j-16], W[j-9], W[j-3], W[j-13], W[j-6] (section 5.3.2).
  function automatic word_t expand(
      input word_t w16, input word_t w9, input word_t w3, input word_t w13, input word_t w6);
    expand = p1(w16 ^ w9 ^ {w3[16:0], w3[31:17]}) ^ {w13[24:0], w13[31:25]} ^ w6;
  endfunction

  // One round (section 5.3.3); early is j < 16, t is T[j] <<< j, w1 is W'[j].
  function automatic state_t round(
      input state_t s, input logic early, input word_t t, input word_t w, input word_t w1);
    word_t a, b, c, d, e, f, g, h, a12, sum, ss1, tt1, tt2;
    {a, b, c, d, e, f, g, h} = s;
    a12 = {a[19:0], a[31:20]};
    sum = a12 + e + t;
    ss1 = {sum[24:0], sum[31:25]};
    tt1 = (early ? a ^ b ^ c : (a & b) | (a & c) | (b & c)) + d + (ss1 ^ a12) + w1;
    tt2 = (early ? e ^ f ^ g : (e & f) | (~e & g)) + h + ss1 + w;
    round = {tt1, a, {b[22:0], b[31:23]}, c, p0(tt2), e, {f[12:0], f[31:13]}, g};
  endfunction

  // T[j] <<< (j mod 32).
  function automatic word_t t(input logic [5:0] j);
    case (j)
      6'd0: t = 32'h79cc_4519;
      6'd1: t = 32'hf398_8a32;
      6'd2: t = 32'he731_1465;
      6'd3: t = 32'hce62_28cb;
      6'd4: t = 32'h9cc4_5197;
      6'd5: t = 32'h3988_a32f;
      6'd6: t = 32'h7311_465e;
      6'd7: t = 32'he622_8cbc;
      6'd8: t = 32'hcc45_1979;
      6'd9: t = 32'h988a_32f3;
      6'd10: t = 32'h3114_65e7;
      6'd11: t = 32'h6228_cbce;
      6'd12: t = 32'hc451_979c;
      6'd13: t = 32'h88a3_2f39;
      6'd14: t = 32'h1146_5e73;
      6'd15: t = 32'h228c_bce6;
      6'd16: t = 32'h9d8a_7a87;
      6'd17: t = 32'h3b14_f50f;
      6'd18: t = 32'h7629_ea1e;
      6'd19: t = 32'hec53_d43c;
      6'd20: t = 32'hd8a7_a879;
      6'd21: t = 32'hb14f_50f3;
      6'd22: t = 32'h629e_a1e7;
      6'd23: t = 32'hc53d_43ce;
      6'd24: t = 32'h8a7a_879d;
      6'd25: t = 32'h14f5_0f3b;
      6'd26: t = 32'h29ea_1e76;
      6'd27: t = 32'h53d4_3cec;
      6'd28: t = 32'ha7a8_79d8;
      6'd29: t = 32'h4f50_f3b1;
      6'd30: t = 32'h9ea1_e762;
      6'd31: t = 32'h3d43_cec5;
      6'd32: t = 32'h7a87_9d8a;
      6'd33: t = 32'hf50f_3b14;
      6'd34: t = 32'hea1e_7629;
      6'd35: t = 32'hd43c_ec53;
      6'd36: t = 32'ha879_d8a7;
      6'd37: t = 32'h50f3_b14f;
      6'd38: t = 32'ha1e7_629e;
      6'd39: t = 32'h43ce_c53d;
      6'd40: t = 32'h879d_8a7a;
      6'd41: t = 32'h0f3b_14f5;
      6'd42: t = 32'h1e76_29ea;
      6'd43: t = 32'h3cec_53d4;
      6'd44: t = 32'h79d8_a7a8;
      6'd45: t = 32'hf3b1_4f50;
      6'd46: t = 32'he762_9ea1;
      6'd47: t = 32'hcec5_3d43;
      6'd48: t = 32'h9d8a_7a87;
      6'd49: t = 32'h3b14_f50f;
      6'd50: t = 32'h7629_ea1e;
      6'd51: t = 32'hec53_d43c;
      6'd52: t = 32'hd8a7_a879;
      6'd53: t = 32'hb14f_50f3;
      6'd54: t = 32'h629e_a1e7;
      6'd55: t = 32'hc53d_43ce;
      6'd56: t = 32'h8a7a_879d;
      6'd57: t = 32'h14f5_0f3b;
      6'd58: t = 32'h29ea_1e76;
      6'd59: t = 32'h53d4_3cec;
      6'd60: t = 32'ha7a8_79d8;
      6'd61: t = 32'h4f50_f3b1;
      6'd62: t = 32'h9ea1_e762;
      6'd63: t = 32'h3d43_cec5;
    endcase
  endfunction

endpackage

`default_nettype wire
