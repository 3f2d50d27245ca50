package main

import (
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A table is lines of cells under a heading. Columns are as wide as their widest cell; those named in left are
// flushed left, the others, numbers, right.
type table struct {
	heading []string
	left    []bool
	lines   []line
}

type line struct {
	cells []string // fewer than the heading: the rest is empty
	style style
}

// style is how a line looks on a terminal that has colours.
type style string

const (
	plain  style = ""
	bold   style = "\x1b[1m"
	green  style = "\x1b[32m"
	red    style = "\x1b[1;31m"
	yellow style = "\x1b[33m"

	reset = "\x1b[0m"
)

func (t *table) add(s style, cells ...string) {
	t.lines = append(t.lines, line{cells, s})
}

// write prints the table to w, in colour if asked, each column two spaces from the next.
func (t *table) write(w io.Writer, colour bool) error {
	all := append([]line{{t.heading, bold}}, t.lines...)
	width := make([]int, len(t.heading))
	for _, l := range all {
		for i, c := range l.cells {
			width[i] = max(width[i], utf8.RuneCountInString(c))
		}
	}
	var out strings.Builder
	for _, l := range all {
		var text strings.Builder
		for i, c := range l.cells {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(c))
			if t.left[i] {
				text.WriteString(c + pad)
			} else {
				text.WriteString(pad + c)
			}
			text.WriteString("  ")
		}
		out.WriteString(paint(strings.TrimRight(text.String(), " "), l.style, colour) + "\n")
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// paint gives the text its style.
func paint(text string, s style, colour bool) string {
	if !colour || s == plain || text == "" {
		return text
	}
	return string(s) + text + reset
}

// grouped writes a number with a comma before every three digits.
func grouped(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return sign + b.String()
}

// oneLine is an error as text that is safe for a terminal.
func oneLine(err error) string { return printable(strings.ReplaceAll(err.Error(), "\n", "; ")) }

// printable makes text from a file or its name safe for a terminal: control characters become "?".
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
}
