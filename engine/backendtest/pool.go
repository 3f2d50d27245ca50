package backendtest

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/ecctest"
)

// pool collects jobs for one kernel and rule.
type pool struct {
	kernel   *kernels.Kernel
	rule     kernels.Flags
	rng      *rand.Rand
	rows     [][]byte
	messages [][]byte
}

const (
	samples      = 8
	randomRows   = 64
	poolMessages = 64 // bytes of a sample's message
)

// makePool makes jobs and has Ref decide them, as many as the effort allows. At least one mutant of each byte of a row
// is among them.
func makePool(k *kernels.Kernel, rule kernels.Flags, o *Options) (*kernels.Batch, error) {
	p := &pool{kernel: k, rule: rule, rng: rand.New(rand.NewPCG(uint64(k.ID), uint64(rule)))}
	p.addBatch(k.Known(rule))
	size := 0
	if k.Message {
		size = poolMessages
	}
	base := kernels.New(k, rule, samples, samples*size)
	if err := o.Fill(base, samples, uint64(k.ID), size); err != nil {
		return nil, fmt.Errorf("backendtest: samples of %s: %w", k.Name, err)
	}
	p.addBatch(base)
	must := p.mutants(base, true)
	for _, j := range awkward(k.ID) {
		p.add(j.Row, j.Message)
	}
	p.extremes(base)
	must += p.lengths(base)
	rest := len(p.rows)
	p.mutants(base, false)
	p.rng.Shuffle(len(p.rows)-rest, func(i, j int) {
		p.rows[rest+i], p.rows[rest+j] = p.rows[rest+j], p.rows[rest+i]
		p.messages[rest+i], p.messages[rest+j] = p.messages[rest+j], p.messages[rest+i]
	})
	return p.decide(o.Effort, rest)
}

// awkward are jobs at the edges of the curve arithmetic.
func awkward(id kernels.ID) []ecctest.Job {
	switch id {
	case kernels.Secp256k1Verify:
		return ecctest.ECDSAJobs(ecctest.Secp256k1())
	case kernels.Secp256k1Recover:
		return ecctest.RecoverJobs(ecctest.Secp256k1())
	case kernels.Secp256k1Schnorr:
		return ecctest.SchnorrJobs(ecctest.Secp256k1())
	case kernels.P256Verify:
		return ecctest.ECDSAJobs(ecctest.P256())
	case kernels.SM2Verify:
		return ecctest.SM2Jobs(ecctest.SM2())
	}
	return nil
}

// add takes a copy of a job. Fields that say how much work there is are bounded.
func (p *pool) add(row, message []byte) {
	if !p.kernel.Message {
		message = nil
	}
	row = append([]byte(nil), row...)
	at := -1
	switch p.kernel.ID {
	case kernels.SHA256dPoW:
		at = 80 + 32 + 4
	case kernels.SHA256Chain:
		at = 96
	}
	if at >= 0 {
		if n := binary.LittleEndian.Uint32(row[at:]); n > 5000 {
			binary.LittleEndian.PutUint32(row[at:], n%5000)
		}
	}
	p.rows, p.messages = append(p.rows, row), append(p.messages, message)
}

func (p *pool) addBatch(b *kernels.Batch) {
	for i := range b.Len() {
		p.add(b.Row(i), b.Message(i))
	}
}

// mutants flips bits of the rows and messages of valid jobs: one bit in each byte if first, or all the others of the
// first two jobs.
func (p *pool) mutants(base *kernels.Batch, first bool) (n int) {
	flip := func(what []byte, bit int, add func(changed []byte)) {
		changed := append([]byte(nil), what...)
		changed[bit/8] ^= 1 << (bit % 8)
		add(changed)
		n++
	}
	jobs := 2
	if first {
		jobs = 1
	}
	for i := range jobs {
		row, message := base.Row(i), base.Message(i)
		for bit := range 8 * len(row) {
			if chosen := bit%8 == (bit/8*5+i)%8; chosen == first {
				flip(row, bit, func(changed []byte) { p.add(changed, message) })
			}
		}
		for bit := range 8 * len(message) {
			if chosen := bit%64 == 13*i; chosen == first {
				flip(message, bit, func(changed []byte) { p.add(row, changed) })
			}
		}
	}
	return n
}

