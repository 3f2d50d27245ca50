// Package ecvrf verifies proofs of verifiable random functions over edwards25519, kernel "ecvrf.verify".
package ecvrf
