package solana

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/sluice-engine/sluice/node/platform"
)

// nextHexLine decodes the transaction of the next line that is not blank. At the end both results are nil.
func nextHexLine(src *platform.Source) (*Transaction, error) {
	for {
		offset := src.Offset()
		line, err := src.ReadLine(2 * MaxTransaction)
		switch {
		case errors.Is(err, io.EOF):
			return nil, nil
		case err != nil:
			return nil, err
		case len(line) == 0:
			continue
		}
		raw, err := unhex(line)
		if err != nil {
			return nil, parseError(src, offset, 2, err)
		}
		t, err := Decode(raw)
		if err != nil {
			return nil, parseError(src, offset, 2, err)
		}
		return t, nil
	}
}

func unhex(line []byte) ([]byte, error) {
	raw := make([]byte, len(line)/2)
	if n, err := hex.Decode(raw, line); err != nil {
		return nil, &DecodeError{n, fmt.Sprintf("not hex: %v", err)}
	}
	return raw, nil
}
