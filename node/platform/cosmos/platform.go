package cosmos

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/sluice-engine/sluice/node/platform"
	"github.com/sluice-engine/sluice/node/platform/internal/strictjson"
)

const name = "cosmos"

// Platform is CometBFT.
var Platform = &platform.Platform{Name: name, Sniff: sniff, Verify: verify}

const (
	// maxDocument bounds one JSON document, in bytes. A commit by 10,000 validators, the most that cometbft
	// allows, has about 5 MB with its validators.
	maxDocument = 64 << 20
	// maxEntries bounds the lists in a document: votes, validators, blocks.
	maxEntries = 10_000
)

func sniff(head []byte, _ string) platform.Confidence {
	names := strictjson.Peek(head)
	switch {
	case names["signed_header"] && names["validators_hash"]:
		return platform.Sure
	case names["signed_header"], names["validators"] && names["pub_key"], names["lite_blocks"]:
		return platform.Likely
	}
	return platform.No
}

func verify(ctx context.Context, e platform.Engine, src *platform.Source, opt platform.Options) (*platform.Report, error) {
	report := platform.NewReport(name)
	v := newVerifier(e, report, opt)
	if opt.Prevouts != nil {
		v.side = true
		if err := v.read(ctx, opt.Prevouts); err != nil {
			return report, err
		}
		v.side = false
	}
	err := v.read(ctx, src)
	if p := (*platform.ParseError)(nil); err != nil && !errors.As(err, &p) {
		return report, err
	}
	if err := v.rest(ctx); err != nil {
		return report, err
	}
	return report, cmp.Or(v.collector.Flush(ctx), err) // what came before data that does not parse is decided
}

// verifier is the state of one Verify.
type verifier struct {
	report    *platform.Report
	collector *platform.Collector
	options   platform.Options
	side      bool // reading the side file: only its validators count

	sets    map[string]*set  // by hash
	heights map[int64]*pages // answers of /validators
	order   []int64          // heights in the order in which they came
	waiting []*block         // blocks whose validators were not seen yet
}

func newVerifier(e platform.Engine, r *platform.Report, opt platform.Options) *verifier {
	return &verifier{
		report: r, collector: platform.NewCollector(e, r, opt.BatchJobs), options: opt,
		sets: map[string]*set{}, heights: map[int64]*pages{},
	}
}

// pages are the answers of /validators for one height.
type pages struct {
	list  []validator
	total int64
	set   *set // once all are there
	used  bool // a commit of this height was found
}