// extremes are rows of one value, rows of which a part has one value, rows that are parts of two jobs, and random rows.
func (p *pool) extremes(base *kernels.Batch) {
	in := p.kernel.In
	if in == 0 {
		return
	}
	for _, x := range []byte{0, 1, 0x7f, 0x80, 0xff} {
		row := make([]byte, in)
		for i := range row {
			row[i] = x
		}
		p.add(row, base.Message(0))
		for from := 0; from < in; from += 16 {
			row := append([]byte(nil), base.Row(1)...)
			for i := from; i < min(from+32, in); i++ {
				row[i] = x
			}
			p.add(row, base.Message(1))
		}
	}
	for from := 0; from < in; from += 16 {
		row := append([]byte(nil), base.Row(2)...)
		copy(row[from:], base.Row(3)[from:])
		p.add(row, base.Message(2))
	}
	for range randomRows {
		row := make([]byte, in)
		for i := range row {
			row[i] = byte(p.rng.Uint32())
		}
		p.add(row, base.Message(p.rng.IntN(base.Len())))
	}
}

// lengths are messages of all lengths around the block sizes of hash functions, and a few long ones.
func (p *pool) lengths(base *kernels.Batch) (n int) {
	if !p.kernel.Message {
		return 0
	}
	last := 300
	if p.kernel.In > 0 {
		last = 140 // the message is only a part of what is hashed
	}
	for size := range last {
		p.add(base.Row(size%base.Len()), p.random(size))
	}
	for _, size := range []int{511, 512, 513, 1000, 4095, 4096, 4097, 65537} {
		p.add(base.Row(0), p.random(size))
	}
	return last
}

func (p *pool) random(n int) []byte {
	m := make([]byte, n)
	for i := range m {
		m[i] = byte(p.rng.Uint32())
	}
	return m
}

// decide has Ref decide the first must jobs, and of the others as many as the effort allows.
func (p *pool) decide(effort time.Duration, must int) (*kernels.Batch, error) {
	size := 0
	for _, m := range p.messages {
		size += len(m)
	}
	b, err := kernels.NewIn(kernels.Heap, p.kernel, p.rule, len(p.rows), size)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	for i, row := range p.rows {
		if i >= must && i%16 == 0 && time.Since(start) > effort {
			break
		}
		if err := appendJob(b, row, p.messages[i]); err != nil {
			return nil, err
		}
		p.kernel.Ref(b, i, i+1)
		if v := b.Verdict(i); v != kernels.Valid && v != kernels.Invalid {
			return nil, fmt.Errorf("backendtest: Ref of %s leaves job %d %v", p.kernel.Name, i, v)
		}
	}
	return b, nil
}

// appendJob adds a job by its bytes.
func appendJob(b *kernels.Batch, row, message []byte) error {
	to, err := b.Add(message)
	if err == nil {
		copy(to, row)
	}
	return err
}

// pick makes a batch of n jobs of the pool, with their answers. Each job of the pool is in it if n is large enough.
func (c *Case) pick(n int, seed uint64) (*kernels.Batch, error) {
	from := c.pool
	r := rand.New(rand.NewPCG(seed, 77))
	order := r.Perm(from.Len())
	jobs := make([]int, n)
	size := 0
	for i := range jobs {
		if i < len(order) {
			jobs[i] = order[i]
		} else {
			jobs[i] = r.IntN(from.Len())
		}
		size += len(from.Message(jobs[i]))
	}
	b, err := kernels.NewIn(kernels.Heap, c.Kernel, c.Rule, n, size)
	if err != nil {
		return nil, err
	}
	for i, j := range jobs {
		if err := appendJob(b, from.Row(j), from.Message(j)); err != nil {
			return nil, err
		}
		b.SetVerdict(i, from.Verdict(j))
		copy(b.Out(i), from.Out(j))
	}
	return b, nil
}
