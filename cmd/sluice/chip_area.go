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

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"
)

func newChipArea() *cobra.Command {
	var asJSON, last bool
	cmd := &cobra.Command{
		Use:   "area [flags]",
		Short: "Tell what each module costs on an FPGA",
		Long: `Area has Yosys synthesise each module for UltraScale+ (synth_xilinx -family xcup) and shows what it takes: look-up tables,
flip-flops, carry chains, DSP blocks, block RAMs. It works on the sources that this command lies in, or the current folder
(make area), and takes minutes; --last shows what the last run found.`,
		Example: `  sluice chip area
  sluice chip area --last --json | jq '.[] | {module, lut}'`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			root, err := sources()
			if err != nil {
				return err
			}
			if !last {
				if err := synthesise(cmd.Context(), root, cmd.ErrOrStderr()); err != nil {
					return err
				}
			}
			areas, err := readAreas(filepath.Join(root, "build", "hdl", "area.json"))
			if errors.Is(err, os.ErrNotExist) {
				return fmt.Errorf("%w: run sluice chip area without --last", err)
			} else if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(cmd.OutOrStdout(), areas)
			}
			return writeAreas(cmd.OutOrStdout(), areas)
		},
	}
	cmd.Flags().BoolVar(&last, "last", false, "show what the last run found")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON array")
	return cmd
}

// area is what a module takes.
type area struct {
	Module string `json:"module"`
	LUT    int64  `json:"lut"`
	FF     int64  `json:"ff"`
	Carry  int64  `json:"carry"`
	DSP    int64  `json:"dsp"`
	BRAM   int64  `json:"bram"`
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

// synthesise runs make area; what it says goes to w.
func synthesise(ctx context.Context, root string, w io.Writer) error {
	for _, tool := range []string{"make", "yosys"} {
		if _, err := exec.LookPath(tool); err != nil {
			return fmt.Errorf("%w: %s installs it (Debian, as root)", err, filepath.Join(root, "scripts", "setup-hdl.sh"))
		}
	}
	cmd := exec.CommandContext(ctx, "make", "--no-print-directory", "-C", filepath.Join(root, "hdl"), "area")
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
	t := table{heading: []string{"MODULE", "LUT", "FF", "CARRY", "DSP", "BRAM"}, left: []bool{true, false, false, false, false, false}}
	for _, a := range areas {
		t.add(plain, a.Module, grouped(a.LUT), grouped(a.FF), grouped(a.Carry), grouped(a.DSP), grouped(a.BRAM))
	}
	return t.write(w, wantsColour(w))
}
