// Command measure tells what an approximate adder costs a search for proof of work, by Monte Carlo over the golden model,
// and beside it the area of a round, which hdl/synth/approx.sh measured. It writes approx.json and approx.md.
//
// usage: measure [-headers N] [-nonces N] [-zeros BITS] [-sums N] [-seed N] -area FILE -tool NAME -out DIR
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

// A result is what approx.json holds.
type result struct {
	Command string `json:"command"`
	Tool    string `json:"tool"` // that measured areas
	options
	Hits uint64 `json:"hits"` // of an exact search
	Rows []row  `json:"rows"`
}

// options are what the figures depend on.
type options struct {
	Headers int    `json:"headers"` // random ones
	Nonces  int    `json:"nonces"`  // of each
	Zeros   int    `json:"zeros"`   // a hit has so many leading zero bits
	Sums    int    `json:"sums"`    // random additions
	Seed    uint64 `json:"seed"`
}

// A row is an adder: how far carries look back, 0 for the adder that the tool makes.
type row struct {
	Bits      int    `json:"bits"`
	Sums      uint64 `json:"wrong_sums"`
	Hashes    uint64 `json:"wrong_hashes"`
	Missed    uint64 `json:"missed_hits"`
	False     uint64 `json:"false_hits"`
	Midstates uint64 `json:"wrong_midstates"` // if those were computed with the same adder
	Area      area   `json:"stage"`
}

// area is that of pow_stage, a round with its registers; Gates and Levels are of the logic alone.
type area struct {
	LUT         int `json:"lut"`
	Carry       int `json:"carry"`
	FF          int `json:"ff"`
	Transistors int `json:"transistors"`
	Levels      int `json:"levels"`
}

// adders are those measured, by how far they look back.
func adders() []int {
	all := []int{0}
	for k := 8; k <= 32; k++ {
		all = append(all, k)
	}
	return all
}

var errUsage = errors.New("usage: measure [-headers N] [-nonces N] [-zeros BITS] [-sums N] [-seed N] -area FILE -tool NAME -out DIR")

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	set := flag.NewFlagSet("measure", flag.ContinueOnError)
	var o options
	set.IntVar(&o.Headers, "headers", 8192, "random headers")
	set.IntVar(&o.Nonces, "nonces", 512, "nonces of each header")
	set.IntVar(&o.Zeros, "zeros", 8, "leading zero bits of a hit")
	set.IntVar(&o.Sums, "sums", 1<<26, "random additions")
	set.Uint64Var(&o.Seed, "seed", 1, "seed")
	areas := set.String("area", "", "file of areas")
	tool := set.String("tool", "", "what measured them")
	dir := set.String("out", "", "folder to write to")
	if err := set.Parse(args); err != nil {
		return err
	}
	if *areas == "" || *tool == "" || *dir == "" || o.Headers < 1 || o.Nonces < 1 || o.Sums < 1 || o.Zeros < 0 || o.Zeros > 32 {
		return errUsage
	}
	data, err := os.ReadFile(*areas)
	if err != nil {
		return err
	}
	var stages []struct {
		Bits int `json:"bits"`
		area
	}
	if err := json.Unmarshal(data, &stages); err != nil {
		return fmt.Errorf("%s: %w", *areas, err)
	}
	of := map[int]area{}
	for _, s := range stages {
		of[s.Bits] = s.area
	}
	for _, k := range adders() {
		if _, ok := of[k]; !ok {
			return fmt.Errorf("%s: no area of the adder that looks back %d bits", *areas, k)
		}
	}
	r := measure(o)
	r.Command, r.Tool = "make approx", *tool
	for i := range r.Rows {
		r.Rows[i].Area = of[r.Rows[i].Bits]
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(*dir, "approx.json"), append(text, '\n'), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(*dir, "approx.md"), table(r), 0o644)
}
