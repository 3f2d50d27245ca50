// Package vectors finds test data that is not part of this repository: the standard vectors and chain data of
// the shared folder, and the testdata of Go modules that the build uses anyway. It is for tests only.
package vectors

import (
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// Dir is the folder of vectors: $SLUICE_VECTORS, or shared/vectors beside the checkout. Where it is absent the
// test is skipped, or fails if SLUICE_REQUIRE_VECTORS=1.
func Dir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("SLUICE_VECTORS")
	if dir == "" {
		_, file, _, _ := runtime.Caller(0)
		dir = filepath.Join(filepath.Dir(file), "..", "..", "..", "shared", "vectors")
	}
	if _, err := os.Stat(filepath.Join(dir, "SHA256SUMS")); err != nil {
		absent(t, "test vectors not found in "+dir+" (set SLUICE_VECTORS to their folder)")
	}
	return dir
}

// Path is the path of one file of the vectors; slashes separate folders.
func Path(t testing.TB, name string) string {
	t.Helper()
	p := filepath.Join(Dir(t), filepath.FromSlash(name))
	if _, err := os.Stat(p); err != nil {
		absent(t, "test vector not found: "+err.Error())
	}
	return p
}

// Read is the content of one file of the vectors, unpacked if its name ends in .gz or .bz2.
func Read(t testing.TB, name string) []byte {
	t.Helper()
	return Unpack(t, Path(t, name))
}

// Unpack reads a file through gzip or bzip2, by its name.
func Unpack(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var r io.Reader = bytes.NewReader(data)
	switch filepath.Ext(path) {
	case ".gz":
		if r, err = gzip.NewReader(r); err != nil {
			t.Fatal(err)
		}
	case ".bz2":
		r = bzip2.NewReader(r)
	}
	if data, err = io.ReadAll(r); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return data
}

var modules sync.Map // module path -> folder

// Module is the path of a file inside a Go module of the build list, in the module cache.
func Module(t testing.TB, module, name string) string {
	t.Helper()
	dir, ok := modules.Load(module)
	if !ok {
		out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
		dir = strings.TrimSpace(string(out))
		if err != nil || dir == "" {
			absent(t, "module "+module+" is not in the module cache (run: go mod download "+module+")")
		}
		modules.Store(module, dir)
	}
	p := filepath.Join(dir.(string), filepath.FromSlash(name))
	if _, err := os.Stat(p); err != nil {
		absent(t, "module testdata not found: "+err.Error())
	}
	return p
}

func absent(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("SLUICE_REQUIRE_VECTORS") == "1" {
		t.Fatal(why)
	}
	t.Skip(why)
}
