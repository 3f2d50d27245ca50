package ring

import (
	"fmt"

	"github.com/sluice-engine/sluice/driver/regs"
)

// Observer is told of the entries of the rings, which pass the device by in memory. A device that implements it is told of
// its own: driver/trace does. The methods are called under locks of the queue, in the order of its ring, and must be quick.
type Observer interface {
	// Submitted tells of an entry just before the doorbell is rung for it.
	Submitted(queue uint32, entry [regs.SubmissionSize]byte)
	// Completed tells of an entry as it was found, before whoever waits for it is told.
	Completed(queue uint32, entry [regs.CompletionSize]byte, j Judgement)
}

// Judgement is what a Host thinks of a completion. All but Believed are counted in Stats and dropped.
type Judgement uint8

// Judgements.
const (
	Believed  Judgement = iota
	Garbage             // malformed, or of what cannot be
	Unknown             // of no slot
	Stale               // of an earlier use of the slot
	Duplicate           // of a command that had completed
)

// String names the judgement.
func (j Judgement) String() string {
	names := [...]string{"believed", "garbage", "unknown", "stale", "duplicate"}
	if int(j) >= len(names) {
		return fmt.Sprintf("judgement %d", uint8(j))
	}
	return names[j]
}
