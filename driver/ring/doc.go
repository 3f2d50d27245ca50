// Package ring works the queues of a chip, above any driver.Device: submission and completion rings in shared memory,
// doorbells, interrupts and polling, command ids, deadlines, and what to do when the chip errs.
//
// A completion is believed only if it names a command that is in flight. Its id is the slot of the command (tag) and how
// often the slot was used (generation); ids that are unknown, stale or used up are counted and dropped. A command that
// outlives its deadline, or its caller's patience, has its queue aborted; if that does not bring it back, the chip is
// reset. Whatever happens, each caller is told once, and after that the chip no longer touches the memory that the command
// named, unless the error is ErrLost.
//
// hdl/doc/zregisters.md describes registers and entries.
package ring
