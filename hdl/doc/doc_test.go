// Package doc_test holds the pages of hdl/doc against the repository: links lead somewhere, tests that are named exist.
package doc_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const root = "../.."

func pages(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*.md")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d pages, %v", len(files), err)
	}
	text := map[string]string{}
	for _, f := range files {
		p, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		text[f] = string(p)
	}
	return text
}

// TestTestPoints finds every test that testpoints.md names, in the file that it names.
func TestTestPoints(t *testing.T) {
	points := 0
	for _, line := range strings.Split(pages(t)["testpoints.md"], "\n") {
		cells := strings.Split(line, " | ")
		if len(cells) != 2 || cells[0] == "| point" {
			continue
		}
		file, name, ok := strings.Cut(strings.TrimSuffix(cells[1], " |"), ": ")
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
		if !ok || err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if !strings.Contains(string(text), name) {
			t.Errorf("%s has no %q", file, name)
		}
		points++
	}
	if points < 40 {
		t.Errorf("only %d test points were read", points)
	}
}

var (
	link   = regexp.MustCompile(`\]\(([^)#]+)`)
	source = regexp.MustCompile("`((?:hdl|rtl|tb|timing|synth|kernels|sim|driver|engine)/[a-z0-9_./-]+)`")
	target = regexp.MustCompile("`make (-C hdl )?([a-z][a-z0-9-]*)")
)

// TestLinks follows relative links, paths in backquotes (from the root or from hdl), and make targets.
func TestLinks(t *testing.T) {
	top, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	hdl, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range pages(t) {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if !strings.Contains(m[1], "://") {
				exists(t, name, m[1], filepath.FromSlash(m[1]))
			}
		}
		for _, m := range source.FindAllStringSubmatch(text, -1) {
			if strings.ContainsAny(m[1], "NAME") {
				continue
			}
			path := filepath.FromSlash(m[1])
			exists(t, name, m[1], filepath.Join(root, path), filepath.Join("..", path), path)
		}
		for _, m := range target.FindAllStringSubmatch(text, -1) {
			makefile := string(top)
			if m[1] != "" {
				makefile = string(hdl)
				if strings.HasPrefix(m[2], "test-") { // by patterns
					m[2] = "test"
				}
			}
			if !regexp.MustCompile(`(?m)^` + m[2] + `:`).MatchString(makefile) {
				t.Errorf("%s: no target of `make %s%s`", name, m[1], m[2])
			}
		}
	}
}

func exists(t *testing.T, page, what string, paths ...string) {
	t.Helper()
	for _, p := range paths {
		if _, err := os.Stat(p); err == nil {
			return
		}
	}
	t.Errorf("%s: %s is not there", page, what)
}
