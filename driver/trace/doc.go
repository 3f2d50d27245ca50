// Package trace records the traffic of a device: a [Device] wraps another one and writes what passes to a pcapng file, which
// Wireshark reads with the dissector beside this text (zsluice.lua). It is how `--capture FILE` works:
//
//	device, err := vfiouser.Dial(socket, vfiouser.Config{})
//	…
//	traced, err := trace.New(device, file, trace.Options{})
//	…
//	host, err := ring.Open(traced, dma.NewPool(traced, dma.Config{}), ring.Options{})
//
// Registers, DMA mappings, interrupts and resets are seen on their way to the device; driver/ring tells of queue entries,
// because a Device is a [ring.Observer]. The file never disturbs the device: records wait in a buffer of fixed size for one
// goroutine that writes them; when the file is too slow they are dropped and counted, and when it fails, [Device.Err] says
// so. Several devices can be recorded to one file, one after another. Package engine may not need gopacket: who opens the
// device for engine/chip (chip.Config.Dial) wraps it.
//
// # Records
//
// Each packet (link type USER0, 147) is one record, little-endian: a header of 24 bytes, then numbers of 4 or 8 bytes and
// perhaps bytes, as the type says. The table of types is in format.go; zsluice.lua is generated from it.
//
//	byte  bits
//	0     8     version of the format, 1
//	1     8     type
//	2     16    flags: 1 cycle is known
//	4     32    number of the record, from 1; those that are missing were lost
//	8     64    cycle of the chip, or 0
//	16    32    how long the operation took, ns; all ones for longer, 0 where the record comes first
//	20    32    status: 0 fine, else what error the operation gave
//
// The time of a packet is when its operation had ended; but a write, a doorbell or a submission is recorded just before it
// begins, so that what follows from it comes after it. One that fails is recorded again, with the error.
package trace
