package main

import (
	"fmt"
	"strings"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/all"
)

// kernelsPage is the table of the kernels: row widths in bytes, messages and rule sets.
func kernelsPage() string {
	var b strings.Builder
	b.WriteString(`# Kernels

A kernel is one algorithm with a fixed job layout. *In* and *out* are the bytes of a job's row and of its output;
a kernel that takes a message has it beside the row, in the arena of the batch. The first rule is the default; *plain*
is the rule set without flags. Package kernels describes the batch, the package of each kernel its row.

| kernel | id | in | message | out | rules |
|---|---|---:|---|---:|---|
`)
	for _, k := range all.Kernels {
		message := "no"
		if k.Message {
			message = "yes"
		}
		fmt.Fprintf(&b, "| `%s` | %#04x | %d | %s | %d | %s |\n", k.Name, uint16(k.ID), k.In, message, k.Out, rules(k))
	}
	return b.String()
}

func rules(k *kernels.Kernel) string {
	names := make([]string, len(k.Rules))
	for i, r := range k.Rules {
		if names[i] = r.String(); r == 0 {
			names[i] = "plain"
		}
	}
	return strings.Join(names, ", ")
}
