//go:build linux

package vfiouser_test

import (
	"encoding/binary"
	"errors"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/dma"
	"github.com/sluice-engine/sluice/driver/fake"
	"github.com/sluice-engine/sluice/driver/regs"
	"github.com/sluice-engine/sluice/driver/vfiouser"
	"github.com/sluice-engine/sluice/driver/vfiouser/wire"
	"github.com/sluice-engine/sluice/driver/vfiousertest"
	"golang.org/x/sys/unix"
)

// use does with a device all that can be done, whatever comes of it.
func use(d driver.Device, r *dma.Region) error {
	v, err := d.Read32(regs.GlobalID)
	_, err2 := d.Read32(regs.DoorbellSQTail(1)) // which may be mapped
	return errors.Join(err, err2, d.Write32(regs.GlobalScratch, v), d.Write32(regs.DoorbellSQTail(1), v), d.Map(r.Memory, 1<<33),
		d.Interrupt(0, r.FD), d.Interrupt(0, -1), d.Unmap(1<<33, uint64(len(r.Bytes))), d.Reset())
}

// speech is what the server of the tests says to a client that does all that; from on is where it answers about BAR0.
func speech(f *testing.F, server *vfiousertest.Server, r *dma.Region) (said []byte, from int) {
	f.Helper()
	inner, outer := pair(f)
	middle, client := pair(f)
	var wait sync.WaitGroup
	wait.Go(func() { server.Client(inner) })
	wait.Go(func() {
		relay(middle, outer, func(m *wire.Message) error {
			if m.Command == wire.GetRegionInfo {
				from = len(said)
			}
			said = append(said, message(m.Header, m.Payload...)...)
			if m.Command == wire.DMAMap { // which a server may ask of, too
				said = append(said, message(wire.Header{ID: 5, Command: wire.MemoryRead}, 0, 0, 0, 0, 2, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0)...)
			}
			return wire.Send(middle, m.Header, m.Payload, m.FDs...)
		})
	})
	d, err := vfiouser.New(client, "speech", vfiouser.Config{})
	if err == nil {
		err = use(d, r)
	}
	if err != nil {
		f.Fatal(err)
	}
	d.Close()
	middle.Close()
	wait.Wait()
	return said, from
}

func message(h wire.Header, p ...byte) []byte {
	b := binary.LittleEndian.AppendUint16(nil, h.ID)
	b = binary.LittleEndian.AppendUint16(b, h.Command)
	b = binary.LittleEndian.AppendUint32(b, uint32(16+len(p)))
	b = binary.LittleEndian.AppendUint32(b, h.Flags)
	return append(binary.LittleEndian.AppendUint32(b, h.Errno), p...)
}

// say sends the bytes, with a descriptor from the byte at on, and then no more.
func say(c *net.UnixConn, speech []byte, at, fd int) {
	at = min(at, len(speech))
	c.Write(speech[:at])
	if at < len(speech) {
		c.WriteMsgUnix(speech[at:], unix.UnixRights(fd), nil)
	}
	c.CloseWrite()
	for b := make([]byte, 4096); ; {
		if _, err := c.Read(b); err != nil {
			return
		}
	}
}

// FuzzServer: a server that speaks any bytes makes the client fail, not panic, hang or take memory. A descriptor of a file that
// is shorter than what it is for comes with the byte at.
func FuzzServer(f *testing.F) {
	chip := fake.New(fake.Config{})
	defer chip.Close()
	r, err := dma.NewRegion(regs.BARSize)
	if err != nil {
		f.Fatal(err)
	}
	defer r.Close()
	short, err := dma.NewRegion(driver.PageSize)
	if err != nil {
		f.Fatal(err)
	}
	defer short.Close()
	plain, from := speech(f, &vfiousertest.Server{Device: chip}, r)
	f.Add(plain, uint16(from))
	mapped, from := speech(f, &vfiousertest.Server{Device: chip, BAR: &r.Memory, MapFrom: 0x8000}, r)
	f.Add(mapped, uint16(from))
	f.Add([]byte{}, uint16(0))
	f.Add(plain[:from], uint16(0))
	f.Add(message(wire.Header{ID: 9, Command: 11}, 1, 2, 3), uint16(3))
	f.Fuzz(func(t *testing.T, speech []byte, at uint16) {
		client, server := pair(t)
		go say(server, speech, int(at), short.FD)
		d, err := vfiouser.New(client, "fuzz", vfiouser.Config{Timeout: 2 * time.Second})
		if err == nil {
			err = use(d, r)
			if i := d.Info(); i.BARSize < driver.PageSize || i.Vectors < 1 {
				t.Errorf("%+v", i)
			}
			if again := d.Close(); again != nil {
				t.Error(again)
			}
		} else if d != nil {
			t.Error("a device and an error")
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("it waited: %v", err)
		}
		server.Close()
	})
}

// FuzzClient: a client that speaks any bytes does not harm the server of the tests.
func FuzzClient(f *testing.F) {
	f.Add([]byte{1, 0, 1, 0, 23, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, '{', '}', 0, 2, 0, 4, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, speech []byte) {
		chip := fake.New(fake.Config{})
		defer chip.Close()
		client, server := pair(t)
		go func() {
			client.Write(speech)
			client.CloseWrite()
			for b := make([]byte, 4096); ; {
				if _, err := client.Read(b); err != nil {
					return
				}
			}
		}()
		(&vfiousertest.Server{Device: chip}).Client(server)
	})
}
