package capture

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"maps"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/btcsuite/btcd/chaincfg/v2"
	"github.com/btcsuite/btcd/wire/v2"
	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/node/platform"
)

// kernelEngine runs batches with the kernels themselves, on all cores.
type kernelEngine struct{}

func (kernelEngine) Run(ctx context.Context, b *kernels.Batch) error {
	n, cores := b.Len(), runtime.GOMAXPROCS(0)
	var wg sync.WaitGroup
	for i := range cores {
		wg.Go(func() { b.Kernel().Run(b, i*n/cores, (i+1)*n/cores) })
	}
	wg.Wait()
	return ctx.Err()
}

func check(t testing.TB, data []byte) (*platform.Report, error) {
	t.Helper()
	return Platform.Verify(t.Context(), kernelEngine{}, platform.NewSource("data", bytes.NewReader(data)), platform.Options{})
}

// TestReal2011 verifies a capture of six connections of March 2011: 30 transactions, 28 of them distinct, and
// six blocks, as the vectors' README counts them.
func TestReal2011(t *testing.T) {
	r, err := check(t, vectors.Read(t, "pcap/bitcoin_p2p_2011.pcap"))
	if err != nil || !r.Valid() {
		t.Fatal(err, r)
	}
	want := map[string]int64{"version": 12, "verack": 12, "addr": 85, "inv": 142, "getaddr": 6, "getblocks": 3,
		"getdata": 35, "tx": 30, "block": 6}
	if !maps.Equal(r.Messages, want) {
		t.Errorf("messages: %v", r.Messages)
	}
	if r.Blocks != 6 || r.Transactions != 28+161 || r.Jobs["secp256k1.verify"] != (platform.Count{Valid: 123}) ||
		r.LeftToLibrary != 0 || r.Why["no previous output"] != 243 || r.Why["gap in a TCP stream"] != 3 {
		t.Errorf("%+v", r)
	}
	t.Logf("%d blocks, %d transactions, %v, not checkable: %v", r.Blocks, r.Transactions, r.Jobs, r.Why)
}

// TestRealShreds verifies a capture of another chain: nothing in it can be checked, and it says so.
func TestRealShreds(t *testing.T) {
	r, err := check(t, vectors.Read(t, "pcap/solana_demo_shreds.pcap"))
	if err != nil || len(r.Jobs) != 0 || r.Blocks != 0 || r.Transactions != 0 {
		t.Errorf("%v %+v", err, r)
	}
	if r.NotCheckable != 512 || r.Why["packet without TCP, so without Bitcoin's protocol"] != 512 {
		t.Errorf("not checkable: %v", r.Why)
	}
}

func TestSniff(t *testing.T) {
	for name, want := range map[string]platform.Confidence{"pcap/bitcoin_p2p_2011.pcap": platform.Sure,
		"bitcoin/blocks/300025.raw": platform.No, "bitcoin/chain/blk_0_to_4.dat.bz2": platform.No} {
		if got := Platform.Sniff(vectors.Read(t, name)[:1000], name); got != want {
			t.Errorf("%s: %d", name, got)
		}
	}
	if got := Platform.Sniff(newTrace(t).pcapng(), ""); got != platform.Sure {
		t.Errorf("pcapng: %d", got)
	}
	for _, head := range []string{"", "\xa1", "\xa1\xb2\xc3", "\x0a\x0d\x0d\x0a12345678"} {
		if got := Platform.Sniff([]byte(head), "x.pcap"); got != platform.No {
			t.Errorf("%x: %d", head, got)
		}
	}
}

// trace is a made-up capture.
type trace struct {
	t       testing.TB
	packets [][]byte
	seen    time.Time
}

func newTrace(t testing.TB) *trace {
	return &trace{t: t, seen: time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC)}
}

// segment adds a TCP segment of the connection with the number.
func (c *trace) segment(connection byte, seq uint32, payload []byte, syn bool) {
	ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: net.IP{10, 0, 0, connection}, DstIP: net.IP{10, 0, 1, 1}}
	tcp := &layers.TCP{SrcPort: 40000, DstPort: 8333, Seq: seq, ACK: !syn, SYN: syn, Window: 1000}
	if err := tcp.SetNetworkLayerForChecksum(ip); err != nil {
		c.t.Fatal(err)
	}
	c.add(&layers.Ethernet{SrcMAC: make(net.HardwareAddr, 6), DstMAC: make(net.HardwareAddr, 6), EthernetType: layers.EthernetTypeIPv4},
		ip, tcp, gopacket.Payload(payload))
}

