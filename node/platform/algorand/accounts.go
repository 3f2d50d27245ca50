package algorand

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/sluice-engine/sluice/node/platform"
)

// account is the participation keys of an account; nil and 0 where they are not known.
type account struct {
	votingKey    []byte
	dilution     uint64
	selectionKey []byte
}

// accountHeader is the first line of the side file.
const accountHeader = "account,vote_key,key_dilution,selection_key"

const (
	maxAccountLine = 3*64 + 20 + 3
	maxAccounts    = 1 << 20
)

// readAccounts reads the side file.
func readAccounts(src *platform.Source) (map[address]account, error) {
	first, err := src.ReadLine(maxAccountLine)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if string(first) != accountHeader {
		return nil, src.Errorf(0, "the first line is %q, want %q", first, accountHeader)
	}
	accounts := map[address]account{}
	for {
		offset := src.Offset()
		line, err := src.ReadLine(maxAccountLine)
		if errors.Is(err, io.EOF) {
			return accounts, nil
		} else if err != nil {
			return nil, err
		}
		who, a, err := parseAccount(string(line))
		if err == nil {
			if _, twice := accounts[who]; twice {
				err = fmt.Errorf("account %x is there twice", who)
			}
		}
		if err == nil && len(accounts) == maxAccounts {
			err = fmt.Errorf("%w: more than %d accounts", platform.ErrTooLarge, maxAccounts)
		}
		if err != nil {
			return nil, &platform.ParseError{File: src.File, Offset: offset, Err: err}
		}
		accounts[who] = a
	}
}

func parseAccount(line string) (who address, a account, err error) {
	cells := strings.Split(line, ",")
	if len(cells) != 4 {
		return who, a, fmt.Errorf("%d cells, want the 4 of %q", len(cells), accountHeader)
	}
	key := func(i int) []byte {
		if err != nil || cells[i] == "" {
			return nil
		}
		k, bad := hex.DecodeString(cells[i])
		if bad == nil && len(k) != 32 {
			bad = fmt.Errorf("%d bytes, want 32", len(k))
		}
		if bad != nil {
			err = fmt.Errorf("cell %d: %w", i+1, bad)
			return nil
		}
		return k
	}
	copy(who[:], key(0))
	a.votingKey, a.selectionKey = key(1), key(3)
	if err == nil && cells[0] == "" {
		err = errors.New("cell 1: an account is wanted")
	}
	if err == nil && cells[2] != "" {
		if a.dilution, err = strconv.ParseUint(cells[2], 10, 64); err != nil || a.dilution == 0 {
			err = fmt.Errorf("cell 3: %q is no key dilution", cells[2])
		}
	}
	return who, a, err
}
