package ring

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/regs"
)

var (
	// ErrChip: the device is no chip of ours, or of a version that this software does not know.
	ErrChip = errors.New("ring: not a chip that this software knows")
	// ErrDeadline: the command outlived its deadline; the chip gave it back when it was told to.
	ErrDeadline = errors.New("ring: deadline exceeded")
	// ErrReset: the chip was reset while the command was in flight, because it or another one hung.
	ErrReset = errors.New("ring: chip was reset")
	// ErrPartial: the chip said that all is well, but decided fewer jobs than it was asked to.
	ErrPartial = errors.New("ring: fewer jobs decided than asked for")
	// ErrLost: the chip could not be reset. It may still touch the memory that the command named.
	ErrLost = errors.New("ring: chip is lost")
	// ErrClosed: the host was closed.
	ErrClosed = errors.New("ring: closed")
)

// Failure is what the chip says of a command that it could not do.
type Failure struct {
	Status  uint8
	Decided uint32 // jobs that have their verdict nevertheless, in no order
	Job     uint32 // that the failure struck, if it was one
}

func (f *Failure) Error() string {
	return fmt.Sprintf("ring: chip says %s (%d jobs decided, job %d)", regs.StatusName(f.Status), f.Decided, f.Job)
}

// Command is a span of a batch to decide. Addresses are the device's, of job 0.
type Command struct {
	Kernel                           uint16
	Rules                            uint32
	Inexact                          bool   // units may be used whose verdicts are to be checked
	Nop                              bool   // do nothing; the rest is ignored
	Lo, Hi                           uint32 // jobs
	MessageBytes                     uint32
	In, Ends, Messages, Verdict, Out uint64
}

// jobs that the chip is to decide.
func (c *Command) jobs() uint32 {
	if c.Nop || c.Hi < c.Lo {
		return 0
	}
	return c.Hi - c.Lo
}

func (c *Command) submission() regs.Submission {
	if c.Nop {
		return regs.Submission{Opcode: regs.OpcodeNop}
	}
	s := regs.Submission{Kernel: c.Kernel, Opcode: regs.OpcodeRun, Rules: c.Rules, Lo: c.Lo, Hi: c.Hi, MessageBytes: c.MessageBytes,
		In: c.In, Ends: c.Ends, Messages: c.Messages, Verdict: c.Verdict, Out: c.Out}
	if c.Inexact {
		s.Inexact = 1
	}
	return s
}

// Batch is the command for jobs [lo,hi) of a batch in the batch's own memory: region is what kernels.Batch.Region gives,
// base where the device sees it. Errors: driver.ErrRange, if it is no batch or has not these jobs.
func Batch(region []byte, base uint64, lo, hi int) (Command, error) {
	le := binary.LittleEndian
	if len(region) < 64 || string(region[:4]) != "SLBT" || le.Uint16(region[4:]) != 1 {
		return Command{}, fmt.Errorf("%w: not a batch", driver.ErrRange)
	}
	if n := int64(le.Uint32(region[12:])); lo < 0 || lo > hi || int64(hi) > n {
		return Command{}, fmt.Errorf("%w: jobs [%d,%d) of %d", driver.ErrRange, lo, hi, n)
	}
	at := func(i int) uint64 { return base + le.Uint64(region[24+8*i:]) }
	return Command{
		Kernel: le.Uint16(region[6:]), Rules: le.Uint32(region[8:]), Lo: uint32(lo), Hi: uint32(hi), MessageBytes: le.Uint32(region[16:]),
		In: at(0), Ends: at(1), Messages: at(2), Verdict: at(3), Out: at(4),
	}, nil
}
