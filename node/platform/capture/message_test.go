package capture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"

	"github.com/sluice-engine/sluice/node/platform/bitcoin"
)

// rawMessage frames a payload.
func rawMessage(command string, payload []byte) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(wire.MainNet))
	var name [12]byte
	copy(name[:], command)
	b = append(b, name[:]...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(payload)))
	b = append(b, chainhash.DoubleHashB(payload)[:4]...)
	return append(b, payload...)
}

// oldMessage frames a version or verack of before 2012, without a checksum.
func oldMessage(command string, payload []byte) []byte {
	b := rawMessage(command, payload)
	return slices.Delete(b, oldHeader, messageHeader)
}

// parse feeds the parts and lists what is found.
func parse(parts ...[]byte) (found []string, c counts) {
	p := parser{networks: bitcoin.Networks(), sink: func(m message) {
		found = append(found, fmt.Sprintf("%s:%s", m.command, m.payload))
	}}
	for _, part := range parts {
		p.feed(part, time.Time{})
	}
	p.end(time.Time{})
	return found, p.counts
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func TestParser(t *testing.T) {
	ping, tx := rawMessage("ping", []byte("12345678")), rawMessage("tx", []byte("payload"))
	broken := bytes.Clone(tx)
	broken[messageHeader] ^= 1
	claim := bytes.Clone(tx)
	binary.LittleEndian.PutUint32(claim[16:], 1<<32-1)
	for _, c := range []struct {
		name string
		data []byte
		want []string
		not  counts // but for messages
	}{
		{"nothing", nil, nil, counts{}},
		{"two", join(ping, tx), []string{"ping:12345678", "tx:payload"}, counts{}},
		{"no payload", rawMessage("verack", nil), []string{"verack:"}, counts{}},
		{"garbage around", join([]byte("abc"), ping, []byte("def"), tx, []byte("g")), []string{"ping:12345678", "tx:payload"}, counts{garbage: 3}},
		{"wrong checksum", join(broken, ping), []string{"ping:12345678"}, counts{broken: 1}},
		{"cut", join(ping, tx[:len(tx)-1]), []string{"ping:12345678"}, counts{cut: 1}},
		{"cut, and another", join(ping, tx[:30], ping), []string{"ping:12345678", "ping:12345678"}, counts{broken: 1}},
		{"cut in its header", join(ping, tx[:10]), []string{"ping:12345678"}, counts{cut: 1}},
		{"a claim of 4 GiB", join(claim, ping), []string{"ping:12345678"}, counts{garbage: 1}},
		{"no command", join(rawMessage("\x01", nil), ping), []string{"ping:12345678"}, counts{garbage: 1}},
		{"a command behind zeros", join(rawMessage("a\x00b", nil), ping), []string{"ping:12345678"}, counts{garbage: 1}},
		{"old handshake", join(oldMessage("version", []byte("v")), oldMessage("verack", nil), tx), []string{"version:v", "verack:", "tx:payload"}, counts{}},
		{"old handshake alone", join(oldMessage("version", []byte("v")), oldMessage("verack", nil)), []string{"version:v", "verack:"}, counts{}},
		{"new handshake", join(rawMessage("version", []byte("v")), rawMessage("verack", nil), tx), []string{"version:v", "verack:", "tx:payload"}, counts{}},
		{"half a magic number", []byte{0xf9, 0xbe, 0xb4}, nil, counts{garbage: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.not.messages = int64(len(c.want))
			found, got := parse(c.data)
			if !slices.Equal(found, c.want) || got != c.not {
				t.Errorf("%q %+v, want %q %+v", found, got, c.want, c.not)
			}
			// However it is cut into segments, the same is found.
			r := rand.New(rand.NewPCG(1, 1))
			for range 50 {
				var parts [][]byte
				for rest := c.data; len(rest) > 0; {
					n := 1 + r.IntN(min(len(rest), 30))
					parts = append(parts, rest[:n])
					rest = rest[n:]
				}
				if found, _ := parse(parts...); !slices.Equal(found, c.want) {
					t.Fatalf("in %d parts: %q", len(parts), found)
				}
			}
		})
	}
}

// TestHostileStream has headers that each claim all that follows: the work stays bounded.
func TestHostileStream(t *testing.T) {
	const size = 3_000_000
	head := rawMessage("tx", nil)
	binary.LittleEndian.PutUint32(head[16:], size)
	data := bytes.Repeat(head, 2*size/len(head))
	start := time.Now()
	found, c := parse(data)
	if len(found) != 0 || c.hopeless != 1 {
		t.Errorf("%d messages, %+v", len(found), c)
	}
	t.Logf("%d broken messages in %v", c.broken, time.Since(start))
}

// FuzzParser feeds anything in two parts: what is found has a good checksum and does not depend on the parts.
func FuzzParser(f *testing.F) {
	f.Add(join(rawMessage("ping", []byte("12345678")), rawMessage("tx", nil)), 5)
	f.Add(join(oldMessage("version", []byte("v")), oldMessage("verack", nil), rawMessage("tx", nil)), 21)
	f.Fuzz(func(t *testing.T, data []byte, cut int) {
		cut = max(0, min(cut, len(data)))
		whole, _ := parse(data)
		parts, _ := parse(data[:cut], data[cut:])
		if !slices.Equal(whole, parts) && !bytes.Contains(data, []byte("ver")) {
			// An old version or verack is told from a new one by what follows, so only those may differ.
			t.Errorf("%q in one part, %q in two", whole, parts)
		}
	})
}

// FuzzVerify gives anything to the platform.
func FuzzVerify(f *testing.F) {
	c := newTrace(f)
	c.stream(1, conversation(f))
	f.Add(c.pcap())
	f.Add(c.pcapng())
	f.Fuzz(func(t *testing.T, data []byte) {
		if r, _ := check(t, data); r == nil {
			t.Error("no report")
		}
	})
}
