//go:build linux

package sim_test

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/driver/regs"
	"github.com/sluice-engine/sluice/driver/vfiouser"
	"github.com/sluice-engine/sluice/driver/vfiouser/wire"
	"github.com/sluice-engine/sluice/sim"
	"golang.org/x/sys/unix"
)

// A speech is a list of messages: flags, length, bytes, and so on. It is what the fuzzer changes.
const (
	withMemory = 1 << iota // a descriptor of memory goes with it
	withEvent              // an eventfd goes with it
	framed                 // the header says the right size, so that what follows is understood
	polite                 // of the first message: a greeting goes before it, memory is mapped, BARs answer
)

// speech writes messages of (flags, command, payload).
func speech(parts ...any) (b []byte) {
	for i := 0; i < len(parts); i += 3 {
		p := parts[i+2].([]byte)
		b = append(b, byte(parts[i].(int)))
		b = le.AppendUint16(b, uint16(16+len(p)))
		b = le.AppendUint16(b, uint16(i))
		b = le.AppendUint16(b, uint16(parts[i+1].(int)))
		b = le.AppendUint32(b, uint32(16+len(p)))
		b = append(append(b, make([]byte, 8)...), p...)
	}
	return b
}

// say sends a speech.
func say(c *net.UnixConn, speech []byte, memory, event int) error {
	for len(speech) >= 3 {
		flags, n := speech[0], min(int(le.Uint16(speech[1:])), len(speech)-3)
		message := append([]byte(nil), speech[3:3+n]...)
		speech = speech[3+n:]
		if flags&framed != 0 && n >= 16 {
			le.PutUint32(message[4:], uint32(n))
		}
		var rights []int
		if flags&withMemory != 0 {
			rights = append(rights, memory)
		}
		if flags&withEvent != 0 {
			rights = append(rights, event)
		}
		var oob []byte
		if len(rights) > 0 {
			oob = unix.UnixRights(rights...)
		}
		if n == 0 {
			continue
		}
		if _, _, err := c.WriteMsgUnix(message, oob, nil); err != nil {
			return err
		}
	}
	return nil
}

