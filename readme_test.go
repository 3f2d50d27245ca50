package sluice_test

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"log"
	"os"
	"strings"
	"testing"

	"github.com/sluice-engine/sluice/engine"
	"github.com/sluice-engine/sluice/kernels"
	ked25519 "github.com/sluice-engine/sluice/kernels/ed25519"
)

var message = []byte("pay 5 to Carol")

func signed() (ed25519.PublicKey, []byte) {
	private := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	return private.Public().(ed25519.PublicKey), ed25519.Sign(private, message)
}

// Example is in README.md, line by line.
func Example() {
	key, signature := signed()

	e, err := engine.Open(engine.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer e.Close()

	batch := kernels.New(ked25519.Kernel, kernels.RFC8032, 2, 1024) // room for 2 jobs and 1,024 bytes of messages
	for _, text := range [][]byte{message, []byte("pay 500 to Carol")} {
		if err := ked25519.Append(batch, key, text, signature); err != nil {
			log.Fatal(err)
		}
	}
	if err := e.Run(context.Background(), batch); err != nil {
		log.Fatal(err) // a fault of a device is an error, never "invalid"
	}
	fmt.Println(batch.Verdict(0), batch.Verdict(1))
	// Output: valid invalid
}

// TestReadme holds the Go code of README.md against the example above, which is compiled and run.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.ReadFile("readme_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, code, ok := strings.Cut(string(readme), "```go\n")
	code, _, end := strings.Cut(code, "```")
	if !ok || !end {
		t.Fatal("README.md has no Go code")
	}
	_, body, _ := strings.Cut(string(self), "func Example() {\n")
	body, _, _ = strings.Cut(body, "\n\t// Output:")
	_, body, _ = strings.Cut(body, "\n\n") // without the line that makes a signature
	if want := strings.ReplaceAll(body, "\n\t", "\n"); strings.TrimSpace(code) != strings.TrimSpace(want) {
		t.Errorf("README.md has\n%s\nthe example is\n%s", code, want)
	}
}
