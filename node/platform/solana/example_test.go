package solana_test

import (
	"bytes"
	"crypto/ed25519"
	"fmt"

	"github.com/sluice-engine/sluice/node/platform/solana"
)

// A transaction with one signer, who pays, and one instruction that calls a program.
func ExampleDecode() {
	payer := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	program := bytes.Repeat([]byte{7}, 32)

	message := []byte{1, 0, 1} // signers, readonly among them, readonly among the others
	message = append(message, 2)
	message = append(message, payer.Public().(ed25519.PublicKey)...)
	message = append(message, program...)
	message = append(message, make([]byte, 32)...)                    // recent block hash
	message = append(message, 1, 1, 1, 0, 5, 'h', 'e', 'l', 'l', 'o') // account 1 is called with account 0
	wire := append([]byte{1}, ed25519.Sign(payer, message)...)
	wire = append(wire, message...)

	tx, err := solana.Decode(wire)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("legacy:", tx.Version == solana.Legacy, "signers:", tx.Signers(), "sane:", tx.Fault == "")
	fmt.Println(ed25519.Verify(tx.Key(0), tx.Message, tx.Signature(0)))

	_, err = solana.Decode(wire[:100])
	fmt.Println(err)
	// Output:
	// legacy: true signers: 1 sane: true
	// true
	// byte 69: account keys: 64 bytes wanted, 31 left
}
