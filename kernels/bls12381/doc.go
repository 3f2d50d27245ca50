// Package bls12381 verifies BLS signatures over BLS12-381, kernel "bls12381.verify".
package bls12381
