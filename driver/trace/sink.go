package trace

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/regs"
)

// ErrStuck: the file took no more records, and was given up.
var ErrStuck = errors.New("trace: the file takes no records")

// sink takes records from any goroutine, without waiting for the file.
type sink struct {
	file *pcapgo.NgWriter // of the writer
	clock
	patience time.Duration // how long close waits for a file that does not take what it is given
	done     chan struct{} // closed when the writer has ended

	mu      sync.Mutex
	wake    *sync.Cond // for the writer
	ring    []slot
	first   int // in ring, of the oldest
	held    int
	number  uint32
	missing uint64 // lost since the last record that was held
	lost    uint64
	err     error
	closed  bool
}

// clock tells times that never go back.
type clock struct {
	begin time.Time
	now   func() time.Duration // since begin
}

func realClock() clock {
	begin := time.Now()
	return clock{begin, func() time.Duration { return time.Since(begin) }} // monotonic
}

// slot is a record that waits.
type slot struct {
	at time.Duration // after begin
	n  int
	b  [MaxSize]byte
}

func newSink(w io.Writer, i driver.Info, buffer int, c clock) (*sink, error) {
	file, err := pcapgo.NewNgWriterInterface(w, pcapgo.NgInterface{
		Name: i.Name, Description: fmt.Sprintf("%s %04x:%04x", i.Transport, i.Vendor, i.Device), LinkType: layers.LinkType(LinkType),
	}, pcapgo.NgWriterOptions{SectionInfo: pcapgo.NgSectionInfo{
		Application: "sluice",
		Comment:     fmt.Sprintf("bus trace, record format %d, register map %d.%d.%d", Version, regs.VersionMajor, regs.VersionMinor, regs.VersionPatch),
	}})
	if err == nil {
		err = file.Flush() // a file that takes nothing is an error now, not later
	}
	if err != nil {
		return nil, fmt.Errorf("trace: %w", err)
	}
	s := &sink{file: file, clock: c, patience: 2 * time.Second, done: make(chan struct{}), ring: make([]slot, buffer)}
	s.wake = sync.NewCond(&s.mu)
	go s.write()
	return s, nil
}

// put takes a record, and numbers it. Its time is now. Nothing of r is kept.
func (s *sink) put(r *Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.number++
	r.Number = s.number
	need := 1
	if s.missing > 0 {
		need = 2
	}
	if s.err != nil || len(s.ring)-s.held < need {
		s.missing++
		s.lost++
		return
	}
	at := s.now() // under the lock, so the file is in order of time
	if s.missing > 0 {
		s.hold(at, s.gap(s.number-1))
	}
	s.hold(at, r)
	s.wake.Signal()
}

// gap is the record that tells how many are missing; it has the number of the last of them.
func (s *sink) gap(number uint32) *Record {
	r := &Record{Type: Lost, Number: number, Words: [4]uint64{s.missing}}
	s.missing = 0
	return r
}

func (s *sink) hold(at time.Duration, r *Record) {
	to := &s.ring[(s.first+s.held)%len(s.ring)]
	to.at, to.n = at, r.put(to.b[:])
	s.held++
}

// write moves records to the file until the sink is closed and empty. What it holds is in the file whenever there is
// nothing to do, so that a process that is killed leaves a file that is whole.
func (s *sink) write() {
	defer close(s.done)
	batch := make([]slot, 64)
	for {
		n, over := s.take(batch)
		var err error
		for i := range batch[:n] {
			if err = s.one(&batch[i]); err != nil {
				break
			}
		}
		if err == nil && n < len(batch) {
			err = s.file.Flush()
		}
		if err != nil {
			s.fail(fmt.Errorf("trace: %w", err))
		}
		if over {
			return
		}
	}
}

// take waits for records and moves them to the batch. over means that these are the last.
func (s *sink) take(batch []slot) (n int, over bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.held == 0 && !s.closed {
		s.wake.Wait()
	}
	if s.held == 0 && s.missing > 0 && s.err == nil {
		s.hold(s.now(), s.gap(s.number))
	}
	for n < len(batch) && s.held > 0 {
		batch[n] = s.ring[s.first]
		s.first = (s.first + 1) % len(s.ring)
		s.held--
		n++
	}
	return n, s.closed && s.held == 0 && (s.missing == 0 || s.err != nil)
}

func (s *sink) one(x *slot) error {
	return s.file.WritePacket(gopacket.CaptureInfo{Timestamp: s.begin.Add(x.at), CaptureLength: x.n, Length: x.n}, x.b[:x.n])
}

// fail notes the first error; nothing is held from then on.
func (s *sink) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
	}
	s.lost += uint64(s.held)
	s.held = 0
}

// close writes what is held, unless the file takes too long.
func (s *sink) close() {
	s.mu.Lock()
	s.closed = true
	s.wake.Signal()
	s.mu.Unlock()
	limit := time.NewTimer(s.patience)
	defer limit.Stop()
	select {
	case <-s.done:
	case <-limit.C:
		s.fail(ErrStuck)
	}
}

func (s *sink) stats() (written, lost uint64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return uint64(s.number) - s.lost, s.lost, s.err
}
