//go:build linux

package sim_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/driver/event"
	"github.com/sluice-engine/sluice/driver/regs"
	"github.com/sluice-engine/sluice/driver/vfiouser"
	"github.com/sluice-engine/sluice/driver/vfiouser/wire"
	"github.com/sluice-engine/sluice/sim"
	"golang.org/x/sys/unix"
)

var le = binary.LittleEndian

// raw speaks vfio-user without a client in between.
type raw struct {
	testing.TB
	socket *net.UnixConn
	id     uint16
}

func connect(t testing.TB, s *sim.Sim) *raw {
	t.Helper()
	c, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: s.Socket(), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return &raw{TB: t, socket: c}
}

// ask sends a command and gives the reply's payload, or its errno.
func (r *raw) ask(command uint16, payload []byte, fds ...int) ([]byte, error) {
	r.Helper()
	r.send(command, 0, payload, fds...)
	return r.reply(command)
}

func (r *raw) send(command uint16, flags uint32, payload []byte, fds ...int) {
	r.Helper()
	r.id++
	if err := wire.Send(r.socket, wire.Header{ID: r.id, Command: command, Flags: flags}, payload, fds...); err != nil {
		r.Fatal(err)
	}
}

func (r *raw) reply(command uint16) ([]byte, error) {
	r.Helper()
	m, err := wire.Receive(r.socket, 1<<21)
	if err != nil {
		r.Fatalf("command %d: %v", command, err)
	}
	m.CloseFDs()
	if m.ID != r.id || m.Command != command || m.Flags&wire.TypeMask != wire.FlagReply || m.Flags&^(wire.FlagReply|wire.FlagError) != 0 {
		r.Fatalf("command %d: reply %+v", command, m.Header)
	}
	if m.Flags&wire.FlagError == 0 {
		return m.Payload, nil
	}
	if len(m.Payload) != 0 || m.Errno == 0 {
		r.Errorf("command %d: error %d with %d bytes", command, m.Errno, len(m.Payload))
	}
	return nil, unix.Errno(m.Errno)
}

// refused fails unless the command is answered by the errno.
func (r *raw) refused(want unix.Errno, command uint16, payload []byte, fds ...int) {
	r.Helper()
	if p, err := r.ask(command, payload, fds...); err != want {
		r.Errorf("command %d of % x: %x, %v, want %v", command, payload[:min(len(payload), 40)], p, err, want)
	}
}

// must fails unless the command succeeds.
func (r *raw) must(command uint16, payload []byte, fds ...int) []byte {
	r.Helper()
	p, err := r.ask(command, payload, fds...)
	if err != nil {
		r.Fatalf("command %d of % x: %v", command, payload[:min(len(payload), 40)], err)
	}
	return p
}

func version(major, minor uint16, text string) []byte {
	return append(le.AppendUint16(le.AppendUint16(nil, major), minor), text...)
}

const capable = `{"capabilities":{"max_msg_fds":16,"max_data_xfer_size":1048576,"pgsizes":4096,"max_dma_maps":65535,"write_multiple":true}}` + "\x00"

func (r *raw) agree() *raw {
	r.Helper()
	r.must(wire.Version, version(0, 1, capable))
	return r
}

func pack(values ...any) (b []byte) {
	for _, v := range values {
		switch v := v.(type) {
		case int:
			b = le.AppendUint32(b, uint32(v))
		case uint64:
			b = le.AppendUint64(b, v)
		case string:
			b = append(b, v...)
		}
	}
	return b
}

// ended waits until the simulator has hung up.
func (r *raw) ended() {
	r.Helper()
	var b [1]byte
	if _, err := r.socket.Read(b[:]); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		r.Errorf("the connection is open: %v", err)
	}
}

