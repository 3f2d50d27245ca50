package kernels

import (
	"errors"
	"fmt"
)

var (
	// ErrFull: the batch has no room for the job, or its arena none for the message.
	ErrFull = errors.New("kernels: batch is full")
	// ErrLength: a field given to an appender has not the length that the row wants.
	ErrLength = errors.New("kernels: wrong length")
	// ErrKernel: the batch belongs to another kernel, or the kernel is unknown.
	ErrKernel = errors.New("kernels: wrong kernel")
	// ErrRule: the rule set is not one of the kernel's.
	ErrRule = errors.New("kernels: unknown rule")
	// ErrSize: a batch of that many jobs or message bytes is beyond the format's limits.
	ErrSize = errors.New("kernels: batch too large")
)

// FormatError tells where and why bytes are not a batch. Read returns it for everything but a failing reader.
type FormatError struct {
	Offset int64 // from the first byte of the batch's header
	Reason string
}

func (e *FormatError) Error() string {
	return fmt.Sprintf("kernels: not a batch: offset %d: %s", e.Offset, e.Reason)
}

// CheckLength returns an ErrLength that names the field, unless p has n bytes.
func CheckLength(field string, p []byte, n int) error {
	if len(p) != n {
		return fmt.Errorf("%w: %s has %d bytes, want %d", ErrLength, field, len(p), n)
	}
	return nil
}

// CheckKernel returns an ErrKernel unless the batch is of the kernel with the id.
func CheckKernel(b *Batch, id ID) error {
	if b.kernel.ID != id {
		return fmt.Errorf("%w: the batch is of %s", ErrKernel, b.kernel.Name)
	}
	return nil
}