func (c *trace) add(l ...gopacket.SerializableLayer) {
	buf := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, l...); err != nil {
		c.t.Fatal(err)
	}
	c.packets = append(c.packets, bytes.Clone(buf.Bytes()))
}

// stream adds a connection's bytes in segments, from its SYN on.
func (c *trace) stream(connection byte, data []byte) {
	const start, size = 1<<32 - 500, 1000 // sequence numbers wrap
	seq := uint32(start)
	c.segment(connection, seq, nil, true)
	seq++
	for ; len(data) > 0; data = data[min(size, len(data)):] {
		part := data[:min(size, len(data))]
		c.segment(connection, seq, part, false)
		seq += uint32(len(part))
	}
}

func (c *trace) info(p []byte, i int) gopacket.CaptureInfo {
	return gopacket.CaptureInfo{Timestamp: c.seen.Add(time.Duration(i) * time.Millisecond), CaptureLength: len(p), Length: len(p)}
}

func (c *trace) pcap() []byte {
	var buf bytes.Buffer
	w := pcapgo.NewWriter(&buf)
	if err := w.WriteFileHeader(65536, layers.LinkTypeEthernet); err != nil {
		c.t.Fatal(err)
	}
	for i, p := range c.packets {
		if err := w.WritePacket(c.info(p, i), p); err != nil {
			c.t.Fatal(err)
		}
	}
	return buf.Bytes()
}

