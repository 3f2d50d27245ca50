//go:build linux

package trace

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/google/gopacket/pcapgo"
	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/ring"
)

// quiet is a device that does nothing.
type quiet struct{ driver.Device }

func (quiet) Info() driver.Info             { return driver.Info{Name: "quiet", Transport: "test"} }
func (quiet) Read32(uint32) (uint32, error) { return 7, nil }
func (quiet) Write32(_, _ uint32) error     { return nil }
func (quiet) Close() error                  { return nil }

// gate is a file that takes its second write, and all after it, only when it is opened.
type gate struct {
	bytes.Buffer
	writes      int
	asked, open chan struct{}
}

func newGate() *gate { return &gate{asked: make(chan struct{}), open: make(chan struct{})} }

func (g *gate) Write(b []byte) (int, error) {
	if g.writes++; g.writes == 2 {
		close(g.asked)
		<-g.open
	}
	return g.Buffer.Write(b)
}

// waiting is how many records wait.
func (s *sink) waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.held
}

// read reads a file: records and their times.
func read(t *testing.T, file io.Reader) (all []Record, times []time.Time) {
	t.Helper()
	r, err := pcapgo.NewNgReader(file, pcapgo.DefaultNgReaderOptions)
	if err != nil {
		t.Fatal(err)
	}
	if r.LinkType() != LinkType {
		t.Errorf("link type %d", r.LinkType())
	}
	for {
		b, info, err := r.ReadPacketData()
		if err == io.EOF {
			return all, times
		} else if err != nil {
			t.Fatal(err)
		}
		x, err := Parse(b)
		if err != nil {
			t.Fatal(err)
		}
		all, times = append(all, x), append(times, info.Timestamp)
	}
}

// TestSlowFile: a file that takes nothing delays nobody; what found no room is counted, and the file says where.
func TestSlowFile(t *testing.T) {
	g := newGate()
	const room, n = 100, 1000
	d, err := New(quiet{}, g, Options{Buffer: room})
	if err != nil {
		t.Fatal(err)
	}
	<-g.asked // the writer has the first record, and waits for the file
	for i := range n {
		if v, err := d.Read32(uint32(4 * i)); v != 7 || err != nil {
			t.Fatal(v, err)
		}
	}
	if s := d.Stats(); s.Lost != n-room || s.Records != 1+room {
		t.Errorf("%+v", s)
	}
	close(g.open)
	for d.sink.waiting() > 0 {
		time.Sleep(time.Millisecond)
	}
	d.Read32(4 * n)
	if err := d.Close(); err != nil || d.Err() != nil {
		t.Error(err, d.Err())
	}
	all, times := read(t, &g.Buffer)
	// Info, those that had room, the gap, the last read, Close.
	if len(all) != 1+room+3 {
		t.Fatalf("%d records", len(all))
	}
	next := uint32(1)
	for i, r := range all {
		if i > 0 && times[i].Before(times[i-1]) {
			t.Errorf("record %d is before the one before it", i)
		}
		if r.Type == Lost {
			if i != 1+room || r.Words[0] != n-room || r.Number != next+n-room-1 {
				t.Errorf("record %d: %+v", i, r)
			}
			next += n - room
			continue
		}
		if r.Number != next {
			t.Errorf("record %d has the number %d, want %d", i, r.Number, next)
		}
		next++
	}
	if last := all[len(all)-2]; last.Type != Read || last.Words[0] != 4*n {
		t.Errorf("%+v", last)
	}
}

// TestLostAtTheEnd: what is missing at the end is told, too.
func TestLostAtTheEnd(t *testing.T) {
	g := newGate()
	d, err := New(quiet{}, g, Options{Buffer: 4})
	if err != nil {
		t.Fatal(err)
	}
	<-g.asked
	for range 10 {
		d.Write32(0, 1)
	}
	go func() { time.Sleep(10 * time.Millisecond); close(g.open) }()
	d.Close() // its record has no room either
	all, _ := read(t, &g.Buffer)
	if last := all[len(all)-1]; len(all) != 6 || last.Type != Lost || last.Words[0] != 7 || last.Number != 12 {
		t.Errorf("%d records, the last %+v", len(all), last)
	}
}

// TestStuckFile: a file that never takes anything does not keep Close from its end.
func TestStuckFile(t *testing.T) {
	g := newGate()
	d, err := New(quiet{}, g, Options{})
	if err != nil {
		t.Fatal(err)
	}
	<-g.asked
	d.sink.patience = 20 * time.Millisecond
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if !errors.Is(d.Err(), ErrStuck) {
		t.Error(d.Err())
	}
	close(g.open)
	<-d.sink.done
}

// broken is a file that fails after some bytes.
type broken struct{ left int }

func (b *broken) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

// TestBrokenFile: a file that fails is told of, once; the device does not notice.
func TestBrokenFile(t *testing.T) {
	if d, err := New(quiet{}, &broken{10}, Options{}); !errors.Is(err, io.ErrShortWrite) || d != nil {
		t.Errorf("%v, %v", d, err)
	}
	d, err := New(quiet{}, &broken{1000}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for d.Err() == nil {
		if v, err := d.Read32(0); v != 7 || err != nil {
			t.Fatal(v, err)
		}
	}
	lost := d.Stats().Lost
	for range 100 {
		d.Read32(0)
	}
	if s := d.Stats(); !errors.Is(d.Err(), io.ErrShortWrite) || s.Lost != lost+100 {
		t.Errorf("%v, %+v, %d lost before", d.Err(), s, lost)
	}
	if err := d.Close(); err != nil || !errors.Is(d.Err(), io.ErrShortWrite) {
		t.Error(err, d.Err())
	}
}

// TestAllocations: to record takes no memory.
func TestAllocations(t *testing.T) {
	d, err := New(quiet{}, io.Discard, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if n := testing.AllocsPerRun(1000, func() {
		d.Read32(0)
		d.Write32(0x8000, 1)
		d.Submitted(1, [64]byte{})
		d.Completed(1, [32]byte{}, ring.Believed)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkRecord is what a record costs whoever makes it, as long as the file keeps up.
func BenchmarkRecord(b *testing.B) {
	d, err := New(quiet{}, io.Discard, Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	b.ReportAllocs()
	for b.Loop() {
		d.Write32(0x8000, 1)
	}
	s := d.Stats()
	b.ReportMetric(100*float64(s.Lost)/float64(s.Records+s.Lost), "%lost")
}
