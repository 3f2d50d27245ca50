package bitcoin

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"time"

	"github.com/btcsuite/btcd/wire/v2"

	"github.com/sluice-engine/sluice/node/platform"
)

// Name is that of the platform.
const Name = "bitcoin"

// Platform is Bitcoin: block files, blocks, headers and transactions.
var Platform = platform.Platform{Name: Name, Sniff: sniff, Verify: verify}

func sniff(head []byte, _ string) platform.Confidence {
	_, sure := guess(head, len(head) < platform.SniffBytes)
	return sure
}

func verify(ctx context.Context, e platform.Engine, src *platform.Source, opt platform.Options) (*platform.Report, error) {
	var engine int64
	return verifyCounted(ctx, e, src, opt, &engine)
}

// verifyCounted is verify, and tells how many signatures the engine answered for the scripts: the others are
// the report's LeftToLibrary.
func verifyCounted(ctx context.Context, e platform.Engine, src *platform.Source, opt platform.Options,
	engine *int64) (*platform.Report, error) {
	nothing := platform.NewReport(Name)
	head, err := src.Peek(platform.SniffBytes)
	if len(head) == 0 && err != nil && !errors.Is(err, io.EOF) {
		return nothing, err
	}
	config := Config{Engine: e, Given: opt.Prevouts, BatchJobs: opt.BatchJobs, Done: opt.Block, Blocks: opt.Blocks}
	var feed func(*Verifier, *platform.Source) error
	switch f, _ := guess(head, len(head) < platform.SniffBytes); f {
	case blockFile:
		config.key, _ = blockFileKey(head)
		config.Network = wire.BitcoinNet(binary.LittleEndian.Uint32(config.key.plain(head[:4], 0)))
		feed = feedBlockFile
	case rawBlock:
		feed = feedBlock
	case rawHeaders:
		feed = feedHeaders
	case rawTx:
		feed = feedTx
	case hexLines:
		feed = feedHex
	default:
		return nothing, src.Errorf(0, "neither a block file nor a block, headers or a transaction of Bitcoin")
	}
	v, err := NewVerifier(ctx, config)
	if err != nil {
		return nothing, err
	}
	feedErr := feed(v, src)
	if errors.Is(feedErr, ErrEnough) {
		feedErr = nil
	}
	report, err := v.Close()
	*engine = v.engine
	if err == nil {
		err = feedErr
	}
	return report, err
}

func feedBlock(v *Verifier, src *platform.Source) error {
	raw, err := src.ReadAll(maxBlockSize)
	if err != nil {
		return err
	}
	return parseError(src, v.Block(raw, src.Offset()), 0, 1)
}

func feedTx(v *Verifier, src *platform.Source) error {
	raw, err := src.ReadAll(maxBlockSize)
	if err != nil {
		return err
	}
	return parseError(src, v.Transaction(raw, time.Time{}, src.Offset()), 0, 1)
}

func feedHeaders(v *Verifier, src *platform.Source) error {
	for {
		begin := src.Offset()
		raw := make([]byte, headerSize)
		n, err := io.ReadFull(src, raw)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, io.ErrUnexpectedEOF):
			return src.Errorf(begin, "truncated: a header of %d bytes", n)
		case err != nil:
			return err
		}
		if err := v.Header(raw, src.Offset()); err != nil {
			return parseError(src, err, begin, 1)
		}
	}
}

// feedHex reads lines of hexadecimal, each a block, a header or a transaction.
func feedHex(v *Verifier, src *platform.Source) error {
	for {
		begin := src.Offset()
		line, err := src.ReadLine(2 * maxBlockSize)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		for len(line) > 0 && (line[len(line)-1] == ' ' || line[len(line)-1] == '\t') {
			line = line[:len(line)-1]
		}
		if len(line) == 0 {
			continue
		}
		raw := make([]byte, len(line)/2)
		if n, err := hex.Decode(raw, line); err != nil {
			return src.Errorf(begin+int64(2*n), "%v", err)
		}
		switch f, _ := guessRaw(raw, true); f {
		case rawBlock:
			err = v.Block(raw, src.Offset())
		case rawHeaders:
			for at := 0; at < len(raw) && err == nil; at += headerSize {
				err = v.Header(raw[at:at+headerSize], src.Offset())
			}
		case rawTx:
			err = v.Transaction(raw, time.Time{}, src.Offset())
		default:
			err = &FormatError{0, "neither a block, headers nor a transaction"}
		}
		if err != nil {
			return parseError(src, err, begin, 2)
		}
	}
}
