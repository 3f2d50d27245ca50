//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"
)

// chipArea is one run of `sluice chip area`.
type chipArea struct {
	modules []string
	last    bool
	build   string
	json    bool
}

func newChipArea() *cobra.Command {
	var c chipArea
	cmd := &cobra.Command{
		Use:   "area [flags] [MODULE[,PARAMETER=VALUE...]...]",
		Short: "Tell what each module costs on an FPGA",
		Long: `Area has Yosys synthesise modules of hdl/rtl for UltraScale+ (synth_xilinx -family xcup) and shows what they take: look-up
tables, flip-flops, carry chains, DSP blocks, block RAMs, and gate equivalents of the logic alone ("-" where they are not
measured: make area leaves them out for modules with large RAMs). Without names it takes all modules, which takes minutes;
what has not changed is not measured again. --last shows what the last run found.

It works on the sources that this command lies in, or else the current folder lies in (as make area does).`,
		Example: `  sluice chip area fifo keccak256_unit
  sluice chip area pow_unit pow_unit,ROUNDS=4
  sluice chip area --last --json | jq '.[] | {module, lut}'`,
		RunE: func(cmd *cobra.Command, modules []string) error {
			c.modules = modules
			if c.last && len(modules) > 0 {
				return usageError(cmd, errors.New("--last shows all of the last run"))
			}
			return c.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	f.BoolVar(&c.last, "last", false, "show what the last run found")
	f.StringVar(&c.build, "build", "", "`FOLDER` for area.json and what Yosys leaves (default build/hdl of the sources)")
	f.BoolVar(&c.json, "json", false, "print one JSON array")
	return cmd
}

func (c *chipArea) run(ctx context.Context, stdout, stderr io.Writer) error {
	root, err := sources()
	if err != nil {
		return err
	}
	if c.build == "" {
		c.build = filepath.Join(root, "build", "hdl")
	}
	if c.build, err = filepath.Abs(c.build); err != nil {
		return err
	}
	if !c.last && !buildPath.MatchString(c.build) {
		return fmt.Errorf("make cannot build in %q: --build names a folder whose path has letters, digits and / . _ + - only", c.build)
	}
	if !c.last {
		if err := c.synthesise(ctx, root, stderr); err != nil {
			return err
		}
	}
	areas, err := readAreas(filepath.Join(c.build, "area.json"))
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%w: run sluice chip area without --last", err)
	} else if err != nil {
		return err
	}
	if c.json {
		return writeJSON(stdout, areas)
	}
	return writeAreas(stdout, areas)
}

// area is what a module takes.
type area struct {
	Module     string `json:"module"` // with its parameters
	Top        string `json:"top"`
	Parameters string `json:"parameters"`
	LUT        int64  `json:"lut"`
	FF         int64  `json:"ff"`
	Carry      int64  `json:"carry"`
	DSP        int64  `json:"dsp"`
	BRAM       int64  `json:"bram"`
	GE         *int64 `json:"ge"` // gate equivalents of the logic; nil where they were not measured
}

// sources is the working tree above the executable or the current folder.
func sources() (string, error) {
	var from []string
	if exe, err := os.Executable(); err == nil {
		from = append(from, filepath.Dir(exe))
	}
	if dir, err := os.Getwd(); err == nil {
		from = append(from, dir)
	}
	for _, dir := range from {
		for up := dir; ; up = filepath.Dir(up) {
			if _, err := os.Stat(filepath.Join(up, "hdl", "synth", "area.sh")); err == nil {
				return up, nil
			}
			if up == filepath.Dir(up) {
				break
			}
		}
	}
	return "", fmt.Errorf("the sources of the chip are not above %v: run this in a clone of the repository", from)
}

// specOf makes of MODULE,PARAMETER=VALUE… what make area wants: NAME MODULE PARAMETER=VALUE…
func specOf(root, module string) (string, error) {
	if !moduleSpec.MatchString(module) {
		return "", fmt.Errorf("%q is not MODULE or MODULE,PARAMETER=VALUE", module)
	}
	words := strings.Split(module, ",")
	if _, err := os.Stat(filepath.Join(root, "hdl", "rtl", words[0]+".sv")); err != nil {
		return "", fmt.Errorf("hdl/rtl has no module %s", words[0])
	}
	return strings.Join(append([]string{strings.Join(words, "-")}, words...), " "), nil
}

var buildPath = regexp.MustCompile(`^[A-Za-z0-9/._+-]+$`)

var moduleSpec = regexp.MustCompile(`^[a-z][a-z0-9_]*(,[A-Z][A-Z0-9_]*=[0-9]+)*$`)

// synthesise runs make area; what it says goes to w.
func (c *chipArea) synthesise(ctx context.Context, root string, w io.Writer) error {
	args := []string{"--no-print-directory", "-C", filepath.Join(root, "hdl"), "B=" + c.build, "area"}
	if len(c.modules) > 0 {
		var specs []string
		for _, m := range c.modules {
			s, err := specOf(root, m)
			if err != nil {
				return err
			}
			specs = append(specs, `"`+s+`"`)
		}
		args = append(args, "MODULES="+strings.Join(specs, " "))
	}
	for _, tool := range []string{"make", "yosys"} {
		if _, err := exec.LookPath(tool); err != nil {
			return fmt.Errorf("%w: %s installs it (Debian, as root)", err, filepath.Join(root, "scripts", "setup-hdl.sh"))
		}
	}
	cmd := exec.CommandContext(ctx, "make", args...)
	cmd.Stdout, cmd.Stderr = w, w
	cmd.SysProcAttr = &unix.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return unix.Kill(-cmd.Process.Pid, unix.SIGTERM) } // Yosys, too
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("make area: %w", err)
	}
	return nil
}

func readAreas(path string) (areas []area, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &areas); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return areas, nil
}

func writeAreas(w io.Writer, areas []area) error {
	t := table{heading: []string{"MODULE", "LUT", "FF", "CARRY", "DSP", "BRAM", "GATES"}, left: []bool{true, false, false, false, false, false, false}}
	for _, a := range areas {
		gates := "-"
		if a.GE != nil {
			gates = grouped(*a.GE)
		}
		t.add(plain, printable(a.Module), grouped(a.LUT), grouped(a.FF), grouped(a.Carry), grouped(a.DSP), grouped(a.BRAM), gates)
	}
	return t.write(w, wantsColour(w))
}
