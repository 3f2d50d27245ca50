// Package jobs reads jobs that no chain is around: files of JSON lines, in which kernels and rules are mixed, and
// .batch files. Any program in any language can write the first, and it is the way to try a kernel by hand.
//
// # JSON lines
//
// One object a line; blank lines are skipped. "kernel" names the kernel and "rule" its rule set, the kernel's first
// one where it is absent. Byte strings are hexadecimal. What else a line has depends on the kernel:
//
//	sha256 sha256d sha512 keccak256 sm3 blake2b256   msg
//	sha256.node          left 32, right 32; or msg 64
//	sha256d.pow          header 80, target 32 (little-endian, as Bitcoin stores hashes), first, count (numbers)
//	sha256.chain         start 32, mixin 32 (optional), end 32, count (number)
//	ed25519.verify       key 32, msg, sig 64
//	secp256k1.verify     digest 32, sig 64 (r‖s), key 64 (x‖y) or SEC 1 of 33 or 65
//	p256.verify          as secp256k1.verify
//	sm2.verify           as secp256k1.verify; the digest is e
//	secp256k1.recover    digest 32, sig 65 (r‖s‖v, v 0 to 3)
//	secp256k1.schnorr    key 32, msg, sig 64
//	ecvrf.verify         key 32, msg (alpha), proof 80
//	bls12381.verify      key 48, msg, sig 96
//
// Each line may have "expect" ("valid", the default, or "invalid") and "out" (the expected output; for an invalid
// job that is zeros). A line is right when the verdict, and the output if it states one, are so; the file is valid
// when all lines are right.
//
// A line that cannot become a row is a parse error with its number: not an object, an unknown, missing or repeated
// field, an unknown kernel or rule, hex that is none, a wrong length. A row of any content is a job: a SEC 1 key that
// is no point of the curve makes the job invalid, not the file unreadable.
//
// # Batch files
//
// One or several batches one after the other, as kernels.Batch.WriteTo makes them. A verdict in the file is an
// expectation, and so is the output of a decided job. An undecided job is expected to be valid, with any output,
// unless the file has one.
//
// The work of sha256d.pow and sha256.chain grows with the counts that a job states. This package bounds sizes, not
// work: whoever takes files from strangers gives Verify a context that ends.
package jobs