// read takes in all documents of a source.
func (v *verifier) read(ctx context.Context, src *platform.Source) error {
	r := strictjson.NewReader(src)
	for n := 0; ; n++ {
		raw, offset, err := r.Next(maxDocument)
		if err == io.EOF && n == 0 {
			return src.Errorf(offset, "%w: the file is empty", errForm)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := v.document(ctx, src, raw, offset); err != nil {
			var p *platform.ParseError
			if !errors.As(err, &p) && errors.Is(err, errForm) {
				return &platform.ParseError{File: src.File, Offset: offset, Err: err}
			}
			return strictjson.Parse(src, err)
		}
	}
}

// errForm: a document that is JSON but none of the forms that this platform reads.
var errForm = errors.New("not CometBFT JSON")

func (v *verifier) document(ctx context.Context, src *platform.Source, raw []byte, offset int64) error {
	names := map[string]bool{}
	for _, name := range strictjson.Names(raw) {
		names[name] = true
	}
	decode := func(to any) error { return strictjson.Decode(raw, offset, maxEntries, to) }
	switch {
	case names["jsonrpc"]:
		var d envelope
		if err := decode(&d); err != nil {
			return err
		}
		if len(d.Result.Raw) == 0 || d.Result.Raw[0] != '{' || len(d.Error) != 0 {
			return fmt.Errorf("%w: an answer without a result", errForm)
		}
		return v.document(ctx, src, d.Result.Raw, d.Result.Offset)
	case names["signed_header"]:
		var d lightBlock
		if err := decode(&d); err != nil {
			return err
		}
		return v.lightBlock(ctx, src, &d)
	case names["validators"]:
		var d validatorsPage
		if err := decode(&d); err != nil {
			return err
		}
		return v.page(&d)
	case names["initial"]:
		var d singleStep
		if err := decode(&d); err != nil {
			return err
		}
		return v.singleStep(ctx, src, &d)
	case names["primary"]:
		var d bisection
		if err := decode(&d); err != nil {
			return err
		}
		return v.bisection(ctx, src, &d)
	}
	return fmt.Errorf("%w: neither a commit, nor validators, nor a light block", errForm)
}

func (v *verifier) singleStep(ctx context.Context, src *platform.Source, d *singleStep) error {
	first := lightBlock{SignedHeader: d.Initial.SignedHeader, NextValidatorSet: d.Initial.NextValidatorSet}
	if err := v.lightBlock(ctx, src, &first); err != nil {
		return err
	}
	for i := range d.Input {
		if err := v.lightBlock(ctx, src, &d.Input[i].Block); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) bisection(ctx context.Context, src *platform.Source, d *bisection) error {
	peers := []peer{d.Primary}
	for i := range d.Witnesses {
		peers = append(peers, d.Witnesses[i].Value)
	}
	for _, p := range peers {
		for i := range p.Blocks {
			if err := v.lightBlock(ctx, src, &p.Blocks[i]); err != nil {
				return err
			}
			if id := p.Blocks[i].SignedHeader.Header.ChainID; id != p.ChainID && !v.side {
				v.report.Invalid(platform.Location{
					Block: fmt.Sprint(p.Blocks[i].SignedHeader.Header.Height), Transaction: -1, Input: -1,
					Reason: fmt.Sprintf("a block of chain %q, the peer's chain is %q", id, p.ChainID),
				})
			}
		}
	}
	return nil
}

// lightBlock takes in a signed header with the validators that came with it.
func (v *verifier) lightBlock(ctx context.Context, src *platform.Source, d *lightBlock) error {
	signed, err := d.SignedHeader.library()
	if err != nil {
		return fmt.Errorf("%w: %w", errForm, err)
	}
	b := &block{SignedHeader: signed, offset: src.Offset()}
	own, err := v.addSet(d.ValidatorSet)
	if err != nil {
		return err
	}
	next, err := v.addSet(d.NextValidatorSet)
	if err != nil || v.side {
		return err
	}
	checkable := v.statements(b)
	if next != nil {
		v.setFaults(b, next)
		v.compare(b, next, signed.NextValidatorsHash, "next validator set")
	}
	if own != nil {
		v.compare(b, own, signed.ValidatorsHash, "validator set")
	}
	switch {
	case !checkable:
		v.decided(b)
		return nil
	case own != nil:
		return v.votes(ctx, b, own)
	}
	v.waiting = append(v.waiting, b)
	return nil
}

// compare says whether a set that came with a block has the hash that the block's header states.
func (v *verifier) compare(b *block, s *set, stated []byte, what string) {
	if s.unknown == "" && s.hash != string(stated) {
		v.wrong(b, -1, "hash of the %s is %X, the header states %X", what, s.hash, stated)
	}
}

// addSet makes a set known, so that commits without validators find it.
func (v *verifier) addSet(w *validatorSet) (*set, error) {
	if w == nil {
		return nil, nil
	}
	s, err := newSet(w.Validators, w.Proposer, w.TotalVotingPower)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errForm, err)
	}
	v.know(s)
	return s, nil
}

// know keeps a set by its hash. One without faults has precedence.
func (v *verifier) know(s *set) {
	if s.unknown != "" {
		return
	}
	if old := v.sets[s.hash]; old == nil || len(old.faults) > len(s.faults) {
		v.sets[s.hash] = s
	}
}

// page takes in an answer of /validators.
func (v *verifier) page(d *validatorsPage) error {
	height, total := int64(d.BlockHeight), int64(d.Total)
	p := v.heights[height]
	if p == nil {
		p = &pages{total: total}
		v.heights[height] = p
		v.order = append(v.order, height)
	}
	p.list = append(p.list, d.Validators...)
	switch {
	case int64(d.Count) != int64(len(d.Validators)):
		return fmt.Errorf("%w: a page of %d validators states %d", errForm, len(d.Validators), d.Count)
	case total != p.total, int64(len(p.list)) > p.total, p.total > maxEntries:
		return fmt.Errorf("%w: %d validators of height %d on the pages so far, %d stated", errForm, len(p.list), height, total)
	case int64(len(p.list)) < p.total:
		return nil
	}
	s, err := newSet(p.list, nil, nil)
	if err != nil {
		return fmt.Errorf("%w: %w", errForm, err)
	}
	p.set = s
	v.know(s)
	return nil
}

// rest decides the commits that came without validators, now that all sets are known.
func (v *verifier) rest(ctx context.Context) error {
	for _, b := range v.waiting {
		s := v.sets[string(b.ValidatorsHash)]
		if p := v.heights[b.Header.Height]; p != nil && p.set != nil {
			p.used = true
			if s = p.set; s.unknown == "" {
				v.compare(b, s, b.ValidatorsHash, "set of validators given for this height")
			}
		}
		if s == nil {
			v.report.Skip("votes of a commit whose validators are not at hand (the side file may give them)", b.voters())
			v.decided(b)
			continue
		}
		if err := v.votes(ctx, b, s); err != nil {
			return err
		}
	}
	for _, height := range v.order {
		p := v.heights[height]
		switch {
		case p.set == nil:
			v.report.Skip("validators of which pages are missing", int64(len(p.list)))
		case !p.used:
			v.report.Skip("validators of a height without a commit", int64(len(p.list)))
		}
	}
	return nil
}
