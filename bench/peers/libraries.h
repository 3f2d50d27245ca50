// The loops over the jobs of a batch for the libraries in C. Layouts of rows: package kernels. Little-endian machines only,
// as a batch's section of message ends is little-endian.
#include <stddef.h>
#include <stdint.h>

#include <secp256k1.h>
#include <secp256k1_recovery.h>
#include <secp256k1_schnorrsig.h>
#include <sodium.h>

// Each returns how many of the jobs [lo,hi) are valid.
int peers_ed25519(const unsigned char *rows, const unsigned char *messages, const uint32_t *ends, size_t lo, size_t hi);
int peers_ecdsa(const secp256k1_context *ctx, const unsigned char *rows, size_t lo, size_t hi, int low_s);
int peers_recover(const secp256k1_context *ctx, const unsigned char *rows, unsigned char *outs, size_t lo, size_t hi, int low_s);
int peers_schnorr(const secp256k1_context *ctx, const unsigned char *rows, const unsigned char *messages, const uint32_t *ends, size_t lo, size_t hi);
