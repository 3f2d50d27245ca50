// Package p256 holds the kernel of ECDSA verification on P-256, also called secp256r1 (FIPS 186-5, section 6.4.2;
// SP 800-186, section 3.2.1.3), as Hyperledger Fabric, WebAuthn and EIP 7951 use it.
//
// The rows take digests, bare r‖s and x‖y; decoders of DER signatures belong to the platform whose rules they
// follow. [DecodeKey] turns SEC 1 keys into x‖y.
//
// Everything handled is public: nothing here is constant time, and none of it may be given a secret.
package p256
