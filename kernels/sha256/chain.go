package sha256

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/sluice-engine/sluice/kernels"
)

// Layout of a sha256.chain row.
const (
	mixinAt      = 32
	endAt        = 64
	chainCountAt = 96
	flagsAt      = 100
	chainIn      = 104

	mixinPresent = 1 << 0 // of the flags
)

// Chain is "sha256.chain", proof of history as Solana has it: from the start, count hashes lead to the end. Each is
// SHA-256 of the 32 bytes before it; with a mixin, the last one is SHA-256(state ‖ mixin). A count of 0 with a
// mixin counts as 1; without, start and end must be equal. The mixin bytes of a row without one are ignored; a row
// with unknown flags is invalid.
//
// This is next_hash of Solana's entry/src/entry.rs (Agave): 0 hashes and no transactions leave the hash as it is;
// else num_hashes.saturating_sub(1) plain hashes precede a tick (one more) or a record, which mixes in the Merkle
// root of the transactions' signatures.
var Chain = newChain()

func newChain() *kernels.Kernel {
	k := &kernels.Kernel{
		ID:    kernels.SHA256Chain,
		Name:  "sha256.chain",
		In:    chainIn,
		Rules: []kernels.Flags{0},
		Run:   runChain,
		Ref:   refChain,
	}
	k.Known = func(rule kernels.Flags) *kernels.Batch { return knownChain(k, rule) }
	return k
}

// AppendChain adds a job that follows count hashes from start to end, the last with the mixin unless that is nil.
// All three have 32 bytes. Errors: ErrKernel, ErrLength, ErrFull; the batch is then unchanged.
func AppendChain(b *kernels.Batch, start, mixin, end []byte, count uint32) error {
	if err := kernels.CheckKernel(b, kernels.SHA256Chain); err != nil {
		return err
	}
	if err := kernels.CheckLength("start", start, Size); err != nil {
		return err
	}
	if mixin != nil {
		if err := kernels.CheckLength("mixin", mixin, Size); err != nil {
			return err
		}
	}
	if err := kernels.CheckLength("end", end, Size); err != nil {
		return err
	}
	row, err := b.Add(nil)
	if err != nil {
		return err
	}
	copy(row, start)
	copy(row[endAt:], end)
	binary.LittleEndian.PutUint32(row[chainCountAt:], count)
	if mixin != nil {
		copy(row[mixinAt:], mixin)
		binary.LittleEndian.PutUint32(row[flagsAt:], mixinPresent)
	}
	return nil
}

// refChain is the meaning of sha256.chain.
func refChain(b *kernels.Batch, lo, hi int) {
	for i := lo; i < hi; i++ {
		b.SetVerdict(i, kernels.Of(chains(b.Row(i))))
	}
}

// chains decides one row.
func chains(row []byte) bool {
	plain, mix, ok := chainCount(row)
	return ok && chainEnds(row, iterate([Size]byte(row), plain), mix)
}

// chainCount is the number of plain hashes of a row, and whether one with the mixin follows; ok is false for unknown
// flags.
func chainCount(row []byte) (plain uint32, mix, ok bool) {
	plain = binary.LittleEndian.Uint32(row[chainCountAt:])
	flags := binary.LittleEndian.Uint32(row[flagsAt:])
	mix = flags&mixinPresent != 0
	if mix && plain > 0 {
		plain--
	}
	return plain, mix, flags&^mixinPresent == 0
}

// iterate hashes a digest n times.
func iterate(state [Size]byte, n uint32) [Size]byte {
	for range n {
		state = sha256.Sum256(state[:])
	}
	return state
}

// chainEnds tells whether a row's chain, which its plain hashes have brought to state, ends where the row says.
func chainEnds(row []byte, state [Size]byte, mix bool) bool {
	if mix {
		state = mixed(state, row)
	}
	return state == [Size]byte(row[endAt:])
}

// mixed hashes a state and the mixin of a row.
func mixed(state [Size]byte, row []byte) [Size]byte {
	var last [2 * Size]byte
	copy(last[:], state[:])
	copy(last[Size:], row[mixinAt:endAt])
	return sha256.Sum256(last[:])
}
