//go:build linux

package trace_test

import (
	"bytes"
	"context"
	"fmt"
	"log"

	"github.com/google/gopacket/pcapgo"
	"github.com/sluice-engine/sluice/driver/dma"
	"github.com/sluice-engine/sluice/driver/fake"
	"github.com/sluice-engine/sluice/driver/ring"
	"github.com/sluice-engine/sluice/driver/trace"
)

// A command on its way, as the file has it.
func Example() {
	var file bytes.Buffer
	device, err := trace.New(fake.New(fake.Config{}), &file, trace.Options{})
	if err != nil {
		log.Fatal(err)
	}
	pool := dma.NewPool(device, dma.Config{})
	host, err := ring.Open(device, pool, ring.Options{})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := host.Do(context.Background(), ring.Command{Nop: true}); err != nil {
		log.Fatal(err)
	}
	host.Close()
	pool.Close()
	device.Close() // the file is whole now
	if err := device.Err(); err != nil {
		log.Fatal(err)
	}

	packets, err := pcapgo.NewNgReader(&file, pcapgo.DefaultNgReaderOptions)
	if err != nil {
		log.Fatal(err)
	}
	for {
		b, _, err := packets.ReadPacketData()
		if err != nil {
			break // the end
		}
		r, err := trace.Parse(b)
		if err != nil {
			log.Fatal(err)
		}
		if r.Type == trace.Info || r.Type == trace.Submission || r.Type == trace.Completion {
			fmt.Println(r.Type, len(r.Tail), "bytes")
		}
	}
	// Output:
	// info 11 bytes
	// submission 64 bytes
	// completion 32 bytes
}