func TestVersion(t *testing.T) {
	s := start(t, sim.Config{})
	for _, c := range []struct {
		name, text string
		minor      uint16
		want       string // the reply's JSON
	}{
		{"all", capable, 1, `{"capabilities":{"write_multiple":true,"max_msg_fds":16,"max_data_xfer_size":1048576,"pgsizes":4096,"max_dma_maps":65535}}`},
		{"none", "", 0, `{}`},
		{"empty", "{}\x00", 5, `{}`},
		{"some", `{"capabilities":{"pgsizes":4096,"twin_socket":{"supported":true}}}` + "\x00", 1, `{"capabilities":{"pgsizes":4096}}`},
		{"short", `{"capabilities":{"max_dma_maps":1}}` + "\x00", 0, `{}`}, // ours would be longer than theirs
	} {
		t.Run(c.name, func(t *testing.T) {
			r := connect(t, s)
			p := r.must(wire.Version, version(0, c.minor, c.text))
			if le.Uint16(p) != 0 || le.Uint16(p[2:]) != min(c.minor, 1) || string(p[4:]) != c.want+"\x00" {
				t.Errorf("%d.%d %s", le.Uint16(p), le.Uint16(p[2:]), p[4:])
			}
			r.refused(unix.EINVAL, wire.Version, version(0, 1, "{}\x00")) // a second time
			r.socket.Close()
		})
	}
	for name, p := range map[string][]byte{
		"major": version(1, 0, "{}\x00"), "no end": version(0, 1, "{}"), "no JSON": version(0, 1, "hello\x00"),
		"a number": version(0, 1, "1\x00"), "types": version(0, 1, `{"capabilities":{"max_msg_fds":"x"}}`+"\x00"),
	} {
		t.Run(name, func(t *testing.T) {
			r := connect(t, s)
			r.refused(unix.EINVAL, wire.Version, p)
			r.ended()
		})
	}
	t.Run("short", func(t *testing.T) {
		r := connect(t, s)
		r.refused(unix.EINVAL, wire.Version, []byte{0, 0, 0})
		r.agree().socket.Close()
	})
	t.Run("first", func(t *testing.T) {
		r := connect(t, s)
		for c := range uint16(20) {
			if c != wire.Version {
				r.refused(unix.EINVAL, c, make([]byte, 32))
			}
		}
	})
}

func TestDescription(t *testing.T) {
	r := connect(t, start(t, sim.Config{})).agree()
	if p := r.must(wire.GetInfo, pack(16, 0, 0, 0)); string(p) != string(pack(16, 3, 9, 5)) {
		t.Errorf("info % x", p)
	}
	sizes := [9]uint64{0: regs.BARSize, 2: 4096, 7: 4096}
	for i, size := range sizes {
		flags := 0
		if size > 0 {
			flags = 3
		}
		if p := r.must(wire.GetRegionInfo, pack(32, 0, i, 0, uint64(0), uint64(0))); string(p) != string(pack(32, flags, i, 0, size, uint64(0))) {
			t.Errorf("region %d: % x", i, p)
		}
		if p := r.must(6, pack(16, 0, i, 0)); string(p) != string(pack(16, 0, i, 0)) {
			t.Errorf("descriptors of region %d: % x", i, p)
		}
	}
	for i := range 5 {
		want := pack(16, 0, i, 0)
		if i == wire.MSIX {
			want = pack(16, 3, i, 4)
		}
		if p := r.must(wire.GetIRQInfo, pack(16, 0, i, 0)); string(p) != string(want) {
			t.Errorf("interrupts %d: % x", i, p)
		}
	}
	const multi, feature = 15, 16
	for _, c := range []struct {
		command uint16
		payload []byte
	}{
		{wire.GetInfo, pack(15, 0, 0, 0)}, {wire.GetInfo, pack(16, 0, 0)},
		{wire.GetRegionInfo, pack(31, 0, 0, 0, uint64(0), uint64(0))}, {wire.GetRegionInfo, pack(32, 0, 9, 0, uint64(0), uint64(0))},
		{wire.GetRegionInfo, pack(32, 0, 0, 0)}, {6, pack(8, 0, 0, 0)}, {6, pack(16, 1, 0, 0)}, {6, pack(16, 0, 9, 0)},
		{wire.GetIRQInfo, pack(15, 0, 0, 0)}, {wire.GetIRQInfo, pack(16, 0, 5, 0)},
		{multi, nil}, {feature, pack(4, 0)}, {0, nil}, {11, make([]byte, 64)}, {12, nil}, {14, nil}, {17, pack(8, 8)}, {18, nil}, {999, nil},
	} {
		r.refused(unix.EINVAL, c.command, c.payload)
	}
	r.refused(unix.ENOTTY, feature, pack(8, 1<<16|1))
	// A reply is not a command, whatever its number.
	r.send(wire.GetInfo, wire.FlagReply, pack(16, 0, 0, 0))
	if _, err := r.reply(wire.GetInfo); err != unix.EINVAL {
		t.Error(err)
	}
}

