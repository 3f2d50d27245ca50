package capture

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"

	"github.com/sluice-engine/sluice/node/platform"
	"github.com/sluice-engine/sluice/node/platform/bitcoin"
)

// checker collects the messages of a capture, each transaction, block and header once. When all are there, it
// gives them to the verifiers of their networks in the order in which they were first seen: streams do not come
// to their end in any order.
type checker struct {
	ctx    context.Context
	engine platform.Engine
	src    *platform.Source
	opt    platform.Options
	magics []wire.BitcoinNet

	records []*record
	known   map[chainhash.Hash]*record

	verifiers map[wire.BitcoinNet]*bitcoin.Verifier
	order     []wire.BitcoinNet // of verifiers, by first record
	done      sync.Mutex        // serialises opt.Block over the verifiers

	report   *platform.Report
	noTCP    int64
	totals   counts
	noStream int64 // streams without any message
}

// record is something to be verified.
type record struct {
	network wire.BitcoinNet
	command string // headers are given one by one
	hash    chainhash.Hash
	raw     []byte
	seen    time.Time // for the first time
}

func newChecker(ctx context.Context, e platform.Engine, src *platform.Source, opt platform.Options) *checker {
	c := &checker{ctx: ctx, engine: e, src: src, opt: opt, magics: bitcoin.Networks(),
		known: map[chainhash.Hash]*record{}, verifiers: map[wire.BitcoinNet]*bitcoin.Verifier{},
		report: platform.NewReport(Name)}
	c.report.Messages = map[string]int64{}
	return c
}

// message takes one message. It is called by the parsers.
func (c *checker) message(m message) {
	name := m.command
	switch m.command {
	case wire.CmdTx, wire.CmdBlock:
		c.keep(m, m.payload, m.hash)
	case wire.CmdHeaders:
		c.headers(m)
	default:
		if !isKnownCommand(name) { // hostile captures have millions of names
			name = "other"
		}
	}
	c.report.Messages[name]++
}

// headers takes a headers message: a count of at most 2000, and headers with an empty list of transactions.
func (c *checker) headers(m message) {
	const size = wire.MaxBlockHeaderPayload + 1
	p := m.payload
	n, skip := 0, 1
	switch {
	case len(p) >= 1 && p[0] < 0xfd:
		n = int(p[0])
	case len(p) >= 3 && p[0] == 0xfd:
		n, skip = int(binary.LittleEndian.Uint16(p[1:])), 3
	}
	if n > wire.MaxBlockHeadersPerMsg || len(p) != skip+n*size {
		c.malformed(m.command, m.hash, fmt.Errorf("%d bytes for %d headers", len(p), n))
		return
	}
	for p = p[skip:]; len(p) > 0; p = p[size:] {
		if p[size-1] != 0 {
			c.malformed(m.command, m.hash, errors.New("a header with transactions"))
			return
		}
		c.keep(m, p[:size-1], chainhash.DoubleHashH(p[:size-1]))
	}
}

// keep keeps what was not seen before.
func (c *checker) keep(m message, raw []byte, hash chainhash.Hash) {
	if r := c.known[hash]; r != nil {
		if m.seen.Before(r.seen) {
			r.seen = m.seen
		}
		return
	}
	r := &record{network: m.network, command: m.command, hash: hash, raw: bytes.Clone(raw), seen: m.seen}
	c.known[hash] = r
	c.records = append(c.records, r)
}

// malformed reports a message that is not what its command says.
func (c *checker) malformed(command string, hash chainhash.Hash, why error) {
	c.report.Invalid(platform.Location{Transaction: -1, Input: -1,
		Reason: fmt.Sprintf("%s message %v: %v", command, hash, why)})
}

