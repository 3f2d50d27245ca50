// Package chip is the backend that drives the chip: a card by kernel VFIO, or the simulator by vfio-user. Who only wants
// verdicts uses package engine; who wants registers and queues, driver/ring.
//
// # From a batch to the chip and back
//
// A span is cut into pieces, which become submissions on all queues of the chip, several in flight. Where the batch lies in
// the backend's own memory ([Backend.Allocator]) the chip fetches rows and messages from where they are; where it does not,
// they are copied piece by piece to where the chip reaches them. Verdicts and outputs the chip always writes into memory of
// the backend, never into the batch: what it did not decide, or decides too late, never gets there.
//
// A verdict is taken only from a command that the chip completed, with a status that vouches for it, if its byte is one and
// their number is the one that the completion states. Everything else is a [backend.Fault], and the job stays unset.
//
// # When the chip goes away
//
// A simulator that was killed, a card that was pulled out: every call that is running ends with a fault. The next call opens
// the device again, so that an engine's known-answer tests admit it when it is back. Batches keep their memory meanwhile;
// the new device is told where it lies.
//
// A chip that cannot be stopped (ring.ErrLost) may still read and write the memory that it was given. That memory is never
// used for anything else again, nor unmapped: it is the price of such a fault.
//
// All data is public; nothing is constant time.
package chip
