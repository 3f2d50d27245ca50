//go:build linux

package trace

import (
	"io"
	"math"
	"sync"
	"time"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/regs"
	"github.com/sluice-engine/sluice/driver/ring"
)

// Options of a Device. Zero values are usable.
type Options struct {
	Buffer int // records that wait for the file, at most; 0 means 8192, about 1 MiB
}

// Device is a device whose traffic is recorded. It implements driver.Device and ring.Observer.
type Device struct {
	device driver.Device
	sink   *sink

	mu     sync.Mutex // of relays
	relays map[int]*relay
	once   sync.Once // Close
	closed error
}

var (
	_ driver.Device = (*Device)(nil)
	_ ring.Observer = (*Device)(nil)
)

// New records the traffic of the device to w, which only the Device's own goroutine writes to until Close has returned; the
// caller closes it after that. The Device owns d: its Close closes d. The error is that of the first bytes written, with
// which nothing is changed.
func New(d driver.Device, w io.Writer, o Options) (*Device, error) {
	return newDevice(d, w, o, realClock())
}

func newDevice(d driver.Device, w io.Writer, o Options, c clock) (*Device, error) {
	if o.Buffer <= 0 {
		o.Buffer = 8192
	}
	i := d.Info()
	s, err := newSink(w, i, max(o.Buffer, 2), c)
	if err != nil {
		return nil, err
	}
	s.put(&Record{Type: Info, Words: [4]uint64{uint64(i.Vendor), uint64(i.Device), uint64(i.BARSize), uint64(i.Vectors)},
		Tail: []byte(i.Transport + " " + i.Name)})
	return &Device{device: d, sink: s, relays: map[int]*relay{}}, nil
}

// Stats counts records.
type Stats struct {
	Records uint64 // in the file or on their way to it
	Lost    uint64 // for want of room, or since the file failed
}

// Stats is cheap.
func (d *Device) Stats() Stats {
	records, lost, _ := d.sink.stats()
	return Stats{records, lost}
}

// Err is why the file is not whole: the first error of writing it, or nil. Lost records are no error.
func (d *Device) Err() error {
	_, _, err := d.sink.stats()
	return err
}

// since is how long it is since begin, in ns.
func (d *Device) since(begin time.Duration) uint32 {
	return uint32(min(uint64(d.sink.now()-begin), math.MaxUint32))
}

// Info implements driver.Device.
func (d *Device) Info() driver.Info { return d.device.Info() }

// Read32 implements driver.Device.
func (d *Device) Read32(offset uint32) (uint32, error) {
	begin := d.sink.now()
	v, err := d.device.Read32(offset)
	d.sink.put(&Record{Type: Read, Took: d.since(begin), Status: statusOf(err), Words: [4]uint64{uint64(offset), uint64(v)}})
	return v, err
}

// Write32 implements driver.Device.
func (d *Device) Write32(offset, value uint32) error {
	r := Record{Type: Write, Words: [4]uint64{uint64(offset), uint64(value)}}
	if offset >= regs.DoorbellSQTail(0) && offset < regs.DoorbellSQTail(regs.Queues) {
		r.Type = Doorbell
	}
	d.sink.put(&r)
	begin := d.sink.now()
	err := d.device.Write32(offset, value)
	if err != nil {
		r.Took, r.Status = d.since(begin), statusOf(err)
		d.sink.put(&r)
	}
	return err
}

// Map implements driver.Device.
func (d *Device) Map(m driver.Memory, iova uint64) error {
	begin := d.sink.now()
	err := d.device.Map(m, iova)
	d.sink.put(&Record{Type: Map, Took: d.since(begin), Status: statusOf(err), Words: [4]uint64{iova, uint64(len(m.Bytes)), uint64(m.Offset)}})
	return err
}

// Unmap implements driver.Device.
func (d *Device) Unmap(iova, size uint64) error {
	begin := d.sink.now()
	err := d.device.Unmap(iova, size)
	d.sink.put(&Record{Type: Unmap, Took: d.since(begin), Status: statusOf(err), Words: [4]uint64{iova, size}})
	return err
}

// Reset implements driver.Device.
func (d *Device) Reset() error {
	begin := d.sink.now()
	err := d.device.Reset()
	d.sink.put(&Record{Type: Reset, Took: d.since(begin), Status: statusOf(err)})
	return err
}

// Submitted implements ring.Observer.
func (d *Device) Submitted(queue uint32, entry [regs.SubmissionSize]byte) {
	d.sink.put(&Record{Type: Submission, Words: [4]uint64{uint64(queue)}, Tail: entry[:]})
}

// Completed implements ring.Observer.
func (d *Device) Completed(queue uint32, entry [regs.CompletionSize]byte, j ring.Judgement) {
	var e regs.Completion
	e.Get(&entry)
	d.sink.put(&Record{Type: Completion, Cycle: e.Stamp, HasCycle: j == ring.Believed, Words: [4]uint64{uint64(queue), uint64(j)}, Tail: entry[:]})
}

// Close implements driver.Device. It closes the device that was wrapped, and gives its error; then it writes what is left to
// the file, of which [Device.Err] tells.
func (d *Device) Close() error {
	d.once.Do(func() {
		begin := d.sink.now()
		d.closed = d.device.Close()
		took := d.since(begin)
		d.mu.Lock()
		for v, r := range d.relays {
			r.end()
			delete(d.relays, v)
		}
		d.mu.Unlock()
		d.sink.put(&Record{Type: Close, Took: took, Status: statusOf(d.closed)})
		d.sink.close()
	})
	return d.closed
}
