package algorand

import (
	"context"
	"crypto/sha512"
	"strconv"

	"github.com/sluice-engine/sluice/node/platform"
)

// header is what of a block's header its transactions and certificate depend on.
type header struct {
	round       uint64
	name        string // the round, for the report
	genesisID   string
	genesisHash []byte
	seed        []byte
	txn, txn256 []byte // commitments to the transactions; nil if absent
	txn512      bool
	digest      [32]byte // of the whole header
}

const whyNoCertificate = "block without a certificate"

// block verifies one block with its certificate.
func (v *verifier) block(ctx context.Context, b value) error {
	top, err := b.object()
	if err != nil {
		return err
	}
	if err := top.only("block", "cert"); err != nil {
		return err
	}
	f := fields{of: top}
	body, cert := f.object("block"), f.object("cert")
	if f.err != nil {
		return f.err
	}
	if body == nil {
		return b.fail("the map has no block")
	}
	h, err := parseHeader(body)
	if err != nil {
		return err
	}
	v.report.Blocks++
	if err := v.payset(ctx, h, body); err != nil {
		return err
	}
	if cert == nil {
		v.report.Skip(whyNoCertificate, 1)
	} else if err := v.certificate(ctx, h, cert); err != nil {
		return err
	}
	v.remember(h)
	return nil
}

func parseHeader(body *object) (*header, error) {
	f := fields{of: body}
	h := &header{
		round:       f.uint("rnd"),
		genesisID:   f.str("gen"),
		genesisHash: f.bytes("gh", 32),
		seed:        f.bytes("seed", 32),
		txn:         f.bytes("txn", 32),
		txn256:      f.bytes("txn256", 32),
	}
	_, h.txn512 = f.take("txn512")
	if f.err != nil {
		return nil, f.err
	}
	if h.genesisHash == nil {
		return nil, body.fail("the block has no genesis hash")
	}
	h.name = strconv.FormatUint(h.round, 10)
	h.digest = sha512.Sum512_256(body.without("txns").encode("BH"))
	return h, nil
}

// payset verifies the transactions and the header's commitments to them.
func (v *verifier) payset(ctx context.Context, h *header, body *object) error {
	f := fields{of: body}
	list, ok := f.list("txns")
	if f.err != nil {
		return f.err
	}
	var c commitment
	if ok {
		err := list.each(func(i int, e value) error {
			v.report.Transactions++
			return v.transaction(ctx, h, i, e, &c)
		})
		if err != nil {
			return err
		}
		c.list = list.raw
	}
	return v.commitments(ctx, h, &c)
}

// wrong records a false statement about the block as a whole.
func (v *verifier) wrong(h *header, reason string) {
	v.report.Invalid(platform.Location{Block: h.name, Transaction: -1, Input: -1, Reason: reason})
}

// seed is the seed of a round.
type seed struct {
	round uint64
	seed  []byte
}

// seedLookback is how many rounds before a vote the seed of its credential was made.
const seedLookback = 2

// remember keeps the seeds of the last blocks.
func (v *verifier) remember(h *header) {
	if len(v.seeds) == 2*seedLookback {
		v.seeds = v.seeds[1:]
	}
	v.seeds = append(v.seeds, seed{h.round, h.seed})
}

// seedFor is the seed of the credentials of a round; nil if it is not at hand.
func (v *verifier) seedFor(round uint64) []byte {
	for _, s := range v.seeds {
		if round >= seedLookback && s.round == round-seedLookback {
			return s.seed
		}
	}
	return nil
}