func access(offset uint64, region, count int, data ...any) []byte {
	return append(pack(offset, region, count), pack(data...)...)
}

func TestRegions(t *testing.T) {
	r := connect(t, start(t, sim.Config{})).agree()
	scratch := uint64(regs.GlobalScratch)
	if p := r.must(wire.RegionRead, access(regs.GlobalID, 0, 4)); string(p[16:]) != "\xff\xff\xff\xff" {
		t.Errorf("a BAR that is not enabled reads % x", p[16:])
	}
	r.must(wire.RegionWrite, append(access(4, 7, 2), 6, 0)) // memory, bus master
	if p := r.must(wire.RegionRead, access(regs.GlobalID, 0, 8)); string(p) != string(access(regs.GlobalID, 0, 8, regs.ID, regs.Version)) {
		t.Errorf("id and version % x", p)
	}
	if p := r.must(wire.RegionWrite, access(scratch, 0, 4, 0x1234)); string(p) != string(access(scratch, 0, 4)) {
		t.Errorf("write % x", p)
	}
	if p := r.must(wire.RegionRead, access(0, 7, 4096)); len(p) != 16+4096 || le.Uint16(p[16:]) != regs.Vendor || p[16+0x34] == 0 {
		t.Errorf("configuration space % x", p[:32])
	}
	if p := r.must(wire.RegionRead, access(0, 0, regs.BARSize)); len(p) != 16+regs.BARSize || le.Uint32(p[16+scratch:]) != 0x1234 {
		t.Errorf("all of BAR0: %d bytes", len(p))
	}
	for _, p := range [][]byte{
		access(0, 0, 0), access(2, 0, 4), access(0, 0, 2), access(regs.BARSize, 0, 4), access(regs.BARSize-4, 0, 8), access(1<<64-4, 0, 4),
		access(0, 1, 4), access(0, 9, 4), access(0, -1, 4), access(4096, 7, 1), access(0, 7, 4097), access(0, 0, 1<<20+4), access(0, 0, -1),
		access(0, 0, 4, 0), pack(uint64(0), 0),
	} {
		r.refused(unix.EINVAL, wire.RegionRead, p)
	}
	for _, p := range [][]byte{access(scratch, 0, 4), access(scratch, 0, 4, 1, 1), access(scratch, 0, 0), access(scratch, 1, 4, 1),
		access(scratch+1, 0, 4, 1), access(1<<64-4, 0, 4, 0), access(scratch, 0, -1, 1)} {
		r.refused(unix.EINVAL, wire.RegionWrite, p)
	}
	const multi = 15
	one := func(offset uint64, region, count int, v uint64) string { return string(pack(offset, region, count, v)) }
	if p := r.must(multi, pack(uint64(2), one(scratch, 0, 4, 1), one(scratch, 0, 4, 2))); string(p) != string(pack(uint64(2))) {
		t.Errorf("two writes: % x", p)
	}
	if p := r.must(multi, pack(uint64(2), one(scratch, 0, 4, 3), one(scratch, 1, 4, 4))); string(p) != string(pack(uint64(1))) {
		t.Errorf("one write, one refused: % x", p)
	}
	for _, p := range [][]byte{pack(uint64(0)), pack(uint64(1)), pack(uint64(1)<<63, one(scratch, 0, 4, 5)), pack(uint64(1), one(scratch, 0, 9, 5)),
		pack(uint64(1), one(scratch, 1, 4, 5)), pack(uint64(1), one(scratch, 0, 4, 5), 0)} {
		r.refused(unix.EINVAL, multi, p)
	}
	if p := r.must(wire.RegionRead, access(scratch, 0, 4)); le.Uint32(p[16:]) != 3 {
		t.Errorf("scratch % x", p[16:])
	}
}

