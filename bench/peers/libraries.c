#include "libraries.h"

#include <string.h>

int peers_ed25519(const unsigned char *rows, const unsigned char *messages, const uint32_t *ends, size_t lo, size_t hi) {
	int valid = 0;
	for (size_t i = lo; i < hi; i++) {
		const unsigned char *row = rows + 96 * i;
		size_t begin = i == 0 ? 0 : ends[i - 1];
		valid += crypto_sign_ed25519_verify_detached(row + 32, messages + begin, ends[i] - begin, row) == 0;
	}
	return valid;
}

int peers_ecdsa(const secp256k1_context *ctx, const unsigned char *rows, size_t lo, size_t hi, int low_s) {
	int valid = 0;
	for (size_t i = lo; i < hi; i++) {
		const unsigned char *row = rows + 160 * i;
		unsigned char point[65] = {4};
		secp256k1_pubkey key;
		secp256k1_ecdsa_signature signature;
		memcpy(point + 1, row + 96, 64);
		if (!secp256k1_ec_pubkey_parse(ctx, &key, point, sizeof point) ||
		    !secp256k1_ecdsa_signature_parse_compact(ctx, &signature, row + 32) ||
		    (secp256k1_ecdsa_signature_normalize(ctx, &signature, &signature) && low_s))
			continue;
		valid += secp256k1_ecdsa_verify(ctx, &signature, row, &key);
	}
	return valid;
}

int peers_recover(const secp256k1_context *ctx, const unsigned char *rows, unsigned char *outs, size_t lo, size_t hi, int low_s) {
	int valid = 0;
	for (size_t i = lo; i < hi; i++) {
		const unsigned char *row = rows + 104 * i;
		unsigned char point[65];
		size_t size = sizeof point;
		secp256k1_pubkey key;
		secp256k1_ecdsa_recoverable_signature signature;
		secp256k1_ecdsa_signature plain;
		memset(outs + 64 * i, 0, 64);
		if (row[96] > 3 || !secp256k1_ecdsa_recoverable_signature_parse_compact(ctx, &signature, row + 32, row[96]))
			continue;
		if (low_s && secp256k1_ecdsa_recoverable_signature_convert(ctx, &plain, &signature) &&
		    secp256k1_ecdsa_signature_normalize(ctx, NULL, &plain))
			continue;
		if (!secp256k1_ecdsa_recover(ctx, &key, &signature, row) ||
		    !secp256k1_ec_pubkey_serialize(ctx, point, &size, &key, SECP256K1_EC_UNCOMPRESSED))
			continue;
		memcpy(outs + 64 * i, point + 1, 64);
		valid++;
	}
	return valid;
}

int peers_schnorr(const secp256k1_context *ctx, const unsigned char *rows, const unsigned char *messages, const uint32_t *ends, size_t lo, size_t hi) {
	int valid = 0;
	for (size_t i = lo; i < hi; i++) {
		const unsigned char *row = rows + 96 * i;
		size_t begin = i == 0 ? 0 : ends[i - 1];
		secp256k1_xonly_pubkey key;
		valid += secp256k1_xonly_pubkey_parse(ctx, &key, row) &&
		         secp256k1_schnorrsig_verify(ctx, row + 32, messages + begin, ends[i] - begin, &key);
	}
	return valid;
}
