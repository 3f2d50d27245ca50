package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// A diagram is a picture in the words of WaveDrom.
type diagram struct {
	Signal []json.RawMessage `json:"signal"`
	Edge   []string          `json:"edge"` // "a->b label" or "a<->b label" between nodes
	Head   text              `json:"head"`
	Foot   text              `json:"foot"`
	Config struct {
		Hscale int `json:"hscale"` // width of a cycle, 1 (40 pixels) and up
	} `json:"config"`

	// Beside WaveDrom: what a bench needs to replay the diagram. WaveDrom does not look at these.
	Module     string            `json:"module"`     // of hdl/rtl; empty: an illustration that no bench replays
	Parameters map[string]string `json:"parameters"` // of the module
	Values     map[string]string `json:"values"`     // what labels stand for, in hexadecimal
	Repeat     map[int]int       `json:"repeat"`     // how many cycles a cycle with | stands for

	lanes  []lane
	groups []group
	edges  []edge
	cycles int
}

type text struct {
	Text string `json:"text"`
}

// A lane is one signal: a letter of wave for each cycle. One without a name and a wave is a gap.
type lane struct {
	Name string `json:"name"`
	Wave string `json:"wave"`
	Data list   `json:"data"` // labels of the boxes, in order
	Node string `json:"node"` // names of points, a letter for each cycle or a dot
}

// A group is lanes from to to-1 under one name.
type group struct {
	name     string
	from, to int
}

type edge struct {
	from, to byte
	both     bool // arrows at both ends
	label    string
}

// list is an array of strings, or a string of words.
type list []string

func (l *list) UnmarshalJSON(p []byte) error {
	var s string
	if json.Unmarshal(p, &s) == nil {
		*l = strings.Fields(s)
		return nil
	}
	return json.Unmarshal(p, (*[]string)(l))
}

// letters that a wave may have: clock, levels, unknown, open, boxes, the same again, a break in time.
const letters = "pPnN01hlxz=23456789.|"

var edgeForm = regexp.MustCompile(`^([A-Za-z])(<?)->([A-Za-z])(?: (.+))?$`)

// strict decodes one value and refuses fields that it does not know.
func strict(p []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(p))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("something follows the end")
	}
	return nil
}

func parse(p []byte) (*diagram, error) {
	d := new(diagram)
	d.Config.Hscale = 1
	if err := strict(p, d); err != nil {
		return nil, err
	}
	if d.Config.Hscale < 1 || d.Config.Hscale > 8 {
		return nil, fmt.Errorf("hscale %d is not 1 to 8", d.Config.Hscale)
	}
	for _, s := range d.Signal {
		if err := d.add(s); err != nil {
			return nil, err
		}
	}
	nodes := ""
	for _, l := range d.lanes {
		if err := l.check(); err != nil {
			return nil, fmt.Errorf("signal %q: %w", l.Name, err)
		}
		d.cycles = max(d.cycles, len(l.Wave))
		nodes += l.Node
	}
	if d.cycles == 0 {
		return nil, fmt.Errorf("no waves")
	}
	for _, s := range d.Edge {
		m := edgeForm.FindStringSubmatch(s)
		if m == nil {
			return nil, fmt.Errorf("edge %q is not a->b or a<->b and a label", s)
		}
		if strings.Count(nodes, m[1]) != 1 || strings.Count(nodes, m[3]) != 1 {
			return nil, fmt.Errorf("edge %q: its ends are not one node each", s)
		}
		d.edges = append(d.edges, edge{m[1][0], m[3][0], m[2] != "", m[4]})
	}
	return d, nil
}

// add takes a signal, or a group: an array of a name and signals.
func (d *diagram) add(p json.RawMessage) error {
	if p[0] != '[' {
		var l lane
		if err := strict(p, &l); err != nil {
			return err
		}
		d.lanes = append(d.lanes, l)
		return nil
	}
	var parts []json.RawMessage
	if err := json.Unmarshal(p, &parts); err != nil {
		return err
	}
	g := group{from: len(d.lanes)}
	if len(parts) < 2 || json.Unmarshal(parts[0], &g.name) != nil {
		return fmt.Errorf("a group is a name and signals: %.40s", p)
	}
	for _, s := range parts[1:] {
		if s[0] == '[' {
			return fmt.Errorf("group %q: groups in groups are not drawn", g.name)
		}
		if err := d.add(s); err != nil {
			return err
		}
	}
	g.to = len(d.lanes)
	d.groups = append(d.groups, g)
	return nil
}

func (l *lane) check() error {
	boxes := 0
	for i, c := range l.Wave {
		if !strings.ContainsRune(letters, c) {
			return fmt.Errorf("wave: %q is not one of %s", c, letters)
		}
		if i == 0 && (c == '.' || c == '|') {
			return fmt.Errorf("wave begins with %q", c)
		}
		if c == '=' || '2' <= c && c <= '9' {
			boxes++
		}
	}
	if len(l.Data) > boxes {
		return fmt.Errorf("%d labels for %d boxes", len(l.Data), boxes)
	}
	if len(l.Node) > len(l.Wave) {
		return fmt.Errorf("more nodes than cycles")
	}
	return nil
}