func (c *trace) pcapng() []byte {
	var buf bytes.Buffer
	w, err := pcapgo.NewNgWriter(&buf, layers.LinkTypeEthernet)
	if err != nil {
		c.t.Fatal(err)
	}
	for i, p := range c.packets {
		if err := w.WritePacket(c.info(p, i), p); err != nil {
			c.t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		c.t.Fatal(err)
	}
	return buf.Bytes()
}

// encode makes a message of the protocol.
func encode(t testing.TB, net wire.BitcoinNet, m wire.Message) []byte {
	var buf bytes.Buffer
	if err := wire.WriteMessage(&buf, m, wire.ProtocolVersion, net); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

var anyone = []byte{0x51} // OP_TRUE

// pair is two transactions of which the second spends the first, unlocked by the script.
func pair(unlock []byte) (first, second *wire.MsgTx) {
	first = wire.NewMsgTx(1)
	first.AddTxIn(wire.NewTxIn(&wire.OutPoint{Hash: [32]byte{9}}, anyone, nil))
	first.AddTxOut(wire.NewTxOut(10, anyone))
	second = wire.NewMsgTx(1)
	second.AddTxIn(wire.NewTxIn(&wire.OutPoint{Hash: first.TxHash()}, unlock, nil))
	second.AddTxOut(wire.NewTxOut(9, anyone))
	return first, second
}

// conversation is messages of every kind, and bytes that are none.
func conversation(t testing.TB) []byte {
	first, second := pair(anyone)
	genesis := chaincfg.MainNetParams.GenesisBlock
	headers := wire.NewMsgHeaders()
	for _, h := range []string{
		// Blocks 1 and 2 of mainnet.
		"010000006fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000982051fd1e4ba744bbbe680e1fee14677ba1a3c3540bf7b1cdb606e857233e0e61bc6649ffff001d01e36299",
		"010000004860eb18bf1b1620e37e9490fc8a427514416fd75159ab86688e9a8300000000d5fdcc541e25de1c7a5addedf24858b8bb665c9f36ef744ee42c316022c90f9bb0bc6649ffff001d08d2bd61",
	} {
		raw, err := hex.DecodeString(h)
		if err != nil {
			t.Fatal(err)
		}
		var header wire.BlockHeader
		if err := header.Deserialize(bytes.NewReader(raw)); err != nil {
			t.Fatal(err)
		}
		headers.Headers = append(headers.Headers, &header)
	}
	var all []byte
	for _, m := range []wire.Message{wire.NewMsgVerAck(), first, wire.NewMsgPing(7), second, genesis, headers, second} {
		all = append(all, encode(t, wire.MainNet, m)...)
	}
	all = append(all, "not a message"...)
	all = append(all, encode(t, wire.TestNet3, chaincfg.TestNet3Params.GenesisBlock)...)
	return all
}

func checkConversation(t *testing.T, name string, data []byte) {
	t.Helper()
	r, err := check(t, data)
	if err != nil || !r.Valid() {
		t.Fatalf("%s: %v %+v", name, err, r)
	}
	want := map[string]int64{"verack": 1, "ping": 1, "tx": 3, "block": 2, "headers": 1}
	if !maps.Equal(r.Messages, want) || r.Blocks != 4 || r.Transactions != 4 {
		t.Errorf("%s: %+v", name, r)
	}
	why := map[string]int64{"no previous output": 1, "bytes between messages": 1,
		"transactions of a block of which only the header is at hand": 2}
	if !maps.Equal(r.Why, why) {
		t.Errorf("%s: not checkable: %v", name, r.Why)
	}
}

func TestContainers(t *testing.T) {
	c := newTrace(t)
	c.stream(1, conversation(t))
	checkConversation(t, "pcap", c.pcap())
	checkConversation(t, "pcapng", c.pcapng())
	// Late, doubled and swapped segments.
	p := c.packets
	p[2], p[1] = p[1], p[2]
	p = append(p, p[2])
	c.packets = p
	checkConversation(t, "out of order", c.pcap())
	c.packets = c.packets[1:]
	c = newTrace(t)
	c.stream(1, conversation(t))
	c.packets = c.packets[1:]
	checkConversation(t, "without SYN", c.pcap())
}

// TestGap loses a segment: the message in it cannot be checked, those behind it can.
func TestGap(t *testing.T) {
	first, second := pair(anyone)
	c := newTrace(t)
	data := append(encode(t, wire.MainNet, first), encode(t, wire.MainNet, second)...)
	c.segment(1, 0, nil, true)
	c.segment(1, 1, data[:50], false)
	c.segment(1, 61, data[60:], false)
	r, err := check(t, c.pcap())
	if err != nil || r.Transactions != 1 || r.NotCheckable != 3 || r.Why["gap in a TCP stream"] != 1 ||
		r.Why["message of which the end is missing"] != 1 || r.Why["no previous output"] != 1 {
		t.Errorf("%v %+v", err, r)
	}
}

// TestFalse sends statements that are false.
func TestFalse(t *testing.T) {
	first, second := pair([]byte{0x6a}) // OP_RETURN
	bad := *chaincfg.MainNetParams.GenesisBlock
	bad.Header.Nonce++
	headers := wire.NewMsgHeaders()
	if err := headers.AddBlockHeader(&bad.Header); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		messages []byte
		want     string
	}{
		"script":  {append(encode(t, wire.MainNet, first), encode(t, wire.MainNet, second)...), "transaction 1: input 0: script returned early"},
		"block":   {encode(t, wire.MainNet, &bad), "proof of work"},
		"headers": {encode(t, wire.MainNet, headers), "proof of work"},
		"junk":    {rawMessage("tx", []byte("no transaction")), "tx message"},
		"counted": {rawMessage("headers", []byte{2, 0}), "headers message"},
		"empty":   {rawMessage("headers", nil), "0 bytes for 0 headers"},
		"longer":  {rawMessage("block", append(serialized(t, chaincfg.MainNetParams.GenesisBlock), 0)), "1 bytes follow the block"},
	} {
		trace := newTrace(t)
		trace.stream(1, c.messages)
		r, err := check(t, trace.pcap())
		if err != nil || !slices.ContainsFunc(r.InvalidAt, func(l platform.Location) bool { return strings.Contains(l.String(), c.want) }) {
			t.Errorf("%s: %v %+v", name, err, r)
		}
	}
}

func serialized(t testing.TB, b *wire.MsgBlock) []byte {
	var buf bytes.Buffer
	if err := b.Serialize(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// TestNothing gives captures without Bitcoin.
func TestNothing(t *testing.T) {
	c := newTrace(t)
	if r, err := check(t, c.pcap()); err != nil || r.NotCheckable != 0 {
		t.Errorf("no packets: %v %+v", err, r)
	}
	c.stream(1, []byte("GET / HTTP/1.1\r\n\r\n"))
	c.stream(2, bytes.Repeat([]byte{1, 2, 3}, 5000))
	c.add(&layers.Ethernet{SrcMAC: make(net.HardwareAddr, 6), DstMAC: make(net.HardwareAddr, 6), EthernetType: layers.EthernetTypeIPv4},
		&layers.IPv4{Version: 4, TTL: 1, Protocol: layers.IPProtocolUDP, SrcIP: net.IP{1, 1, 1, 1}, DstIP: net.IP{2, 2, 2, 2}},
		gopacket.Payload("udp?"))
	c.packets = append(c.packets, []byte{1}, nil)
	r, err := check(t, c.pcap())
	want := map[string]int64{"TCP stream without Bitcoin messages": 2, "packet without TCP, so without Bitcoin's protocol": 3}
	if err != nil || !maps.Equal(r.Why, want) || len(r.Messages) != 0 {
		t.Errorf("%v %+v", err, r)
	}
}

// TestUnreadable gives files that are broken. The error names a place; what was before it counts.
func TestUnreadable(t *testing.T) {
	c := newTrace(t)
	c.stream(1, conversation(t))
	plain, ng := c.pcap(), c.pcapng()
	put := func(data []byte, at int, b ...byte) []byte {
		data = bytes.Clone(data)
		copy(data[at:], b)
		return data
	}
	for _, x := range []struct {
		name string
		data []byte
		want string
	}{
		{"nothing", nil, "offset 0: no capture"},
		{"text", []byte("hello hello hello"), "offset 0: no capture"},
		{"pcap, cut in the head", plain[:20], "offset 0: truncated"},
		{"pcap, cut in a packet header", plain[:30], "offset 24: truncated: 6 bytes of a header of 16"},
		{"pcap, cut in a packet", plain[:50], "offset 24: truncated"},
		{"pcap, a packet of 4 GiB", put(plain, 24+8, 255, 255, 255, 255), "offset 24: too large: a packet of 4294967295 bytes"},
		{"pcap, another version", put(plain, 4, 9), "version"},
		{"pcapng, cut", ng[:len(ng)-5], "truncated"},
		{"pcapng, cut in the head", ng[:20], "offset 0: truncated"},
		{"pcapng, a block of 4 GiB", put(ng, 4, 255, 255, 255, 252), "too large: a block"},
		{"pcapng, a short block", put(ng, 4, 8, 0, 0, 0), "offset 0: a block of 8 bytes"},
	} {
		r, err := check(t, x.data)
		var parse *platform.ParseError
		if !errors.As(err, &parse) || parse.File != "data" || !strings.Contains(err.Error(), x.want) || r == nil {
			t.Errorf("%s: %v, want %q", x.name, err, x.want)
		}
	}
	r, err := check(t, plain[:len(plain)-3])
	if err == nil || r.Blocks < 2 || r.Transactions < 3 {
		t.Errorf("cut at the end: %v %+v", err, r)
	}
	gone := errors.New("the disk is gone")
	_, err = Platform.Verify(t.Context(), kernelEngine{}, platform.NewSource("", iotest.TimeoutReader(iotest.OneByteReader(bytes.NewReader(plain)))), platform.Options{})
	if !errors.Is(err, iotest.ErrTimeout) {
		t.Error(err)
	}
	_, err = Platform.Verify(t.Context(), kernelEngine{}, platform.NewSource("", iotest.ErrReader(gone)), platform.Options{})
	if !errors.Is(err, gone) {
		t.Error(err)
	}
}

// TestTimeResolution has an interface whose clock ticks 2^64 times a second, which gopacket divides by.
func TestTimeResolution(t *testing.T) {
	c := newTrace(t)
	c.stream(1, []byte("x"))
	ng := c.pcapng()
	// The writer's interface block has the option if_tsresol (9) of one byte.
	at := bytes.Index(ng, []byte{9, 0, 1, 0})
	if at < 0 {
		t.Fatal("no time resolution in the file")
	}
	ng[at+4] = 0x80 | 64
	var parse *platform.ParseError
	if _, err := check(t, ng); !errors.As(err, &parse) {
		t.Error(err)
	}
}

// TestEngineFails: the engine's error comes out.
func TestEngineFails(t *testing.T) {
	want := errors.New("the engine fails")
	c := newTrace(t)
	c.stream(1, conversation(t))
	_, err := Platform.Verify(t.Context(), failing{want}, platform.NewSource("", bytes.NewReader(c.pcap())), platform.Options{})
	if !errors.Is(err, want) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Platform.Verify(ctx, kernelEngine{}, platform.NewSource("", bytes.NewReader(c.pcap())), platform.Options{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

type failing struct{ err error }

func (f failing) Run(context.Context, *kernels.Batch) error { return f.err }

// TestProgress: the offsets rise, from all networks.
func TestProgress(t *testing.T) {
	c := newTrace(t)
	c.stream(1, conversation(t))
	var calls int
	opt := platform.Options{Block: func(int64) { calls++ }}
	if _, err := Platform.Verify(t.Context(), kernelEngine{}, platform.NewSource("", bytes.NewReader(c.pcap())), opt); err != nil || calls != 6 {
		t.Errorf("%v, %d calls", err, calls)
	}
}
