// Functions and constants of SHA-512: FIPS 180-4, sections 4.1.3, 4.2.3, 5.3.5. State words are packed a first: a is the highest.
`default_nettype none

package sha512_pkg;

  typedef logic [63:0] word_t;
  typedef logic [511:0] state_t; // {a, b, c, d, e, f, g, h}

  localparam state_t IV = {
    64'h6a09_e667_f3bc_c908, 64'hbb67_ae85_84ca_a73b,
    64'h3c6e_f372_fe94_f82b, 64'ha54f_f53a_5f1d_36f1,
    64'h510e_527f_ade6_82d1, 64'h9b05_688c_2b3e_6c1f,
    64'h1f83_d9ab_fb41_bd6b, 64'h5be0_cd19_137e_2179
  };

  function automatic word_t sum0(input word_t x);
    sum0 = {x[27:0], x[63:28]} ^ {x[33:0], x[63:34]} ^ {x[38:0], x[63:39]};
  endfunction

  function automatic word_t sum1(input word_t x);
    sum1 = {x[13:0], x[63:14]} ^ {x[17:0], x[63:18]} ^ {x[40:0], x[63:41]};
  endfunction

  function automatic word_t sigma0(input word_t x);
    sigma0 = {x[0], x[63:1]} ^ {x[7:0], x[63:8]} ^ (x >> 7);
  endfunction

  function automatic word_t sigma1(input word_t x);
    sigma1 = {x[18:0], x[63:19]} ^ {x[60:0], x[63:61]} ^ (x >> 6);
  endfunction

  // One round (section 6.4.2, step 3); kw is K[t] + W[t].
  function automatic state_t round(input state_t s, input word_t kw);
    word_t a, b, c, d, e, f, g, h, t1, t2;
    {a, b, c, d, e, f, g, h} = s;
    t1 = h + sum1(e) + ((e & f) ^ (~e & g)) + kw;
    t2 = sum0(a) + ((a & b) ^ (a & c) ^ (b & c));
    round = {t1 + t2, a, b, c, d + t1, e, f, g};
  endfunction

  // Word by word addition of states, at the end of a block.
  function automatic state_t fold(input state_t x, input state_t y);
    for (int i = 0; i < 8; i++) fold[64*i +: 64] = x[64*i +: 64] + y[64*i +: 64];
  endfunction

  // K[t]: the first 64 bits of the fractions of the cube roots of the first 80 primes.
  function automatic word_t k(input logic [6:0] t);
    case (t)
      7'd0: k = 64'h428a_2f98_d728_ae22;
      7'd1: k = 64'h7137_4491_23ef_65cd;
      7'd2: k = 64'hb5c0_fbcf_ec4d_3b2f;
      7'd3: k = 64'he9b5_dba5_8189_dbbc;
      7'd4: k = 64'h3956_c25b_f348_b538;
      7'd5: k = 64'h59f1_11f1_b605_d019;
      7'd6: k = 64'h923f_82a4_af19_4f9b;
      7'd7: k = 64'hab1c_5ed5_da6d_8118;
      7'd8: k = 64'hd807_aa98_a303_0242;
      7'd9: k = 64'h1283_5b01_4570_6fbe;
      7'd10: k = 64'h2431_85be_4ee4_b28c;
      7'd11: k = 64'h550c_7dc3_d5ff_b4e2;
      7'd12: k = 64'h72be_5d74_f27b_896f;
      7'd13: k = 64'h80de_b1fe_3b16_96b1;
      7'd14: k = 64'h9bdc_06a7_25c7_1235;
      7'd15: k = 64'hc19b_f174_cf69_2694;
      7'd16: k = 64'he49b_69c1_9ef1_4ad2;
      7'd17: k = 64'hefbe_4786_384f_25e3;
      7'd18: k = 64'h0fc1_9dc6_8b8c_d5b5;
      7'd19: k = 64'h240c_a1cc_77ac_9c65;
      7'd20: k = 64'h2de9_2c6f_592b_0275;
      7'd21: k = 64'h4a74_84aa_6ea6_e483;
      7'd22: k = 64'h5cb0_a9dc_bd41_fbd4;
      7'd23: k = 64'h76f9_88da_8311_53b5;
      7'd24: k = 64'h983e_5152_ee66_dfab;
      7'd25: k = 64'ha831_c66d_2db4_3210;
      7'd26: k = 64'hb003_27c8_98fb_213f;
      7'd27: k = 64'hbf59_7fc7_beef_0ee4;
      7'd28: k = 64'hc6e0_0bf3_3da8_8fc2;
      7'd29: k = 64'hd5a7_9147_930a_a725;
      7'd30: k = 64'h06ca_6351_e003_826f;
      7'd31: k = 64'h1429_2967_0a0e_6e70;
      7'd32: k = 64'h27b7_0a85_46d2_2ffc;
      7'd33: k = 64'h2e1b_2138_5c26_c926;
      7'd34: k = 64'h4d2c_6dfc_5ac4_2aed;
      7'd35: k = 64'h5338_0d13_9d95_b3df;
      7'd36: k = 64'h650a_7354_8baf_63de;
      7'd37: k = 64'h766a_0abb_3c77_b2a8;
      7'd38: k = 64'h81c2_c92e_47ed_aee6;
      7'd39: k = 64'h9272_2c85_1482_353b;
      7'd40: k = 64'ha2bf_e8a1_4cf1_0364;
      7'd41: k = 64'ha81a_664b_bc42_3001;
      7'd42: k = 64'hc24b_8b70_d0f8_9791;
      7'd43: k = 64'hc76c_51a3_0654_be30;
      7'd44: k = 64'hd192_e819_d6ef_5218;
      7'd45: k = 64'hd699_0624_5565_a910;
      7'd46: k = 64'hf40e_3585_5771_202a;
      7'd47: k = 64'h106a_a070_32bb_d1b8;
      7'd48: k = 64'h19a4_c116_b8d2_d0c8;
      7'd49: k = 64'h1e37_6c08_5141_ab53;
      7'd50: k = 64'h2748_774c_df8e_eb99;
      7'd51: k = 64'h34b0_bcb5_e19b_48a8;
      7'd52: k = 64'h391c_0cb3_c5c9_5a63;
      7'd53: k = 64'h4ed8_aa4a_e341_8acb;
      7'd54: k = 64'h5b9c_ca4f_7763_e373;
      7'd55: k = 64'h682e_6ff3_d6b2_b8a3;
      7'd56: k = 64'h748f_82ee_5def_b2fc;
      7'd57: k = 64'h78a5_636f_4317_2f60;
      7'd58: k = 64'h84c8_7814_a1f0_ab72;
      7'd59: k = 64'h8cc7_0208_1a64_39ec;
      7'd60: k = 64'h90be_fffa_2363_1e28;
      7'd61: k = 64'ha450_6ceb_de82_bde9;
      7'd62: k = 64'hbef9_a3f7_b2c6_7915;
      7'd63: k = 64'hc671_78f2_e372_532b;
      7'd64: k = 64'hca27_3ece_ea26_619c;
      7'd65: k = 64'hd186_b8c7_21c0_c207;
      7'd66: k = 64'heada_7dd6_cde0_eb1e;
      7'd67: k = 64'hf57d_4f7f_ee6e_d178;
      7'd68: k = 64'h06f0_67aa_7217_6fba;
      7'd69: k = 64'h0a63_7dc5_a2c8_98a6;
      7'd70: k = 64'h113f_9804_bef9_0dae;
      7'd71: k = 64'h1b71_0b35_131c_471b;
      7'd72: k = 64'h28db_77f5_2304_7d84;
      7'd73: k = 64'h32ca_ab7b_40c7_2493;
      7'd74: k = 64'h3c9e_be0a_15c9_bebc;
      7'd75: k = 64'h431d_67c4_9c10_0d4c;
      7'd76: k = 64'h4cc5_d4be_cb3e_42b6;
      7'd77: k = 64'h597f_299c_fc65_7e2a;
      7'd78: k = 64'h5fcb_6fab_3ad6_faec;
      7'd79: k = 64'h6c44_198c_4a47_5817;
      default: k = '0;
    endcase
  endfunction

endpackage

`default_nettype wire
