package sluice_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/sluice-engine/sluice"

// mayImport is the import table of ARCHITECTURE.md: the packages of this module that a package may import
// outside its tests. The first row that matches a package is its rule; a package without a row may not exist.
// "x" matches the package x, "x/..." also those below it, "x/*" those one folder below.
var mayImport = []row{
	{"kernels", nil},
	{"kernels/internal/...", []string{"kernels", "kernels/internal/..."}},
	{"kernels/all", []string{"kernels", "kernels/*", "kernels/internal/cpu"}},
	{"kernels/sample", []string{"kernels/..."}},
	{"kernels/ecctest", []string{"kernels"}},
	{"kernels/merkle", []string{"kernels", "kernels/sha256"}}, // no algorithm of its own: trees over another folder's kernels
	{"kernels/*", []string{"kernels", "kernels/internal/..."}},
	{"driver/fake", []string{"driver/...", "kernels"}},           // its jobs are decided by Kernel.Ref
	{"driver/drivertest", []string{"driver/...", "kernels/..."}}, // verdicts of real batches
	{"driver/...", []string{"driver/..."}},
	{"engine/backend", []string{"kernels"}},
	{"engine/backendtest", []string{"engine/backend", "kernels/...", "internal/vectors"}},
	{"engine/cpu/...", []string{"engine/backend", "engine/cpu/...", "kernels/..."}},
	{"engine/gpu/...", []string{"engine/backend", "engine/gpu/...", "kernels/..."}},
	{"engine/chip/...", []string{"engine/backend", "engine/chip/...", "kernels", "driver/...", "hdl/program"}},
	{"engine/...", []string{"engine/...", "kernels/..."}},
	{"node/...", []string{"node/...", "engine", "kernels/..."}},
	{"bench/...", []string{"bench/...", "engine", "kernels/..."}},
	{"cmd/sluice", []string{"..."}},
	{"sim", nil}, // a process and its options; tests drive it
	{"hdl/regs", nil},
	{"hdl/regs/gen", []string{"hdl/regs"}},
	{"hdl/approx", nil},
	{"hdl/doc", nil}, // tests of its pages
	{"hdl/doc/wavedrom", nil},
	{"hdl/approx/measure", []string{"hdl/approx"}},
	{"hdl/tb/vectors", []string{"kernels/...", "hdl/approx"}}, // expected outputs of the unit benches are those of Kernel.Ref
	{"internal/gen", []string{"kernels/..."}},
	{"internal/vectors", nil},
}

type row struct {
	pkg string
	may []string
}

// onlyTests are packages that nothing outside tests may import, save the packages named.
var onlyTests = map[string][]string{
	"testing":                                    {"driver/drivertest", "engine/backendtest", "internal/vectors", "kernels/internal/lanes/lanestest", "node/platform/platformtest"},
	module + "/driver/drivertest":                nil,
	module + "/driver/fake":                      {"driver/drivertest"},
	module + "/driver/vfiousertest":              nil,
	module + "/engine/backendtest":               nil,
	module + "/internal/vectors":                 {"engine/backendtest"},
	module + "/kernels/ecctest":                  {"engine/backendtest"},
	module + "/kernels/internal/lanes/lanestest": nil,
	module + "/kernels/sample":                   {"bench/...", "driver/drivertest", "engine/backendtest"},
	module + "/node/platform/platformtest":       nil,
}

// onlyIn says which packages may import a module, or a package of the standard library, directly.
var onlyIn = []struct {
	path string // itself and all below it
	in   []string
	why  string
}{
	{"C", nil, "no cgo"},
	{"syscall", nil, "golang.org/x/sys/unix instead"},
	{"github.com/ebitengine/purego", []string{"engine/gpu/..."}, "it loads CUDA and OpenCL, nothing else"},
	{"golang.org/x/sys", []string{"driver/...", "engine/chip/...", "engine/gpu/...", "sim/...", "cmd/sluice"}, "the rest is portable"},
	{"github.com/spf13/cobra", []string{"cmd/sluice"}, "only the command binds flags"},
	{"github.com/vbauerster/mpb", []string{"cmd/sluice"}, "only the command draws"},
	{"golang.org/x/term", []string{"cmd/sluice"}, "only the command draws"},
	{"github.com/btcsuite", []string{"node/platform/bitcoin/...", "node/platform/capture/..."}, "a chain library"},
	{"github.com/ethereum/go-ethereum", []string{"node/platform/ethereum/..."}, "a chain library, LGPL"},
	{"github.com/cometbft", []string{"node/platform/cosmos/..."}, "a chain library"},
	{"github.com/google/gopacket", []string{"node/platform/capture/...", "driver/..."}, "captures and bus traces"},
	{"github.com/libp2p", []string{"node/..."}, "only nodes have peers"},
	{"github.com/cockroachdb/pebble", []string{"node/..."}, "only nodes have a store"},
}

