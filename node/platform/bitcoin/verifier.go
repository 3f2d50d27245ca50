package bitcoin

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/btcsuite/btcd/wire/v2"
	"golang.org/x/sync/errgroup"

	"github.com/sluice-engine/sluice/node/platform"
)

// Config of a Verifier. Only Engine is needed.
type Config struct {
	Engine  platform.Engine
	Name    string           // of the platform in the report; "bitcoin" if empty
	Network wire.BitcoinNet  // magic number; 0 if it is not known
	Given   *platform.Source // previous outputs, in a form that Options.Prevouts may have; nil for none

	// Partial is for blocks and transactions in no order, such as those of a capture: outputs stay after they
	// are spent, and what is missing is never wrong. Given may not be in the order of inputs then.
	Partial bool

	// Blocks are the ones to decide of those that are given, blocks and headers, counted from 0; the zero value means all.
	// Outputs of those before are not known.
	Blocks platform.Range

	BatchJobs int                // jobs of a batch; 0 for the collector's default
	Done      func(offset int64) // called after each block, from one goroutine, with the offset given with it

	key xorKey // of the block file, and so of the undo file beside it
}

// Verifier decides blocks, headers and transactions in the order in which it is given them. It works on
// windows of many: while the engine decides one window, the scripts of the one before run on all cores. One
// goroutine gives; the errors of Block, Header and Transaction are *FormatError, ErrEnough, or the error of the
// engine, which Close returns too.
type Verifier struct {
	ctx    context.Context
	config Config
	group  *errgroup.Group
	chain  *chain

	open    *window
	decide  chan *window // to the goroutine that asks the engine
	execute chan *window // and on to the one that runs scripts

	report *platform.Report // of the goroutine that runs scripts
	jobs   *platform.Report // what the engine decided; of the goroutine that asks it

	engine int64 // signatures whose check the engine's verdict answered
	lone   int   // transactions given
	blocks int64 // blocks and headers given
}

// ErrEnough: the block was taken, and it was the last one that is to be decided.
var ErrEnough = errors.New("bitcoin: enough blocks")

