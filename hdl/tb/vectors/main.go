// Command vectors writes the jobs of a unit bench: one line for each, "op message verdict output", bytes in
// hexadecimal, "-" for none. Expected outputs come from Kernel.Ref, so that RTL and kernels agree, and from the
// standards, so that both are right. Those of unit chip are jobs of all kernels, see writeChip.
//
// usage: vectors -unit NAME [-approx BITS] [-headers DIR] -seed N -o FILE
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"

	"github.com/sluice-engine/sluice/hdl/approx"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/blake2b"
	"github.com/sluice-engine/sluice/kernels/keccak256"
	"github.com/sluice-engine/sluice/kernels/sha256"
	"github.com/sluice-engine/sluice/kernels/sha512"
	"github.com/sluice-engine/sluice/kernels/sm3"
)

// job is one line.
type job struct {
	op      int
	message []byte
	verdict kernels.Verdict
	out     []byte
}

// a mode is a kernel that a unit runs, and the op of unit_pkg that selects it.
type mode struct {
	op     int
	kernel *kernels.Kernel
	append func(b *kernels.Batch, message []byte) error
}

var units = map[string][]mode{
	"sha256":    {{0, sha256.Kernel, sha256.Append}, {1, sha256.Double, sha256.Append}},
	"sha512":    {{0, sha512.Kernel, sha512.Append}},
	"keccak256": {{0, keccak256.Kernel, keccak256.Append}},
	"sm3":       {{0, sm3.Kernel, sm3.Append}},
	"blake2b":   {{0, blake2b.Kernel, blake2b.Append}},
}

var errUsage = errors.New("usage: vectors -unit sha256|sha512|keccak256|sm3|blake2b|pow|chip [-approx BITS] [-headers DIR] -seed N -o FILE")

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "vectors:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	set := flag.NewFlagSet("vectors", flag.ContinueOnError)
	unit := set.String("unit", "", "unit")
	seed := set.Uint64("seed", 1, "seed of the random jobs")
	bits := set.Int("approx", 0, "how far carries look back in the adders of pow, 1 to 32; 0: exact")
	dir := set.String("headers", "", "folder of vectors with real headers for pow")
	path := set.String("o", "", "file to write")
	if err := set.Parse(args); err != nil {
		return err
	}
	if (units[*unit] == nil && *unit != "pow" && *unit != "chip") || *path == "" || *bits < 0 || *bits > 32 {
		return errUsage
	}
	r := rand.New(rand.NewPCG(*seed, 0))
	if *unit == "chip" {
		return writeChip(*path, r)
	}
	var jobs []job
	var err error
	switch {
	case *unit != "pow":
		jobs, err = messageJobs(*unit, r)
	case *bits == 0:
		jobs, err = powJobs(r, *dir)
	default:
		jobs = approxJobs(r, approx.Adder(*bits))
	}
	if err != nil {
		return err
	}
	return write(*path, jobs)
}

// messageJobs are the jobs of a unit whose kernels take a message and no row.
func messageJobs(unit string, r *rand.Rand) ([]job, error) {
	jobs, err := published(unit)
	if err != nil {
		return nil, err
	}
	messages := messages(r)
	for i, m := range units[unit] {
		decided, err := decide(m, messages)
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, decided...)
		if i > 0 { // ops must also alternate
			r.Shuffle(len(jobs), func(i, j int) { jobs[i], jobs[j] = jobs[j], jobs[i] })
		}
	}
	return jobs, nil
}

// messages are all lengths from 0 to 300, which cross every boundary of every padding, and some long ones.
func messages(r *rand.Rand) [][]byte {
	var lengths []int
	for n := range 301 {
		lengths = append(lengths, n)
	}
	for range 20 {
		lengths = append(lengths, 301+r.IntN(4000))
	}
	out := make([][]byte, len(lengths))
	for i, n := range lengths {
		out[i] = make([]byte, n)
		for j := range out[i] {
			out[i][j] = byte(r.Uint32())
		}
	}
	return out
}

// decide runs the reference over the messages.
func decide(m mode, messages [][]byte) ([]job, error) {
	total := 0
	for _, p := range messages {
		total += len(p)
	}
	b := kernels.New(m.kernel, 0, len(messages), total)
	for _, p := range messages {
		if err := m.append(b, p); err != nil {
			return nil, err
		}
	}
	m.kernel.Ref(b, 0, b.Len())
	jobs := make([]job, b.Len())
	for i := range jobs {
		jobs[i] = job{op: m.op, message: messages[i], verdict: b.Verdict(i), out: b.Out(i)}
	}
	return jobs, nil
}

// write writes a line for each job.
func write(path string, jobs []job) error {
	return create(path, func(w io.Writer) {
		for _, j := range jobs {
			valid := 0
			if j.verdict == kernels.Valid {
				valid = 1
			}
			fmt.Fprintf(w, "%d ", j.op)
			hexes(w, j.message)
			fmt.Fprintf(w, "%d %x\n", valid, j.out)
		}
	})
}
