package capture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"

	"github.com/sluice-engine/sluice/node/platform"
)

// maxFrame bounds a packet with its header, or a block of a pcapng file. Packets are at most 256 KiB with the
// snapshot length that all tools use.
const maxFrame = 1 << 20

// container is the format of a capture file.
type container uint8

const (
	noCapture container = iota
	pcap
	pcapng
)

const (
	pcapHeader       = 24
	pcapPacketHeader = 16

	ngSection  = 0x0a0d0d0a
	ngPacket   = 2 // obsolete, laid out as the enhanced one
	ngSimple   = 3
	ngEnhanced = 6
)

// identify tells the container and its byte order by the magic number.
func identify(head []byte) (container, binary.ByteOrder) {
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		if len(head) >= 4 {
			if magic := order.Uint32(head); magic == 0xa1b2c3d4 || magic == 0xa1b23c4d { // micro-, nanoseconds
				return pcap, order
			}
		}
		if len(head) >= 12 && order.Uint32(head) == ngSection && order.Uint32(head[8:]) == 0x1a2b3c4d {
			return pcapng, order
		}
	}
	return noCapture, nil
}

// frames lets a library read a capture frame by frame, and has looked at each frame before: gopacket allocates
// what a packet's header claims.
type frames struct {
	src   *platform.Source
	kind  container
	order binary.ByteOrder
	begin int64 // of the frame that is being read
	left  int   // bytes of it

	packets int   // frames so far that hold one
	failed  error // of reading the source
}

// Read implements io.Reader. It never reads beyond a frame, so that begin is right when the library stops.
func (f *frames) Read(p []byte) (int, error) {
	if f.left == 0 {
		size, err := f.next()
		if err != nil {
			return 0, err
		}
		f.left = size
	}
	n, err := f.src.Read(p[:min(len(p), f.left)])
	f.left -= n
	switch {
	case err == io.EOF && f.left > 0:
		err = f.fail("truncated: %d bytes of a packet are missing", f.left)
	case err != nil && err != io.EOF:
		f.failed = err
	}
	return n, err
}

func (f *frames) fail(format string, a ...any) error { return f.src.Errorf(f.begin, format, a...) }

// peek shows the next n bytes; io.EOF if the file ends here.
func (f *frames) peek(n int) ([]byte, error) {
	head, err := f.src.Peek(n)
	switch {
	case len(head) == n:
		return head, nil
	case !errors.Is(err, io.EOF):
		f.failed = err
		return nil, err
	case len(head) == 0:
		return nil, io.EOF
	}
	return nil, f.fail("truncated: %d bytes of a header of %d", len(head), n)
}

// next measures the frame that begins here.
func (f *frames) next() (int, error) {
	first := f.begin == 0 && f.src.Offset() == 0
	f.begin = f.src.Offset()
	if f.kind == pcapng {
		return f.nextBlock()
	}
	if first {
		_, err := f.peek(pcapHeader)
		return pcapHeader, err
	}
	head, err := f.peek(pcapPacketHeader)
	if err != nil {
		return 0, err
	}
	size := f.order.Uint32(head[8:])
	if size > maxFrame {
		return 0, f.fail("%w: a packet of %d bytes", platform.ErrTooLarge, size)
	}
	f.packets++
	return pcapPacketHeader + int(size), nil
}

func (f *frames) nextBlock() (int, error) {
	head, err := f.peek(12)
	if err != nil {
		return 0, err
	}
	kind := f.order.Uint32(head)
	if kind == ngSection { // reads the same in both orders; each section has its own
		if _, order := identify(head); order != nil {
			f.order = order
		}
	}
	size := f.order.Uint32(head[4:])
	switch {
	case size > maxFrame:
		return 0, f.fail("%w: a block of %d bytes", platform.ErrTooLarge, size)
	case size < 12 || size%4 != 0:
		return 0, f.fail("a block of %d bytes", size)
	}
	var captured, room uint32
	switch kind {
	case ngEnhanced, ngPacket:
		if head, err = f.peek(28); err != nil {
			return 0, err
		}
		captured, room = f.order.Uint32(head[20:]), max(size, 32)-32
	case ngSimple:
		captured, room = f.order.Uint32(head[8:]), maxFrame // cut at the snapshot length of the interface
	}
	if captured > room {
		return 0, f.fail("a packet of %d bytes in a block of %d", captured, size)
	}
	if kind == ngEnhanced || kind == ngPacket || kind == ngSimple {
		f.packets++
	}
	return int(size), nil
}

// packet is one packet of a capture.
type packet struct {
	data []byte
	link layers.LinkType
	seen time.Time
}

// packets reads the packets of a capture; next gives io.EOF after the last.
type packets struct {
	frames *frames
	given  int // packets so far
	read   func() (data []byte, link layers.LinkType, ci gopacket.CaptureInfo, err error)
}

// openPackets reads the head of a capture.
func openPackets(src *platform.Source) (p *packets, err error) {
	head, err := src.Peek(12)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	f := &frames{src: src}
	if f.kind, f.order = identify(head); f.kind == noCapture {
		return nil, src.Errorf(0, "no capture: neither the magic number of pcap nor of pcapng")
	}
	p = &packets{frames: f}
	err = p.guard(func() error {
		if f.kind == pcapng {
			r, err := pcapgo.NewNgReader(f, pcapgo.NgReaderOptions{WantMixedLinkType: true})
			if err != nil {
				return err
			}
			p.read = func() ([]byte, layers.LinkType, gopacket.CaptureInfo, error) {
				data, ci, err := r.ReadPacketData()
				if err != nil {
					return nil, 0, ci, err
				}
				return data, ci.AncillaryData[0].(layers.LinkType), ci, nil
			}
			return nil
		}
		r, err := pcapgo.NewReader(f)
		if err != nil {
			return err
		}
		r.SetSnaplen(maxFrame) // many writers do not keep to what they state
		p.read = func() ([]byte, layers.LinkType, gopacket.CaptureInfo, error) {
			data, ci, err := r.ReadPacketData()
			return data, r.LinkType(), ci, err
		}
		return nil
	})
	if errors.Is(err, io.EOF) {
		err = f.fail("truncated: the file ends in its header")
	}
	return p, err
}

func (p *packets) next() (k packet, err error) {
	err = p.guard(func() error {
		data, link, ci, err := p.read()
		k = packet{data, link, ci.Timestamp}
		return err
	})
	if err == nil {
		p.given++
	}
	if (err == nil || errors.Is(err, io.EOF)) && p.given != p.frames.packets {
		// gopacket passes over blocks when the options of one have wrong lengths.
		err = p.frames.fail("options that do not fit their block")
	}
	return k, err
}

// guard makes what goes wrong in the library a ParseError, also where it panics: a time resolution of 2^-64
// divides by zero there.
func (p *packets) guard(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = p.frames.fail("%v", r)
		}
	}()
	err = f()
	var parse *platform.ParseError
	switch {
	case err == nil, errors.As(err, &parse):
		return err
	case p.frames.failed != nil:
		return p.frames.failed
	case errors.Is(err, io.EOF) && p.frames.left == 0:
		return io.EOF
	}
	return p.frames.fail("%w", fmt.Errorf("capture: %w", err))
}