// TestNoReply: commands that want no reply are done, in order.
func TestNoReply(t *testing.T) {
	r := connect(t, start(t, sim.Config{})).agree()
	r.must(wire.RegionWrite, append(access(4, 7, 2), 6, 0))
	for i := range 1000 {
		r.send(wire.RegionWrite, wire.FlagNoReply, access(regs.GlobalScratch, 0, 4, i))
	}
	r.send(wire.RegionWrite, wire.FlagNoReply, access(0, 1, 4, 0)) // an error is not told either
	if p := r.must(wire.RegionRead, access(regs.GlobalScratch, 0, 4)); le.Uint32(p[16:]) != 999 {
		t.Errorf("scratch % x", p[16:])
	}
}

// TestPieces: messages may come byte by byte, or many at once; replies wait for a client that is slow to take them.
func TestPieces(t *testing.T) {
	s := start(t, sim.Config{})
	r := connect(t, s).agree()
	message := func(id uint16, command uint16, p []byte) []byte {
		b := le.AppendUint16(le.AppendUint16(nil, id), command)
		return append(le.AppendUint32(b, uint32(16+len(p))), append(make([]byte, 8), p...)...)
	}
	for _, b := range message(1, wire.GetInfo, pack(16, 0, 0, 0)) {
		if _, err := r.socket.Write([]byte{b}); err != nil {
			t.Fatal(err)
		}
	}
	r.id = 1
	if p, err := r.reply(wire.GetInfo); err != nil || len(p) != 16 {
		t.Errorf("% x, %v", p, err)
	}
	const n = 2000 // replies of 4 KiB: more than a socket holds
	var all []byte
	for i := range n {
		all = append(all, message(uint16(i), wire.RegionRead, access(0, 7, 4096))...)
	}
	sent := make(chan error, 1)
	go func() { _, err := r.socket.Write(all); sent <- err }()
	time.Sleep(50 * time.Millisecond)
	for i := range n {
		r.id = uint16(i)
		if p, err := r.reply(wire.RegionRead); err != nil || len(p) != 16+4096 {
			t.Fatalf("%d: %d bytes, %v", i, len(p), err)
		}
	}
	if err := <-sent; err != nil {
		t.Error(err)
	}
}

