package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// listCommands is the hidden command by which cobra tells the shell what may follow, one name a line.
const listCommands = "__completeNoDesc"

// commandsPage is the help text of the command and of each command below it, as the binary prints them.
func commandsPage(sluice string) (string, error) {
	var b strings.Builder
	b.WriteString("# Commands\n\nThe help texts of `sluice`. [cli.md](cli.md) has the formats of its output.\n")
	err := describe(&b, sluice, nil)
	return b.String(), err
}

func describe(b *strings.Builder, sluice string, path []string) error {
	help, err := output(sluice, append(path, "--help")...)
	if err != nil {
		return err
	}
	fmt.Fprintf(b, "\n## %s\n\n```\n%s\n```\n", strings.Join(append([]string{"sluice"}, path...), " "), strings.TrimSpace(help))
	names, err := output(sluice, append([]string{listCommands}, append(path, "")...)...)
	if err != nil {
		return err
	}
	for name := range strings.Lines(names) {
		name = strings.TrimSpace(name)
		if name == "" || name[0] == ':' || name == "help" || name == "completion" {
			continue
		}
		if err := describe(b, sluice, append(path[:len(path):len(path)], name)); err != nil {
			return err
		}
	}
	return nil
}

func output(sluice string, args ...string) (string, error) {
	var stderr bytes.Buffer
	cmd := exec.Command(sluice, args...)
	cmd.Env = append(os.Environ(), "NO_COLOR=1", "COLUMNS=100")
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", sluice, strings.Join(args, " "), err, stderr.Bytes())
	}
	return string(out), nil
}
