//go:build linux

package fake

import (
	"encoding/binary"
	"errors"
	"math/bits"
	"slices"

	"github.com/sluice-engine/sluice/driver/regs"
	"github.com/sluice-engine/sluice/kernels"
)

// result is what becomes of a submission.
type result struct {
	status          uint8
	decided, detail uint32
	errors          uint32 // bits of the register ERROR
	address         uint64 // of a DMA error
	read, written   uint64 // bytes
}

// cycles that a chip might have taken.
func (r *result) cycles() uint32 { return 20 + 65*r.decided }

func refused(status uint8, job uint32) result {
	return result{status: status, detail: job, errors: regs.GlobalErrorDescriptorMask}
}

// account adds a submission to the counters.
func (c *Chip) account(s *regs.Submission, r result) {
	c.cycle += uint64(r.cycles())
	c.live[regs.CounterCycles] += uint64(r.cycles())
	c.live[regs.CounterBusy] += uint64(r.cycles())
	c.live[regs.CounterSubmissions]++
	c.live[regs.CounterJobs] += uint64(r.decided)
	c.live[regs.CounterBytesRead] += r.read
	c.live[regs.CounterBytesWritten] += r.written
	if i := slices.IndexFunc(c.config.Kernels, func(k *kernels.Kernel) bool { return uint16(k.ID) == s.Kernel }); i >= 0 {
		c.live[regs.CounterUnitBusy(uint32(i))] += 65 * uint64(r.decided)
		c.live[regs.CounterUnitJobs(uint32(i))] += uint64(r.decided)
	}
}

// decide checks a submission and runs it, without the chip's lock.
func (c *Chip) decide(p port, s *regs.Submission, clean bool, fault Fault) result {
	switch {
	case clean && s.Opcode == regs.OpcodeNop:
		return result{status: regs.StatusOk}
	case !clean || s.Opcode != regs.OpcodeRun:
		return refused(regs.StatusBadOpcode, 0)
	}
	i := slices.IndexFunc(c.config.Kernels, func(k *kernels.Kernel) bool { return uint16(k.ID) == s.Kernel })
	if i < 0 {
		return refused(regs.StatusBadKernel, 0)
	}
	k := c.config.Kernels[i]
	switch {
	case !k.Allows(kernels.Flags(s.Rules)):
		return refused(regs.StatusBadRules, 0)
	case s.Hi < s.Lo || s.Hi-s.Lo > regs.MaxJobs:
		return refused(regs.StatusBadSpan, 0)
	}
	ok := section(s.In, s.Hi, k.In) && section(s.Verdict, s.Hi, 1) && section(s.Out, s.Hi, k.Out)
	if k.Message {
		ok = ok && section(s.Ends, s.Hi, 4) && section(s.Messages, s.MessageBytes, 1)
	}
	if !ok {
		return refused(regs.StatusBadAddress, 0)
	}

	var r result
	end := s.Hi
	if fault == Partial || fault == Liar || fault == Internal {
		end = s.Lo + (s.Hi-s.Lo)/2
	}
	const chunk = 256
	for lo := s.Lo; lo < end; {
		hi := min(lo+chunk, end)
		if status, job, addr := chunkOf(p, k, s, lo, hi, &r); status != regs.StatusOk {
			r.status, r.detail, r.address = status, job, addr
			r.errors = regs.GlobalErrorDescriptorMask
			switch status {
			case regs.StatusDMARead:
				r.errors = regs.GlobalErrorDMAReadMask
			case regs.StatusDMAWrite:
				r.errors = regs.GlobalErrorDMAWriteMask
			}
			return r
		}
		r.decided += hi - lo
		lo = hi
	}
	r.status = regs.StatusOk
	switch fault {
	case Liar:
		r.decided = s.Hi - s.Lo
	case Internal:
		r.status, r.errors = regs.StatusInternal, regs.GlobalErrorInternalMask
	}
	return r
}

// section tells whether the chip takes an address: that of a section which it needs is a multiple of 64, and the section
// ends within the address space.
func section(addr uint64, n uint32, size int) bool {
	if size == 0 {
		return true
	}
	_, over := bits.Add64(addr, uint64(n)*uint64(size), 0)
	return addr%64 == 0 && over == 0
}

// chunkOf decides jobs [lo,hi): fetch, reference, write. On an error it gives the job or the address that it struck.
func chunkOf(p port, k *kernels.Kernel, s *regs.Submission, lo, hi uint32, r *result) (status uint8, job uint32, addr uint64) {
	n := int(hi - lo)
	fetch := func(base uint64, at uint64, size int) (b []byte, ok bool) {
		addr = base + at
		b, err := p.read(addr, size)
		r.read += uint64(len(b))
		return b, err == nil
	}
	rows, ok := fetch(s.In, uint64(lo)*uint64(k.In), n*k.In)
	if !ok {
		return regs.StatusDMARead, lo, addr
	}
	ends := make([]uint32, n+1) // ends[0] is the begin of the first message
	var arena []byte
	if k.Message {
		first := uint32(1)
		if lo == 0 {
			first = 0
		}
		raw, ok := fetch(s.Ends, 4*uint64(lo-first), 4*(n+int(first)))
		if !ok {
			return regs.StatusDMARead, lo, addr
		}
		for i := range len(raw) / 4 {
			ends[i+1-int(first)] = binary.LittleEndian.Uint32(raw[4*i:])
		}
		for i := range n {
			if ends[i] > ends[i+1] || ends[i+1] > s.MessageBytes {
				return regs.StatusBadMessage, lo + uint32(i), 0
			}
		}
		if arena, ok = fetch(s.Messages, uint64(ends[0]), int(ends[n]-ends[0])); !ok {
			return regs.StatusDMARead, lo, addr
		}
	}

	b := kernels.New(k, kernels.Flags(s.Rules), n, len(arena))
	for i := range n {
		var message []byte
		if k.Message {
			message = arena[ends[i]-ends[0] : ends[i+1]-ends[0]]
		}
		row, err := b.Add(message)
		if err != nil {
			return regs.StatusInternal, lo + uint32(i), 0
		}
		copy(row, rows[i*k.In:])
	}
	k.Ref(b, 0, n)

	for _, w := range []struct {
		base uint64
		size int
		b    []byte
	}{{s.Out, k.Out, b.Outs()}, {s.Verdict, 1, b.Verdicts()}} { // verdicts last: they say that the output is there
		addr = w.base + uint64(lo)*uint64(w.size)
		if err := p.write(addr, w.b); errors.Is(err, errOver) {
			return regs.StatusAborted, lo, 0
		} else if err != nil {
			return regs.StatusDMAWrite, lo, addr
		}
		r.written += uint64(len(w.b))
	}
	return regs.StatusOk, 0, 0
}
