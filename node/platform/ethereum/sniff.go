package ethereum

import (
	"bytes"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rlp"

	"github.com/sluice-engine/sluice/node/platform"
	"github.com/sluice-engine/sluice/node/platform/internal/strictjson"
)

// form is what a file is.
type form int

const (
	formNone  form = iota
	formEra1       // e2store
	formJSON       //
	formHex        // hexadecimal text, a block or transaction a line
	formYAML       // three lines of the Portal network tests
	formRLP        // blocks and transactions
	formTyped      // one typed transaction
)

func sniff(head []byte, _ string) platform.Confidence {
	_, sure := formOf(head)
	return sure
}

// formOf guesses what a file is from its beginning, and how sure that is.
func formOf(head []byte) (form, platform.Confidence) {
	text := bytes.TrimLeft(head, " \t\r\n")
	switch {
	case len(text) == 0:
		return formNone, platform.No
	case bytes.HasPrefix(head, []byte{0x65, 0x32, 0, 0, 0, 0, 0, 0}):
		return formEra1, platform.Sure
	case text[0] == '{' || text[0] == '[':
		return formJSON, sniffJSON(text)
	case bytes.HasPrefix(head, []byte("header: 0x")):
		return formYAML, platform.Sure
	}
	if raw, ok := hexLine(text); ok {
		_, sure := binaryForm(raw)
		return formHex, sure
	}
	return binaryForm(head)
}

// sniffJSON goes by names that no other chain's JSON has.
func sniffJSON(text []byte) platform.Confidence {
	names := strictjson.Peek(text)
	has := func(list ...string) bool {
		for _, name := range list {
			if !names[name] {
				return false
			}
		}
		return true
	}
	switch {
	case has("parentHash", "stateRoot"), has("proposer_index", "randao_reveal"), has("parent_hash", "fee_recipient"),
		has("blockHash", "gasPrice", "from"):
		return platform.Sure
	case has("raw", "chain_id"), has("header", "body", "receipts"), has("content_key", "content_value"), has("raw", "sender"):
		return platform.Likely
	}
	return platform.No
}

// hexLine decodes the first line of text if it is hexadecimal; false if it is not. A digit too many is dropped: the
// line may be cut off.
func hexLine(text []byte) ([]byte, bool) {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	line = bytes.TrimPrefix(bytes.TrimSpace(line), []byte("0x"))
	raw, err := unhex(line[:len(line)&^1])
	return raw, err == nil
}

// binaryForm looks at the beginning of what may be a block or a transaction.
func binaryForm(p []byte) (form, platform.Confidence) {
	if p[0] < 0x80 {
		return typedForm(p)
	}
	size, ok := itemSize(p)
	if !ok || size > maxItem { // the reader says what is wrong
		return formRLP, platform.No
	}
	if size <= uint64(len(p)) {
		p = p[:size]
		var err error
		if isBlock(p) {
			_, err = decodeBlock(p)
		} else {
			err = rlp.DecodeBytes(p, new(types.Transaction))
		}
		if err == nil {
			return formRLP, platform.Sure
		}
	}
	return formRLP, looksRLP(p)
}

// looksRLP judges an item that is cut off or damaged: a block by its header, a transaction by its first field, a
// number of at most eight bytes.
func looksRLP(p []byte) platform.Confidence {
	inner := listContent(p)
	if len(inner) == 0 {
		return platform.No
	}
	if inner[0] < 0xc0 {
		if kind, content, rest, err := rlp.Split(inner); err == nil && kind != rlp.List && len(content) <= 8 && len(rest) > 0 && p[0] >= 0xf8 {
			return platform.Maybe
		}
		return platform.No
	}
	size, ok := itemSize(inner)
	if !ok || size > uint64(len(inner)) {
		return platform.No
	}
	if rlp.DecodeBytes(inner[:size], new(types.Header)) != nil {
		return platform.No
	}
	return platform.Sure
}

// typedForm looks for a type byte and a list, EIP-2718.
func typedForm(p []byte) (form, platform.Confidence) {
	if p[0] == 0 || p[0] > types.SetCodeTxType || len(p) < 2 || p[1] < 0xc0 {
		return formNone, platform.No
	}
	tx := new(types.Transaction)
	if tx.UnmarshalBinary(p) == nil {
		return formTyped, platform.Sure
	}
	size, ok := itemSize(p[1:])
	if !ok || size > maxItem || size < uint64(len(p)-1) || p[1] < 0xf8 {
		return formNone, platform.No
	}
	if p[0] == types.BlobTxType {
		inner := listContent(p[1:])
		if n, ok := itemSize(inner); ok && n <= uint64(len(inner)) && rlp.DecodeBytes(inner[:n], new(types.BlobTx)) == nil {
			return formTyped, platform.Sure // with a sidecar, which is longer than the beginning of the file
		}
	}
	return formTyped, looksRLP(p[1:])
}