// neverUnder are modules that engine and kernels must not need even indirectly: a node embeds them cheaply.
var neverUnder = []string{
	"github.com/spf13/cobra", "github.com/vbauerster/mpb", "github.com/libp2p", "github.com/btcsuite",
	"github.com/ethereum/go-ethereum", "github.com/cometbft", "github.com/cosmos", "github.com/google/gopacket",
	"github.com/cockroachdb",
}

// pkg is what `go list -json` tells of a package.
type pkg struct {
	ImportPath string
	Imports    []string // direct, without those of tests
	Deps       []string // all, transitively
	Error      *struct{ Err string }
}

// match tells whether the package name (relative to the module) fits the pattern.
func match(pattern, name string) bool {
	if pattern == "..." {
		return true
	}
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return under(name, base)
	}
	if base, ok := strings.CutSuffix(pattern, "/*"); ok {
		rest, below := strings.CutPrefix(name, base+"/")
		return below && !strings.Contains(rest, "/")
	}
	return name == pattern
}

func under(path, base string) bool { return path == base || strings.HasPrefix(path, base+"/") }

func anyMatch(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return match(p, name) })
}

// violations lists what breaks the rules above, one sentence each.
func violations(pkgs []pkg) (bad []string) {
	for _, p := range pkgs {
		name := strings.TrimPrefix(p.ImportPath, module+"/")
		rule := slices.IndexFunc(mayImport, func(r row) bool { return match(r.pkg, name) })
		if rule < 0 {
			bad = append(bad, fmt.Sprintf("%s has no row in the import table", name))
			continue
		}
		for _, imp := range p.Imports {
			if in, ok := onlyTests[imp]; ok && !anyMatch(in, name) {
				bad = append(bad, fmt.Sprintf("%s imports %s, which is for tests", name, imp))
				continue
			}
			if own, ok := strings.CutPrefix(imp, module+"/"); ok && !anyMatch(mayImport[rule].may, own) {
				bad = append(bad, fmt.Sprintf("%s imports %s", name, own))
			}
			for _, o := range onlyIn {
				if under(imp, o.path) && !anyMatch(o.in, name) {
					bad = append(bad, fmt.Sprintf("%s imports %s: %s", name, imp, o.why))
				}
			}
		}
		if !under(name, "engine") && !under(name, "kernels") {
			continue
		}
		for _, dep := range p.Deps {
			for _, n := range neverUnder {
				if under(dep, n) {
					bad = append(bad, fmt.Sprintf("%s needs %s, directly or not", name, dep))
				}
			}
		}
	}
	return bad
}

// TestImports holds the whole module against the tables, in every build that has files of its own.
func TestImports(t *testing.T) {
	touchTree(t)
	for _, build := range []struct{ name, env, tags string }{
		{"default", "", ""},
		{"purego", "", "purego"},
		{"arm64", "GOARCH=arm64", ""},
	} {
		t.Run(build.name, func(t *testing.T) {
			t.Parallel()
			pkgs := list(t, build.env, build.tags)
			if len(pkgs) < 10 {
				t.Fatalf("go list found only %d packages", len(pkgs))
			}
			for _, v := range violations(pkgs) {
				t.Error(v)
			}
			t.Logf("%d packages keep the import table", len(pkgs))
		})
	}
}

// touchTree opens every folder of the module, so that go test knows that its cached result depends on them: what
// go list reads it does not see.
func touchTree(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() && path != "." && (path[0] == '.' || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func list(t *testing.T, env, tags string) (pkgs []pkg) {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-tags="+tags, "-json=ImportPath,Imports,Deps,Error", "./...")
	if env != "" {
		cmd.Env = append(os.Environ(), env)
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.Bytes())
	}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		switch {
		case p.ImportPath == module: // only tests: this file
		case p.Error != nil:
			t.Errorf("%s: %s", p.ImportPath, p.Error.Err)
		default:
			pkgs = append(pkgs, p)
		}
	}
}

