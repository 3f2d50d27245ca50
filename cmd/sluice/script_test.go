package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sluice-engine/sluice/internal/vectors"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"sluice": main})
}

// TestScripts runs the scripts that need nothing but themselves.
func TestScripts(t *testing.T) {
	runScripts(t, "testdata/script", nil)
}

// TestVectorScripts runs the scripts over the vectors of the shared folder, $VECTORS.
func TestVectorScripts(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the packages of node/platform read the same files")
	}
	runScripts(t, "testdata/vectors", map[string]string{"VECTORS": vectors.Dir(t)})
}

// TestModuleScripts runs the scripts over the test data of modules: $BTCD and $GETH are their folders.
func TestModuleScripts(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the packages of node/platform read the same files")
	}
	runScripts(t, "testdata/modules", map[string]string{
		"BTCD": moduleDir(t, btcd, btcdFile),
		"GETH": moduleDir(t, "github.com/ethereum/go-ethereum", "beacon/types/testdata/block_deneb.json"),
	})
}

// btcdFile is test data of btcd, beside other such.
const btcd, btcdFile = "github.com/btcsuite/btcd", "blockchain/testdata/277647.dat.bz2"

// moduleDir is the folder of a module that has the file.
func moduleDir(t *testing.T, module, file string) string {
	t.Helper()
	return strings.TrimSuffix(vectors.Module(t, module, file), filepath.FromSlash(file))
}

func runScripts(t *testing.T, dir string, env map[string]string) {
	t.Helper()
	runScriptsWith(t, dir, env, func(*testscript.Env) error { return nil })
}

// runScriptsWith calls setup before each script.
func runScriptsWith(t *testing.T, dir string, env map[string]string, setup func(e *testscript.Env) error) {
	t.Helper()
	testscript.Run(t, testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			for k, v := range env {
				e.Setenv(k, v)
			}
			return setup(e)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": cmdStatus,
			"json":   cmdJSON,
			"flip":   cmdFlip,
			"flipin": cmdFlipIn,
			"await":  cmdAwait,
			"cut":    cmdCut,
			"unpack": func(ts *testscript.TestScript, neg bool, args []string) {
				if neg || len(args) != 2 {
					ts.Fatalf("usage: unpack PACKED FILE")
				}
				ts.Check(os.WriteFile(ts.MkAbs(args[1]), vectors.Unpack(t, ts.MkAbs(args[0])), 0o644))
			},
		},
	})
}

// cmdStatus runs a program and wants its exit status: status N PROGRAM ARG…
func cmdStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N PROGRAM ARG...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := err.(interface{ ExitCode() int })
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// cmdJSON compares a value in the last output, which is one JSON object a line: json LINE KEY… WANT. Lines count
// from 1; the keys lead to the value through objects and arrays; WANT is JSON.
func cmdJSON(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: json LINE KEY... WANT")
	}
	lines := strings.Split(strings.TrimSpace(ts.ReadFile("stdout")), "\n")
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	if n < 1 || n > len(lines) {
		ts.Fatalf("line %d of %d", n, len(lines))
	}
	var v any
	ts.Check(json.Unmarshal([]byte(lines[n-1]), &v))
	for _, key := range args[1 : len(args)-1] {
		switch x := v.(type) {
		case map[string]any:
			var ok bool
			if v, ok = x[key]; !ok {
				v = nil
			}
		case []any:
			i, err := strconv.Atoi(key)
			ts.Check(err)
			if i >= len(x) {
				ts.Fatalf("element %d of %d", i, len(x))
			}
			v = x[i]
		default:
			ts.Fatalf("%q in %v", key, x)
		}
	}
	var want any
	ts.Check(json.Unmarshal([]byte(args[len(args)-1]), &want))
	a, err := json.Marshal(v)
	ts.Check(err)
	b, err := json.Marshal(want)
	ts.Check(err)
	if bytes.Equal(a, b) == neg {
		ts.Fatalf("%s is %s, want %s (not: %v)", strings.Join(args[1:len(args)-1], "."), a, b, neg)
	}
}

// cmdFlip changes one bit of a file: flip FILE OFFSET.
func cmdFlip(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: flip FILE OFFSET")
	}
	path := ts.MkAbs(args[0])
	data, err := os.ReadFile(path)
	ts.Check(err)
	at, err := strconv.Atoi(args[1])
	ts.Check(err)
	data[at] ^= 1
	ts.Check(os.WriteFile(path, data, 0o644))
}

// cmdAwait waits until a file or socket is there, or with ! until it is not: await FILE.
func cmdAwait(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: await FILE")
	}
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(ts.MkAbs(args[0])); (err == nil) != neg {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("waited 30 s in vain for %s", args[0])
		}
	}
}

// cmdFlipIn changes one bit of a value that is written as text: flipin FILE N REGEXP. The value is what the group of the
// match N (from 0) holds, hexadecimal or else base64; the bit is the lowest of its middle byte.
func cmdFlipIn(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: flipin FILE N REGEXP")
	}
	path := ts.MkAbs(args[0])
	data, err := os.ReadFile(path)
	ts.Check(err)
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	matches := regexp.MustCompile(args[2]).FindAllSubmatchIndex(data, -1)
	if n >= len(matches) {
		ts.Fatalf("%d matches", len(matches))
	}
	at := data[matches[n][2]:matches[n][3]]
	value, err := hex.DecodeString(string(at))
	encode := hex.EncodeToString
	if err != nil {
		value, err = base64.StdEncoding.DecodeString(string(at))
		ts.Check(err)
		encode = base64.StdEncoding.EncodeToString
	}
	value[len(value)/2] ^= 1
	copy(at, encode(value))
	ts.Check(os.WriteFile(path, data, 0o644))
}

// cmdCut shortens a file: cut FILE BYTES.
func cmdCut(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: cut FILE BYTES")
	}
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if n >= info.Size() {
		ts.Fatalf("%s has %d bytes", args[0], info.Size())
	}
	ts.Check(os.Truncate(ts.MkAbs(args[0]), n))
}