func memfd(t testing.TB, size int64) int {
	t.Helper()
	fd, err := unix.MemfdCreate("test", unix.MFD_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	if err := unix.Ftruncate(fd, size); err != nil {
		t.Fatal(err)
	}
	return fd
}

func TestMaps(t *testing.T) {
	r := connect(t, start(t, sim.Config{})).agree()
	fd := memfd(t, 4*4096)
	dmaMap := func(flags int, offset, address, size uint64) []byte { return pack(32, flags, offset, address, size) }
	const at = 1 << 33
	if p := r.must(wire.DMAMap, dmaMap(3, 0, at, 4*4096), fd); len(p) != 0 {
		t.Errorf("% x", p)
	}
	r.refused(unix.EEXIST, wire.DMAMap, dmaMap(3, 0, at+3*4096, 2*4096), fd)
	for _, p := range [][]byte{dmaMap(0, 0, 0, 4096), dmaMap(4, 0, 0, 4096), dmaMap(11, 0, 0, 4096), dmaMap(3, 64, 0, 4096), dmaMap(3, 0, 64, 4096), dmaMap(3, 0, 0, 64),
		dmaMap(3, 0, 0, 0), dmaMap(3, 0, 0, 5*4096), dmaMap(3, 4096, 0, 4*4096), dmaMap(3, 0, 1<<64-4096, 8192), dmaMap(3, 0, 0, 1<<63),
		pack(31, 3, uint64(0), uint64(0), uint64(4096)), pack(32, 3, uint64(0))} {
		r.refused(unix.EINVAL, wire.DMAMap, p, fd)
	}
	r.must(wire.DMAMap, dmaMap(7, 0, 1<<40, 4096), fd) // as clients from 2026 on say it
	good := dmaMap(3, 0, 0, 4096)
	r.refused(unix.EINVAL, wire.DMAMap, good)         // no descriptor
	r.refused(unix.EINVAL, wire.DMAMap, good, fd, fd) // two
	null, err := unix.Open(os.DevNull, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(null)
	r.refused(unix.EINVAL, wire.DMAMap, good, null)
	unmap := func(flags int, address, size uint64) []byte { return pack(24, flags, address, size) }
	for _, p := range [][]byte{unmap(0, 0, 4096), unmap(0, at, 4096), unmap(0, at+4096, 4096), unmap(0, at, 0)} {
		r.refused(unix.ENOENT, wire.DMAUnmap, p)
	}
	for _, p := range [][]byte{unmap(1, at, 4*4096), unmap(2, at, 4*4096), unmap(4, 0, 0), pack(8, 0, uint64(at), uint64(4*4096)), pack(24, 0)} {
		r.refused(unix.EINVAL, wire.DMAUnmap, p)
	}
	if p := r.must(wire.DMAUnmap, unmap(0, at, 4*4096)); string(p) != string(unmap(0, at, 4*4096)) {
		t.Errorf("% x", p)
	}
	for i := range uint64(100) {
		r.must(wire.DMAMap, dmaMap(3, 0, i<<20, 4096), fd)
	}
	r.must(wire.DMAUnmap, unmap(2, 0, 0)) // all
	r.refused(unix.ENOENT, wire.DMAUnmap, unmap(0, 0, 4096))
}

func TestInterruptMasks(t *testing.T) {
	r := connect(t, start(t, sim.Config{})).agree()
	e, err := event.New()
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	set := func(flags, start, count int, data ...any) []byte {
		return append(pack(20, flags, wire.MSIX, start, count), pack(data...)...)
	}
	fired := func(want bool, what string) {
		t.Helper()
		wait := 20 * time.Millisecond
		if want {
			wait = 5 * time.Second
		}
		if got, err := e.Wait(wait); err != nil || got != want {
			t.Errorf("%s: fired %v, %v", what, got, err)
		}
	}
	write := func(offset uint64, v int) { r.must(wire.RegionWrite, access(offset, 0, 4, v)) }
	const none, boolean, eventfd, mask, unmask, trigger = 1, 2, 4, 8, 16, 32
	r.must(wire.RegionWrite, append(access(4, 7, 2), 6, 0))
	r.must(wire.SetIRQs, set(eventfd|trigger, 1, 1), e.FD())
	write(regs.GlobalIntrEnable, 15)
	write(regs.GlobalIntrTest, 2)
	fired(true, "test")
	r.must(wire.SetIRQs, set(none|mask, 1, 1))
	write(regs.GlobalIntrTest, 2)
	fired(false, "masked")
	if p := r.must(wire.RegionRead, access(0x800, 2, 4)); le.Uint32(p[16:]) != 2 {
		t.Errorf("pending bits % x", p[16:])
	}
	r.must(wire.SetIRQs, set(boolean|unmask, 0, 2, "\x00\x01"))
	fired(true, "unmasked")
	r.must(wire.SetIRQs, set(none|trigger, 1, 1))
	fired(true, "triggered by the client")
	r.must(wire.Reset, nil)
	write(regs.GlobalIntrEnable, 15)
	write(regs.GlobalIntrTest, 2)
	fired(true, "after a reset")
	r.must(wire.SetIRQs, set(none|trigger, 0, 0))
	write(regs.GlobalIntrTest, 2)
	fired(false, "taken away")
	for _, p := range [][]byte{set(none|trigger, 4, 1), set(none|trigger, 0, 5), set(none|trigger, 1, -1), set(0, 0, 1), set(none|boolean|trigger, 0, 1),
		set(boolean|trigger, 0, 2, "\x01"), set(none, 0, 1), pack(20, none|trigger, 0, 0, 0), pack(20, none|trigger, 9, 0, 0), pack(19, none|trigger, 2, 0, 1)} {
		r.refused(unix.EINVAL, wire.SetIRQs, p)
	}
	r.refused(unix.EINVAL, wire.SetIRQs, set(eventfd|trigger, 0, 1), memfd(t, 4096)) // no eventfd
	r.refused(unix.EINVAL, wire.SetIRQs, set(eventfd|trigger, 0, 2), e.FD())         // one too few
}

// TestDescriptorsClosed: descriptors that nobody asked for do not stay in the simulator.
func TestDescriptorsClosed(t *testing.T) {
	s := start(t, sim.Config{})
	r := connect(t, s).agree()
	count := func() int {
		all, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.PID()))
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	fd, before := memfd(t, 4096), count()
	for range 50 {
		r.must(wire.GetInfo, pack(16, 0, 0, 0), fd, fd, fd)
		r.refused(unix.EINVAL, wire.DMAMap, pack(32, 3, uint64(0), uint64(64), uint64(4096)), fd)
		r.must(wire.DMAMap, pack(32, 3, uint64(0), uint64(0), uint64(4096)), fd)
		r.must(wire.DMAUnmap, pack(24, 0, uint64(0), uint64(4096)))
		r.refused(unix.EINVAL, wire.SetIRQs, pack(20, 36, wire.MSIX, 0, 1), fd, fd)
	}
	if after := count(); after != before {
		t.Errorf("%d descriptors, %d before", after, before)
	}
	fds := make([]int, 17)
	for i := range fds {
		fds[i] = fd
	}
	r.send(wire.GetInfo, 0, pack(16, 0, 0, 0), fds...) // more than it takes: the end
	r.ended()
	connect(t, s).agree()
	if after := count(); after != before {
		t.Errorf("%d descriptors, %d before", after, before)
	}
}

// TestBrokenFrames: who breaks the frame of messages is hung up on; the next client is served.
func TestBrokenFrames(t *testing.T) {
	s := start(t, sim.Config{})
	for name, b := range map[string][]byte{
		"short size": append([]byte{1, 0, 1, 0, 15, 0, 0, 0}, make([]byte, 8)...),
		"huge size":  append([]byte{1, 0, 1, 0, 0, 0, 0, 255}, make([]byte, 8)...),
		"no header":  {1, 0, 1},
		"cut":        append([]byte{1, 0, 1, 0, 64, 0, 0, 0}, make([]byte, 20)...),
		"text":       []byte("GET / HTTP/1.1\r\nHost: chip\r\n\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			r := connect(t, s)
			if _, err := r.socket.Write(b); err != nil {
				t.Fatal(err)
			}
			r.socket.CloseWrite()
			r.ended()
			r.socket.Close()
			dial(t, s).Close()
		})
	}
}

// TestSecondClient: while a client is there, another one is told so; then it may come.
func TestSecondClient(t *testing.T) {
	s := start(t, sim.Config{})
	first := dial(t, s)
	for range 20 {
		if _, err := vfiouser.Dial(s.Socket(), vfiouser.Config{}); !errors.Is(err, unix.EBUSY) {
			t.Fatal(err)
		}
	}
	for range 20 { // these say nothing, and go: a later one could else be taken for the next client
		connect(t, s).socket.Close()
	}
	if v, err := first.Read32(regs.GlobalID); err != nil || v != regs.ID {
		t.Errorf("id %#x, %v", v, err)
	}
	if err := first.Write32(regs.GlobalScratch, 9); err != nil {
		t.Error(err)
	}
	for range 10 { // each finds the chip as after power-on
		first.Close()
		first = dial(t, s)
		if v, err := first.Read32(regs.GlobalScratch); err != nil || v != 0 {
			t.Errorf("scratch %#x, %v", v, err)
		}
		if err := first.Write32(regs.GlobalScratch, 9); err != nil {
			t.Error(err)
		}
	}
}
