package capture

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/tcpassembly"

	"github.com/sluice-engine/sluice/node/platform"
)

// Name is that of the platform.
const Name = "capture"

// Platform is packet captures of Bitcoin nodes.
var Platform = platform.Platform{Name: Name, Sniff: sniff, Verify: verify}

func sniff(head []byte, _ string) platform.Confidence {
	if kind, _ := identify(head); kind != noCapture {
		return platform.Sure
	}
	return platform.No
}

// Packets that arrive out of order wait in pages of 1,900 bytes until the missing ones come; then, or when
// there are more than this, the stream goes on with a gap.
const (
	pagesPerStream = 512
	pagesInAll     = 32768
)

// idle is how long a stream may be silent, in the capture's time, before it counts as ended.
const idle = 10 * time.Minute

func verify(ctx context.Context, e platform.Engine, src *platform.Source, opt platform.Options) (*platform.Report, error) {
	c := newChecker(ctx, e, src, opt)
	readErr := read(ctx, c, src)
	report, err := c.close()
	if err == nil {
		err = readErr
	}
	return report, err
}

// read takes the packets of a capture apart.
func read(ctx context.Context, c *checker, src *platform.Source) error {
	packets, err := openPackets(src)
	if err != nil {
		return err
	}
	f := &factory{checker: c}
	assembler := tcpassembly.NewAssembler(tcpassembly.NewStreamPool(f))
	assembler.MaxBufferedPagesPerConnection = pagesPerStream
	assembler.MaxBufferedPagesTotal = pagesInAll
	// What was read before an error counts.
	defer func() { _ = guard(src, func() { assembler.FlushAll() }) }()
	flushed := time.Time{}
	for {
		k, err := packets.next()
		if errors.Is(err, io.EOF) {
			return guard(src, func() { assembler.FlushAll() })
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		err = guard(src, func() {
			if k.seen.Sub(flushed) > idle {
				assembler.FlushOlderThan(k.seen.Add(-idle))
				flushed = k.seen
			}
			c.packet(assembler, k)
		})
		if err != nil {
			return err
		}
	}
}

// guard makes a panic of the library that assembles streams an error: its state is lost then.
func guard(src *platform.Source, f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = src.Errorf(src.Offset(), "capture: streams cannot be put together: %v", r)
		}
	}()
	f()
	return nil
}

// packet gives the segment in a packet to its stream.
func (c *checker) packet(a *tcpassembly.Assembler, k packet) {
	p := gopacket.NewPacket(k.data, k.link, gopacket.DecodeOptions{Lazy: true, NoCopy: true})
	tcp, ok := p.Layer(layers.LayerTypeTCP).(*layers.TCP)
	if !ok || p.NetworkLayer() == nil {
		c.noTCP++
		return
	}
	a.AssembleWithTimestamp(p.NetworkLayer().NetworkFlow(), tcp, k.seen)
}

// factory makes streams.
type factory struct{ checker *checker }

func (f *factory) New(_, _ gopacket.Flow) tcpassembly.Stream {
	return &stream{parser: parser{networks: f.checker.magics, sink: f.checker.message}, checker: f.checker}
}

// stream is one direction of a TCP connection.
type stream struct {
	parser
	checker *checker
	last    time.Time
}

// Reassembled implements tcpassembly.Stream.
func (s *stream) Reassembled(parts []tcpassembly.Reassembly) {
	for _, p := range parts {
		if p.Skip > 0 {
			s.end(s.last)
			s.gaps++
		}
		s.last = p.Seen
		s.feed(p.Bytes, p.Seen)
	}
}

// ReassemblyComplete implements tcpassembly.Stream.
func (s *stream) ReassemblyComplete() {
	s.end(s.last)
	s.checker.ended(&s.parser)
}