// FuzzSocket: whatever bytes and descriptors a client sends, the simulator lives, and serves the next client.
func FuzzSocket(f *testing.F) {
	s := start(f, sim.Config{Latency: 5})
	hello := []any{framed, wire.Version, version(0, 1, capable)}
	enable := []any{framed, wire.RegionWrite, append(access(4, 7, 2), 6, 0)}
	write := func(offset uint32, v int) []any {
		return []any{framed, wire.RegionWrite, access(uint64(offset), 0, 4, v)}
	}
	all := func(parts ...[]any) (b []byte) {
		for _, p := range parts {
			b = append(b, speech(p...)...)
		}
		return b
	}
	dmaMap := []any{framed | withMemory, wire.DMAMap, pack(32, 3, uint64(0), uint64(1<<20), uint64(1<<16))}
	greeting := all(hello, enable, dmaMap, write(regs.QueueSQBase(0), 1<<20), write(regs.QueueCQBase(0), 1<<20+0x8000), write(regs.QueueDepth(0), 4),
		write(regs.QueueControl(0), 1), write(regs.GlobalControl, 1))
	f.Add(append(all([]any{framed | polite, wire.GetInfo, pack(16, 0, 0, 0)}, write(regs.DoorbellSQTail(0), 3), write(regs.DoorbellCQHead(0), 1),
		write(regs.DoorbellSQTail(0), 2), []any{framed, wire.Reset, []byte{}}), make([]byte, 64)...))
	f.Add([]byte("\x00\xff\xffgarbage"))
	f.Add(all(hello, []any{framed, wire.GetInfo, pack(16, 0, 0, 0)}, []any{framed, wire.GetRegionInfo, pack(32, 0, 0, 0, uint64(0), uint64(0))},
		[]any{framed, 6, pack(16, 0, 0, 0)}, []any{framed, wire.GetIRQInfo, pack(16, 0, 2, 0)}, []any{framed, wire.Reset, []byte{}}, []any{framed, 16, pack(8, 1)}))
	f.Add(all(hello, dmaMap, []any{framed, wire.DMAUnmap, pack(24, 0, uint64(1<<20), uint64(1<<16))}, []any{framed, wire.DMAUnmap, pack(24, 2, uint64(0), uint64(0))}))
	f.Add(all(hello, []any{framed | withEvent, wire.SetIRQs, pack(20, 36, 2, 0, 1)}, enable, write(regs.GlobalIntrEnable, 15), write(regs.GlobalIntrTest, 1),
		[]any{framed, wire.SetIRQs, pack(20, 9, 2, 0, 4)}, write(regs.GlobalIntrTest, 15), []any{framed, wire.RegionRead, access(0x800, 2, 4)}))
	f.Add(all(hello, enable, []any{framed, 15, pack(uint64(2), string(pack(uint64(regs.GlobalScratch), 0, 4, uint64(1))), string(pack(uint64(0), 7, 8, uint64(1))))}))
	// A queue whose entries are the memory: NOPs, then whatever there is.
	f.Add(all(hello, enable, dmaMap, write(regs.QueueSQBase(0), 1<<20), write(regs.QueueCQBase(0), 1<<20+0x8000), write(regs.QueueDepth(0), 4),
		write(regs.QueueControl(0), 1), write(regs.GlobalControl, 1), write(regs.DoorbellSQTail(0), 3), write(regs.DoorbellCQHead(0), 2),
		write(regs.QueueControl(0), 3), write(regs.DoorbellSQTail(0), 1), []any{framed, wire.DMAUnmap, pack(24, 0, uint64(1<<20), uint64(1<<16))}))
	f.Fuzz(func(t *testing.T, speech []byte) {
		if err := s.Err(); err != nil {
			t.Fatal(err)
		}
		memory := memfd(t, 1<<16)
		entry := regs.Submission{Kernel: 1, Opcode: regs.OpcodeRun, Hi: 3, MessageBytes: 100, Ends: 1<<20 + 0x1000, Messages: 1<<20 + 0x2000,
			Verdict: 1<<20 + 0x3000, Out: 1<<20 + 0x4000}
		for i := range int64(4) {
			var b [regs.SubmissionSize]byte
			entry.Put(&b)
			if _, err := unix.Pwrite(memory, b[:], 64*i); err != nil {
				t.Fatal(err)
			}
			entry.In, entry.Hi, entry.Kernel = speech64(speech, i), uint32(speech64(speech, 2*i)), uint16(speech64(speech, 3*i))
		}
		event, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
		if err != nil {
			t.Fatal(err)
		}
		defer unix.Close(event)
		c, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: s.Socket(), Net: "unix"})
		if err != nil {
			t.Fatalf("%v (%v)", err, s.Err())
		}
		defer c.Close()
		if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		if len(speech) > 0 && speech[0]&polite != 0 {
			if err := say(c, greeting, memory, event); err != nil {
				t.Fatal(err)
			}
		}
		replies := make(chan error, 1)
		go func() { _, err := io.Copy(io.Discard, c); replies <- err }()
		if say(c, speech, memory, event) == nil { // else it hung up
			c.CloseWrite()
		}
		if err := <-replies; errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal("the simulator neither answers nor hangs up")
		}
		d, err := vfiouser.Dial(s.Socket(), vfiouser.Config{})
		if err != nil {
			t.Fatalf("next client: %v (%v)", err, s.Err())
		}
		if v, err := d.Read32(regs.GlobalID); err != nil || v != regs.ID {
			t.Fatalf("next client: id %#x, %v (%v)", v, err, s.Err())
		}
		d.Close()
	})
}

// speech64 is a number that the fuzzer steers.
func speech64(speech []byte, i int64) uint64 {
	if n := int64(len(speech)) - 8; n > 0 {
		return le.Uint64(speech[i%n:])
	}
	return 0
}
