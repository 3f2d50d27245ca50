package algorand

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/node/platform"
)

// uncovered are the places of the real block that nothing at hand vouches for: the account's signature of the batch
// key, and the sortition proof.
func uncovered(data []byte) []bool {
	places := make([]bool, len(data))
	for mark, size := range map[string]int{"\xa3p2s\xc4\x40": 64, "\xa2pf\xc4\x50": 80} {
		for at := 0; ; {
			i := bytes.Index(data[at:], []byte(mark))
			if i < 0 {
				break
			}
			at += i + len(mark)
			for j := range size {
				places[at+j] = true
			}
		}
	}
	return places
}

// TestMutants changes one byte of the real block at a time, with the accounts' dilutions at hand.
func TestMutants(t *testing.T) {
	data := vectors.Read(t, blockFile)
	accounts := sideFile(t)
	free := uncovered(data)
	e := newRunner()
	var broken, wrong, open int
	for at := 0; at < len(data); at += 11 {
		flip := []byte{1, 0x80, 0x10, 4, 0x20}[at/11%5]
		mutant := bytes.Clone(data)
		mutant[at] ^= flip
		r, err := e.verify(mutant, side(accounts))
		var parse *platform.ParseError
		switch {
		case errors.As(err, &parse):
			broken++
			if parse.Offset < 0 || parse.Offset > int64(len(mutant)) {
				t.Errorf("byte %d: offset %d", at, parse.Offset)
			}
		case err != nil:
			t.Fatal(err)
		case !r.Valid():
			wrong++
		case free[at]:
			open++
		default:
			t.Errorf("byte %d, %#x to %#x: still valid", at, data[at], mutant[at])
		}
	}
	t.Logf("%d mutants: %d cannot be parsed, %d are found false, %d are in what is not checkable", broken+wrong+open, broken, wrong, open)
}

// TestEverySignature flips a bit of each of the 41 signatures in turn and asks where it is found.
func TestEverySignature(t *testing.T) {
	data := vectors.Read(t, blockFile)
	accounts := sideFile(t)
	e := newRunner()
	for _, row := range rows(t, signaturesFile) {
		sig := unhex(t, row[3])
		at := bytes.Index(data, sig)
		if at < 0 {
			t.Fatalf("%s is not in the block", row[0])
		}
		mutant := bytes.Clone(data)
		mutant[at+33] ^= 4
		r, err := e.verify(mutant, side(accounts))
		if err != nil || r.Valid() || r.InvalidAt[len(r.InvalidAt)-1].Block != "24099447" {
			t.Fatalf("%s: %+v, %v", row[0], r, err)
		}
		found := false
		for _, l := range r.InvalidAt {
			found = found || row[0] == place(l)
		}
		if !found {
			t.Errorf("%s: located at %v", row[0], r.InvalidAt)
		}
	}
}

// place is the label that the rows give a location.
func place(l platform.Location) string {
	switch {
	case l.Transaction >= 0:
		return "txn" + strconv.Itoa(l.Transaction)
	case strings.Contains(l.Reason, "(s)"):
		return "vote" + strconv.Itoa(l.Input) + ".s"
	case strings.Contains(l.Reason, "(p1s)"):
		return "vote" + strconv.Itoa(l.Input) + ".p1s"
	}
	return l.Reason
}

// TestPrefixes cuts the real block anywhere: no prefix is a block.
func TestPrefixes(t *testing.T) {
	data := vectors.Read(t, blockFile)
	for n := 0; n < len(data); n += 11 {
		_, err := newRunner().verify(data[:n], platform.Options{})
		var parse *platform.ParseError
		if !errors.As(err, &parse) || parse.Offset > int64(n) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}