// verifier is that of a network, made for its first record.
func (c *checker) verifier(net wire.BitcoinNet) (*bitcoin.Verifier, error) {
	if v := c.verifiers[net]; v != nil {
		return v, nil
	}
	config := bitcoin.Config{Engine: c.engine, Name: Name, Network: net, Partial: true, BatchJobs: c.opt.BatchJobs}
	if len(c.verifiers) == 0 {
		config.Given = c.opt.Prevouts
	}
	if c.opt.Block != nil {
		config.Done = func(offset int64) {
			c.done.Lock()
			defer c.done.Unlock()
			c.opt.Block(offset)
		}
	}
	v, err := bitcoin.NewVerifier(c.ctx, config)
	if err != nil {
		return nil, err
	}
	c.verifiers[net] = v
	c.order = append(c.order, net)
	return v, nil
}

// verify gives all records to their verifiers.
func (c *checker) verify() error {
	slices.SortFunc(c.records, func(a, b *record) int {
		return cmp.Or(a.seen.Compare(b.seen), bytes.Compare(a.hash[:], b.hash[:]))
	})
	at := c.src.Offset()
	for _, r := range c.records {
		v, err := c.verifier(r.network)
		if err != nil {
			return err
		}
		switch r.command {
		case wire.CmdTx:
			err = v.Transaction(r.raw, r.seen, at)
		case wire.CmdBlock:
			err = v.Block(r.raw, at)
		case wire.CmdHeaders:
			err = v.Header(r.raw, at)
		}
		var f *bitcoin.FormatError
		switch {
		case errors.As(err, &f):
			c.malformed(r.command, r.hash, f)
		case err != nil:
			return err
		}
	}
	return nil
}

// ended adds up what a stream held.
func (c *checker) ended(p *parser) {
	if p.messages == 0 && p.seenBytes > 0 {
		c.noStream++
		return
	}
	c.totals.garbage += p.garbage
	c.totals.broken += p.broken
	c.totals.cut += p.cut
	c.totals.gaps += p.gaps
	c.totals.hopeless += p.hopeless
}

// close verifies what was collected, and reports.
func (c *checker) close() (*platform.Report, error) {
	err := c.verify()
	for _, net := range c.order {
		r, closeErr := c.verifiers[net].Close()
		merge(c.report, r)
		if closeErr != nil { // the reason, where verify has only that a verifier stopped
			err = closeErr
		}
	}
	c.report.Skip("packet without TCP, so without Bitcoin's protocol", c.noTCP)
	c.report.Skip("TCP stream without Bitcoin messages", c.noStream)
	c.report.Skip("gap in a TCP stream", c.totals.gaps)
	c.report.Skip("message with a wrong checksum", c.totals.broken)
	c.report.Skip("message of which the end is missing", c.totals.cut)
	c.report.Skip("bytes between messages", c.totals.garbage)
	c.report.Skip("TCP stream given up for its wrong checksums", c.totals.hopeless)
	return c.report, err
}

// merge adds b to a.
func merge(a, b *platform.Report) {
	a.Blocks += b.Blocks
	a.Transactions += b.Transactions
	a.LeftToLibrary += b.LeftToLibrary
	for name, n := range b.Jobs {
		m := a.Jobs[name]
		a.Jobs[name] = platform.Count{Valid: m.Valid + n.Valid, Invalid: m.Invalid + n.Invalid}
	}
	for why, n := range b.Why {
		a.Skip(why, n)
	}
	counted := b.Wrong - int64(len(b.InvalidAt))
	for _, l := range b.InvalidAt {
		a.Invalid(l)
	}
	a.Wrong += counted
}

// isKnownCommand tells whether a command is one of the protocol's.
func isKnownCommand(name string) bool {
	switch name {
	case "version", "verack", "addr", "addrv2", "sendaddrv2", "inv", "getdata", "notfound", "getblocks",
		"getheaders", "tx", "block", "headers", "getaddr", "mempool", "checkorder", "submitorder", "reply", "ping",
		"pong", "reject", "filterload", "filteradd", "filterclear", "merkleblock", "alert", "sendheaders",
		"feefilter", "sendcmpct", "cmpctblock", "getblocktxn", "blocktxn", "getcfilters", "cfilter", "getcfheaders",
		"cfheaders", "getcfcheckpt", "cfcheckpt", "wtxidrelay", "sendtxrcncl":
		return true
	}
	return false
}
