package solana

import (
	"bytes"

	"github.com/sluice-engine/sluice/node/platform"
)

// sniff is sure of what decodes: a transaction that breaks no rule, rows of entries, a data shred. One of the right
// shape that breaks a rule is likely.
func sniff(head []byte, _ string) platform.Confidence {
	switch formOf(head) {
	case formEntries:
		if looksLikeEntries(head) {
			return platform.Sure
		}
	case formShreds:
		a := &byteArrays{src: platform.NewSource("", bytes.NewReader(head))}
		if raw, err := a.next(); err == nil {
			if _, err := decodeShred(raw); err == nil {
				return platform.Sure
			}
		}
	case formHex:
		line, _, _ := bytes.Cut(bytes.TrimLeft(head, "\r\n"), []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) > 2*MaxTransaction {
			return platform.No
		}
		if raw, err := unhex(line); err == nil {
			return sniffTransaction(raw)
		}
	case formBinary:
		return sniffTransaction(head)
	}
	return platform.No
}

func sniffTransaction(raw []byte) platform.Confidence {
	t, err := Decode(raw)
	switch {
	case err != nil:
		return platform.No
	case t.Fault != "":
		return platform.Likely
	}
	return platform.Sure
}