// NewVerifier starts a verifier, which must be closed. The error is that of config.Given.
func NewVerifier(ctx context.Context, config Config) (*Verifier, error) {
	if config.Name == "" {
		config.Name = Name
	}
	var given *outputs
	if config.Given != nil {
		var err error
		if given, err = readOutputs(config.Given, config.key); err != nil {
			return nil, err
		}
		if config.Partial && given.inOrder != nil {
			return nil, config.Given.Errorf(-1, "outputs in the order of inputs cannot be told apart where blocks and transactions have no order")
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	v := &Verifier{
		ctx: ctx, config: config, group: group,
		chain:   newChain(networkOf(config.Network), config.Partial, given),
		open:    &window{},
		decide:  make(chan *window),
		execute: make(chan *window),
		report:  platform.NewReport(config.Name),
		jobs:    platform.NewReport(config.Name),
	}
	group.Go(v.decideAll)
	group.Go(v.executeAll)
	return v, nil
}

// count tells whether the next block is to be decided; ErrEnough if none after it is.
func (v *Verifier) count() (wanted bool, enough error) {
	i, r := v.blocks, v.config.Blocks
	v.blocks++
	if r.To != 0 && i >= r.To-1 {
		enough = ErrEnough
	}
	return i >= r.From && (r.To == 0 || i < r.To), enough
}

// Block gives a serialised block, all of raw, which must not change afterwards. end is for Config.Done.
func (v *Verifier) Block(raw []byte, end int64) error {
	wanted, enough := v.count()
	if !wanted && (v.chain.given == nil || v.blocks > v.config.Blocks.From) {
		return enough
	}
	msg, spans, err := decodeBlock(raw)
	if err != nil {
		return err
	}
	if !wanted {
		v.chain.given.pass(msg) // nothing was added yet, so nobody else looks at it
		return enough
	}
	return cmp.Or(v.add(&record{kind: wholeBlock, raw: raw, msg: msg, spans: spans, end: end}), enough)
}

// Header gives a header of 80 bytes, of whose block nothing else is at hand.
func (v *Verifier) Header(raw []byte, end int64) error {
	wanted, enough := v.count()
	if !wanted {
		return enough
	}
	header, err := decodeHeader(raw)
	if err != nil {
		return err
	}
	return cmp.Or(v.add(&record{kind: onlyHeader, raw: raw, msg: &wire.MsgBlock{Header: header}, end: end}), enough)
}

// Transaction gives a transaction that is in no block, all of raw. when is the time at which it was seen, which
// tells the rules; if it is zero, those of today hold.
func (v *Verifier) Transaction(raw []byte, when time.Time, end int64) error {
	tx, s, err := decodeTx(raw)
	if err != nil {
		return err
	}
	r := &record{kind: loneTx, raw: raw, spans: []span{s}, end: end, when: when, index: v.lone,
		msg: &wire.MsgBlock{Transactions: []*wire.MsgTx{tx}}}
	v.lone++
	return v.add(r)
}

// add puts a record into the open window, and sends that off when it is full.
func (v *Verifier) add(r *record) error {
	v.open.add(r)
	if v.open.full() {
		return v.send()
	}
	return nil
}

func (v *Verifier) send() error {
	select {
	case v.decide <- v.open:
		v.open = &window{}
		return nil
	case <-v.ctx.Done():
		return context.Cause(v.ctx)
	}
}

// Close decides what was given and not yet decided, and reports. After an error of the engine the report holds
// what was decided before it.
func (v *Verifier) Close() (*platform.Report, error) {
	if len(v.open.records) > 0 {
		_ = v.send() // the group has the error
	}
	close(v.decide)
	err := v.group.Wait()
	if err == nil && v.chain.given != nil && v.config.Blocks.To == 0 { // else there may be more for the blocks behind
		err = v.chain.given.finish()
	}
	v.report.Jobs = v.jobs.Jobs
	return v.report, err
}

// decideAll takes windows, has the engine decide what they hold, and passes them on.
func (v *Verifier) decideAll() error {
	defer close(v.execute)
	jobs := platform.NewCollector(v.config.Engine, v.jobs, v.config.BatchJobs)
	h := &hasher{ctx: v.ctx, jobs: jobs}
	for w := range v.decide {
		if err := w.decide(v.ctx, h, v.chain); err != nil {
			return err
		}
		select {
		case v.execute <- w:
		case <-v.ctx.Done():
			return context.Cause(v.ctx)
		}
	}
	return nil
}

// executeAll takes windows, runs the scripts of their inputs, and reports.
func (v *Verifier) executeAll() error {
	for w := range v.execute {
		if err := parallel(v.ctx, w.inputs(), (*input).run); err != nil {
			return err
		}
		for _, r := range w.records {
			v.conclude(r)
			if v.config.Done != nil {
				v.config.Done(r.end)
			}
		}
	}
	return nil
}

// conclude reports a record.
func (v *Verifier) conclude(r *record) {
	if r.kind != loneTx {
		v.report.Blocks++
	}
	v.report.Transactions += int64(len(r.msg.Transactions))
	for _, in := range r.inputs {
		v.engine += in.engine
		v.report.LeftToLibrary += in.library
		switch {
		case in.outdated:
			r.skip("valid only under rules of the past, and the block is not known", 1)
		case in.err != nil:
			r.fault(in.number, in.index, in.err.Error())
		}
	}
	for _, s := range r.skipped {
		v.report.Skip(s.why, s.n)
	}
	title := r.title()
	for _, f := range r.faults {
		f.Block = title
		v.report.Invalid(f)
	}
}

// parseError makes an error of a Verifier into one of the source, where raw began at an offset and each byte
// took scale bytes of the source.
func parseError(src *platform.Source, err error, begin, scale int64) error {
	var f *FormatError
	if !errors.As(err, &f) {
		return err
	}
	return src.Errorf(begin+scale*int64(f.Offset), "%s", f.Reason)
}