// TestImportsCatches plants violations: each must be found, and allowed imports must not be.
func TestImportsCatches(t *testing.T) {
	for _, c := range []struct {
		from, imports string
		deps          string
		want          string // part of the sentence; "" for none
	}{
		{from: "kernels", imports: module + "/kernels/sha256", want: "kernels imports kernels/sha256"},
		{from: "kernels/sha256", imports: module + "/kernels"},
		{from: "kernels/sha256", imports: module + "/kernels/internal/digest"},
		{from: "kernels/sha256", imports: module + "/kernels/sha512", want: "kernels/sha256 imports kernels/sha512"},
		{from: "kernels/sha256", imports: module + "/engine", want: "kernels/sha256 imports engine"},
		{from: "kernels/all", imports: module + "/kernels/sha256"},
		{from: "kernels/all", imports: module + "/kernels/internal/digest", want: "imports kernels/internal/digest"},
		{from: "engine/backend", imports: module + "/kernels"},
		{from: "engine/backend", imports: module + "/kernels/all", want: "engine/backend imports kernels/all"},
		{from: "engine/cpu", imports: module + "/engine", want: "engine/cpu imports engine"},
		{from: "engine/cpu", imports: module + "/engine/gpu", want: "engine/cpu imports engine/gpu"},
		{from: "engine/chip", imports: module + "/driver/vfio"},
		{from: "engine/chip", imports: module + "/kernels/all", want: "engine/chip imports kernels/all"},
		{from: "engine", imports: module + "/node", want: "engine imports node"},
		{from: "engine", imports: module + "/engine/backendtest", want: "which is for tests"},
		{from: "engine", imports: "testing", want: "which is for tests"},
		{from: "engine", imports: "github.com/spf13/cobra", want: "engine imports github.com/spf13/cobra"},
		{from: "engine", imports: "fmt", deps: "github.com/libp2p/go-libp2p/core", want: "engine needs github.com/libp2p"},
		{from: "kernels/secp256k1", imports: "fmt", deps: "github.com/btcsuite/btcd/btcec/v2", want: "needs github.com/btcsuite/btcd/btcec/v2"},
		{from: "kernels/secp256k1", imports: "github.com/decred/dcrd/dcrec/secp256k1/v4"},
		{from: "driver/vfio", imports: module + "/kernels", want: "driver/vfio imports kernels"},
		{from: "driver/vfio", imports: "golang.org/x/sys/unix"},
		{from: "driver/vfio", imports: "C", want: "no cgo"},
		{from: "driver/vfio", imports: "syscall", want: "golang.org/x/sys/unix instead"},
		{from: "node/platform/bitcoin", imports: module + "/engine/cpu", want: "imports engine/cpu"},
		{from: "node/platform/bitcoin", imports: "github.com/btcsuite/btcd/wire/v2"},
		{from: "node/platform/solana", imports: "github.com/btcsuite/btcd/wire/v2", want: "a chain library"},
		{from: "node/platform/cosmos", imports: module + "/internal/vectors", want: "which is for tests"},
		{from: "node/platform/cosmos", imports: module + "/cmd/sluice", want: "imports cmd/sluice"},
		{from: "engine/cpu", imports: "github.com/ebitengine/purego", want: "loads CUDA"},
		{from: "engine/gpu/cuda", imports: "github.com/ebitengine/purego"},
		{from: "cmd/sluice", imports: module + "/node/platform/all"},
		{from: "cmd/sluice", imports: "github.com/btcsuite/btcd/wire/v2", want: "a chain library"},
		{from: "cmd/other", imports: "fmt", want: "has no row"},
		{from: "kernelsx", imports: "fmt", want: "has no row"},
	} {
		p := pkg{ImportPath: module + "/" + c.from, Imports: []string{c.imports}, Deps: []string{c.imports}}
		if c.deps != "" {
			p.Deps = append(p.Deps, c.deps)
		}
		got := strings.Join(violations([]pkg{p}), "; ")
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s imports %s (needs %q): found %q, want %q", c.from, c.imports, c.deps, got, c.want)
		}
	}
}
