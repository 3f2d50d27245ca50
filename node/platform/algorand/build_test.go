package algorand

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"math/bits"
	"slices"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/sample"
)

// The tests make blocks of their own where there are no real ones: multisignatures, programs, equivocations, keys.

// m is a map to encode; values are m, []any, []byte, string, uint64 (and int), bool, raw.
type m map[string]any

type raw []byte

func encode(v any) []byte {
	switch v := v.(type) {
	case m:
		o := &object{}
		for key, e := range v {
			o.set(key, encode(e))
		}
		return o.encode("")
	case []any:
		p := []byte{0x90 | byte(len(v))}
		if len(v) > 15 {
			p = []byte{0xdc, byte(len(v) >> 8), byte(len(v))}
		}
		for _, e := range v {
			p = append(p, encode(e)...)
		}
		return p
	case []byte:
		return appendBin(nil, v)
	case string:
		return appendStr(nil, v)
	case uint64:
		return appendUint(nil, v)
	case int:
		return appendUint(nil, uint64(v))
	case bool:
		if v {
			return []byte{0xc3}
		}
		return []byte{0xc2}
	case raw:
		return v
	}
	panic(fmt.Sprintf("encode %T", v))
}

// key makes a key pair from a number.
func key(n int) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(fmt.Sprint("key ", n)))
	return ed25519.NewKeyFromSeed(seed[:])
}

func public(k ed25519.PrivateKey) []byte { return k.Public().(ed25519.PublicKey) }

var genesis = m{"gen": "test-v1", "gh": bytes.Repeat([]byte{0x67}, 32)}

// payment is a transaction without what blocks leave out.
func payment(sender []byte) m {
	return m{"type": "pay", "snd": sender, "fee": 1000, "amt": 5, "fv": 1, "lv": 1000, "rcv": bytes.Repeat([]byte{0x72}, 32)}
}

// signedBytes is what signs for a transaction.
func signedBytes(txn m) []byte {
	full := m{"gen": genesis["gen"], "gh": genesis["gh"]}
	for k, v := range txn {
		full[k] = v
	}
	return append([]byte("TX"), encode(full)...)
}

// inBlock is a transaction as a block has it.
func inBlock(txn m, signatures m) m {
	s := m{"txn": txn, "hgi": true}
	for k, v := range signatures {
		s[k] = v
	}
	return s
}

// signed is a payment with a single signature.
func signedBy(k ed25519.PrivateKey) m {
	txn := payment(public(k))
	return inBlock(txn, m{"sig": ed25519.Sign(k, signedBytes(txn))})
}

// multi is a multisignature's fields, and its account.
func multi(version, threshold int, message []byte, keys []ed25519.PrivateKey, signers ...int) (o m, account []byte) {
	image := append([]byte("MultisigAddr"), byte(version), byte(threshold))
	var subs []any
	for i, k := range keys {
		image = append(image, public(k)...)
		sub := m{"pk": public(k)}
		if slices.Contains(signers, i) {
			sub["s"] = ed25519.Sign(k, message)
		}
		subs = append(subs, sub)
	}
	h := sha512.Sum512_256(image)
	o = m{"subsig": subs}
	if version != 0 {
		o["v"] = version
	}
	if threshold != 0 {
		o["thr"] = threshold
	}
	return o, h[:]
}

// testBlock is a block to be made.
type testBlock struct {
	round  uint64
	txns   []m
	header m // fields instead of those that fit
	voters []voter
	cert   m // fields instead of those that fit
	noCert bool
}

// voter is an account with its participation keys; numbers are seeds of keys.
type voter struct {
	n          int
	dilution   uint64
	pairs      bool // votes for two proposals
	change     func(vote m)
	seedBlocks []byte // the seed that its credential is for; nil: a proof of something else
}

func (v voter) account() []byte { return public(key(v.n)) }
func (v voter) voting() ed25519.PrivateKey {
	return key(v.n + 1000)
}
func (v voter) vrfSeed() [32]byte { return sha256.Sum256([]byte(fmt.Sprint("vrf ", v.n))) }

// row is the voter's line of the side file, with the columns that are asked for.
func (v voter) row(voting, dilution, selection bool) string {
	s := fmt.Sprintf("%x,", v.account())
	if voting {
		s += fmt.Sprintf("%x", public(v.voting()))
	}
	s += ","
	if dilution {
		s += fmt.Sprint(v.dilution)
	}
	s += ","
	if selection {
		k, _ := sample.ProveVRF(kernels.Draft03, v.vrfSeed(), nil)
		s += fmt.Sprintf("%x", k)
	}
	return s + "\n"
}

// oneTime signs a vote's encoding.
func (v voter) oneTime(round uint64, message []byte) m {
	oneTime, batch := key(v.n+2000), key(v.n+3000)
	d := v.dilution
	offsetID := append([]byte("OT2"), encode(m{"batch": round / d, "off": round % d, "pk": public(oneTime)})...)
	batchID := append([]byte("OT1"), encode(m{"batch": round / d, "pk": public(batch)})...)
	return m{
		"p": public(oneTime), "s": ed25519.Sign(oneTime, message),
		"p2": public(batch), "p1s": ed25519.Sign(batch, offsetID),
		"p2s": ed25519.Sign(v.voting(), batchID), "ps": make([]byte, 64),
	}
}

