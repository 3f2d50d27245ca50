package bitcoin

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// parsePlain reads outputs in input order, each as value u64, CompactSize and script. Scripts alias data.
func parsePlain(data []byte) ([]*wire.TxOut, error) {
	outs := []*wire.TxOut{}
	c := &cursor{p: data}
	for c.left() > 0 {
		at := c.at
		c.skip(8, "value")
		n := c.count("script")
		script := c.at
		c.skip(n, "script")
		if c.err != nil {
			return nil, c.err
		}
		out, err := checkOutput(binary.LittleEndian.Uint64(data[at:]), data[script:c.at:c.at], at)
		if err != nil {
			return nil, err
		}
		outs = append(outs, out)
	}
	return outs, nil
}

// parseUtxoStore reads the test format of btcd's blockchain package: txid, output index u32, length u32, and an
// unspent output as chainio.go has it: a height code, and a compressed output.
func parseUtxoStore(data []byte) (map[wire.OutPoint]*wire.TxOut, error) {
	outs := map[wire.OutPoint]*wire.TxOut{}
	c := &cursor{p: data}
	for c.left() > 0 {
		at := c.at
		c.skip(chainhash.HashSize+4+4, "outpoint")
		if c.err != nil {
			return nil, c.err
		}
		op := wire.OutPoint{Index: binary.LittleEndian.Uint32(data[at+chainhash.HashSize:])}
		copy(op.Hash[:], data[at:])
		size := binary.LittleEndian.Uint32(data[c.at-4:])
		begin := c.at
		c.skip(uint64(size), "output")
		if c.err != nil {
			return nil, c.err
		}
		inner := &cursor{p: data[:c.at], at: begin}
		inner.vlq("height")
		out := inner.compressedOutput()
		if inner.err == nil && inner.left() > 0 {
			inner.fail(inner.at, "%d bytes follow the output", inner.left())
		}
		if inner.err != nil {
			return nil, inner.err
		}
		outs[op] = out
	}
	return outs, nil
}

// parseJSON reads an array of outputs in input order.
func parseJSON(data []byte) ([]*wire.TxOut, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	fail := func(err error) error { return &FormatError{int(d.InputOffset()), err.Error()} }
	if _, err := d.Token(); err != nil { // the bracket
		return nil, fail(err)
	}
	outs := []*wire.TxOut{}
	for d.More() {
		var row struct {
			TxOut *struct {
				Value  *uint64 `json:"value"`
				Script *string `json:"script_pubkey"`
			} `json:"txout"`
		}
		at := int(d.InputOffset())
		if err := d.Decode(&row); err != nil {
			return nil, fail(err)
		}
		if row.TxOut == nil || row.TxOut.Value == nil || row.TxOut.Script == nil {
			return nil, &FormatError{at, "txout with value and script_pubkey wanted"}
		}
		script, err := hex.DecodeString(*row.TxOut.Script)
		if err != nil {
			return nil, fail(err)
		}
		out, err := checkOutput(*row.TxOut.Value, script, at)
		if err != nil {
			return nil, err
		}
		outs = append(outs, out)
	}
	if _, err := d.Token(); err != nil { // the other bracket
		return nil, fail(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fail(errors.New("something follows the array"))
	}
	return outs, nil
}

// csvColumns are the columns that count; others may be there. Hashes are as people write them.
var csvColumns = []string{"prev_txid", "prev_vout", "value_sat", "script_pubkey_hex"}

// isCSV tells whether the first line names the columns.
func isCSV(data []byte) bool {
	line, _, _ := bytes.Cut(data[:min(len(data), 1024)], []byte("\n"))
	return bytes.Contains(line, []byte(csvColumns[0])) && bytes.Contains(line, []byte(","))
}

func parseCSV(data []byte) (map[wire.OutPoint]*wire.TxOut, error) {
	r := csv.NewReader(bytes.NewReader(data))
	r.ReuseRecord = true
	head, err := r.Read()
	if err != nil {
		return nil, &FormatError{int(r.InputOffset()), err.Error()}
	}
	var column [4]int
	for i, name := range csvColumns {
		if column[i] = slices.Index(head, name); column[i] < 0 {
			return nil, &FormatError{0, "no column " + name}
		}
	}
	outs := map[wire.OutPoint]*wire.TxOut{}
	for {
		at := int(r.InputOffset())
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return outs, nil
		}
		if err != nil {
			return nil, &FormatError{at, err.Error()}
		}
		op, out, err := parseRow(row[column[0]], row[column[1]], row[column[2]], row[column[3]], at)
		if err != nil {
			return nil, err
		}
		if old := outs[op]; old != nil && (old.Value != out.Value || !bytes.Equal(old.PkScript, out.PkScript)) {
			return nil, &FormatError{at, fmt.Sprintf("another output for %v", op)}
		}
		outs[op] = out
	}
}

func parseRow(txid, vout, value, script string, at int) (op wire.OutPoint, out *wire.TxOut, err error) {
	fail := func(err error) (wire.OutPoint, *wire.TxOut, error) { return op, nil, &FormatError{at, err.Error()} }
	if len(txid) != chainhash.MaxHashStringSize {
		return fail(fmt.Errorf("prev_txid has %d digits", len(txid)))
	}
	hash, err := chainhash.NewHashFromStr(txid)
	if err != nil {
		return fail(err)
	}
	index, err := strconv.ParseUint(vout, 10, 32)
	if err != nil {
		return fail(err)
	}
	sat, err := strconv.ParseUint(value, 10, 64)
	if err != nil {
		return fail(err)
	}
	pk, err := hex.DecodeString(script)
	if err != nil {
		return fail(err)
	}
	op = wire.OutPoint{Hash: *hash, Index: uint32(index)}
	out, err = checkOutput(sat, pk, at)
	return op, out, err
}
