package engine_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log"

	"github.com/sluice-engine/sluice/engine"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/ed25519"
	ksha256 "github.com/sluice-engine/sluice/kernels/sha256"
)

// The first two tests of RFC 8032, section 7.1; the third job has the message of the second and the signature of the
// first.
func Example() {
	e, err := engine.Open(engine.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer e.Close()

	b := kernels.New(ed25519.Kernel, kernels.RFC8032, 3, 1024)
	for _, job := range []struct{ key, message, signature string }{
		{"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
			"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155" +
				"5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
		{"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
			"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" +
				"085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
		{"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "72",
			"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155" +
				"5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
	} {
		if err := ed25519.Append(b, unhex(job.key), unhex(job.message), unhex(job.signature)); err != nil {
			log.Fatal(err)
		}
	}
	if err := e.Run(context.Background(), b); err != nil {
		log.Fatal(err)
	}
	for i := range b.Len() {
		fmt.Println(b.Verdict(i))
	}
	// Output:
	// valid
	// valid
	// invalid
}

// Many goroutines may call Do at once; their jobs are decided together.
func ExampleStream() {
	e, err := engine.Open(engine.Config{Kernels: []*kernels.Kernel{ksha256.Kernel}})
	if err != nil {
		log.Fatal(err)
	}
	defer e.Close()
	s, err := e.Stream(ksha256.Kernel, 0, engine.StreamConfig{})
	if err != nil {
		log.Fatal(err)
	}
	message := []byte("abc")
	valid, digest, err := s.Do(context.Background(), len(message), func(b *kernels.Batch) error {
		return ksha256.Append(b, message)
	})
	fmt.Println(valid, [32]byte(digest) == sha256.Sum256(message), err)
	// Output: true true <nil>
}

func unhex(s string) []byte {
	p, err := hex.DecodeString(s)
	if err != nil {
		log.Fatal(err)
	}
	return p
}