// vote is the voter's entry in the certificate.
func (v voter) vote(round uint64, proposal m) m {
	alpha := append([]byte("AS"), encode(m{"per": 0, "rnd": round, "seed": bytes.Repeat([]byte{1}, 32), "step": 2})...)
	if v.seedBlocks != nil {
		alpha = append([]byte("AS"), encode(m{"per": 0, "rnd": round, "seed": v.seedBlocks, "step": 2})...)
	}
	_, proof := sample.ProveVRF(kernels.Draft03, v.vrfSeed(), alpha)
	o := m{"snd": v.account(), "cred": m{"pf": proof[:]}}
	message := func(p m) []byte {
		return append([]byte("VO"), encode(m{"prop": p, "rnd": round, "snd": v.account(), "step": 2})...)
	}
	if v.pairs {
		other := m{"dig": bytes.Repeat([]byte{9}, 32), "oper": 1}
		o["props"] = []any{other, proposal}
		o["sig"] = []any{v.oneTime(round, message(other)), v.oneTime(round, message(proposal))}
	} else {
		o["sig"] = v.oneTime(round, message(proposal))
	}
	if v.change != nil {
		v.change(o)
	}
	return o
}

// bytes is the block with its certificate.
func (b testBlock) bytes() []byte {
	var leaves [][2][]byte
	var txns []any
	for _, s := range b.txns {
		leaves = append(leaves, [2][]byte{signedBytes(s["txn"].(m)), encode(s)})
		txns = append(txns, s)
	}
	header := m{"rnd": b.round, "seed": seedOf(b.round), "txn256": vectorRoot(leaves), "fees": bytes.Repeat([]byte{0xfe}, 32)}
	for k, v := range genesis {
		header[k] = v
	}
	if len(txns) > 0 {
		header["txn"] = merkleRoot(leaves)
	}
	for k, v := range b.header {
		header[k] = v
		if v == nil {
			delete(header, k)
		}
	}
	digest := sha512.Sum512_256(append([]byte("BH"), encode(header)...))
	body := m{}
	for k, v := range header {
		body[k] = v
	}
	if len(txns) > 0 {
		body["txns"] = txns
	}
	if b.noCert {
		return encode(m{"block": body})
	}
	proposal := m{"dig": digest[:], "encdig": bytes.Repeat([]byte{0xed}, 32), "oprop": bytes.Repeat([]byte{0x0a}, 32)}
	var votes, pairs []any
	for _, v := range b.voters {
		if v.pairs {
			pairs = append(pairs, v.vote(b.round, proposal))
		} else {
			votes = append(votes, v.vote(b.round, proposal))
		}
	}
	cert := m{"rnd": b.round, "step": 2, "prop": proposal}
	if votes != nil {
		cert["vote"] = votes
	}
	if pairs != nil {
		cert["eqv"] = pairs
	}
	for k, v := range b.cert {
		cert[k] = v
		if v == nil {
			delete(cert, k)
		}
	}
	return encode(m{"block": body, "cert": cert})
}

func seedOf(round uint64) []byte {
	h := sha256.Sum256([]byte(fmt.Sprint("seed ", round)))
	return h[:]
}

// merkleRoot and vectorRoot are the two trees by their definitions, top down.

func merkleRoot(leaves [][2][]byte) []byte {
	sum := func(p ...[]byte) []byte { h := sha512.Sum512_256(bytes.Join(p, nil)); return h[:] }
	height := bits.Len(uint(max(len(leaves), 1) - 1))
	var node func(first, height int) []byte
	node = func(first, height int) []byte {
		switch {
		case first >= len(leaves):
			return make([]byte, 32)
		case height == 0:
			return sum([]byte("TL"), sum(leaves[first][0]), sum([]byte("STIB"), leaves[first][1]))
		}
		return sum([]byte("MA"), node(first, height-1), node(first+1<<(height-1), height-1))
	}
	return node(0, height)
}

func vectorRoot(leaves [][2][]byte) []byte {
	sum := func(p ...[]byte) []byte { h := sha256.Sum256(bytes.Join(p, nil)); return h[:] }
	height := 0
	for 1<<height < len(leaves) || len(leaves) == 1 && height == 0 {
		height++
	}
	// Going left appends a 0 bit, right a 1, but the first step decides the lowest bit of the index.
	var node func(index, depth int) []byte
	node = func(index, depth int) []byte {
		if depth == height {
			if index >= len(leaves) {
				return sum([]byte("MB"))
			}
			return sum([]byte("TL"), sum(leaves[index][0]), sum([]byte("STIB"), leaves[index][1]))
		}
		return sum([]byte("MA"), node(index, depth+1), node(index|1<<depth, depth+1))
	}
	return node(0, 0)
}
