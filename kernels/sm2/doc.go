// Package sm2 holds the kernel of SM2 signature verification (GB/T 32918.2-2016, section 7) on the recommended
// curve sm2p256v1 (GB/T 32918.5-2017).
//
// The rows take e, the digest that already covers ZA (the signer's identity, the curve and the key): [Digest]
// computes it. Signatures are bare r‖s and keys x‖y; decoders of DER signatures belong to the platform whose rules
// they follow. [DecodeKey] turns SEC 1 keys into x‖y.
//
// Everything handled is public: nothing here is constant time, and none of it may be given a secret.
package sm2
