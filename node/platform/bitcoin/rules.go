package bitcoin

import (
	"time"

	"github.com/btcsuite/btcd/txscript/v2"
)

// rules are the consensus rules that a block's scripts are held to.
type rules struct {
	flags txscript.ScriptFlags
}

func (r rules) has(f txscript.ScriptFlags) bool { return r.flags&f == f }

// segwit tells whether witnesses count (BIP 141).
func (r rules) segwit() bool { return r.has(txscript.ScriptVerifyWitness) }

// activation of a rule: at a height of each network, or at a day of mainnet.
type activation struct {
	flags  txscript.ScriptFlags
	height func(n *network) int32
	day    time.Time // the day after it began on mainnet, UTC; the other networks were earlier
}

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

var activations = []activation{
	{txscript.ScriptVerifyDERSignatures, // BIP 66
		func(n *network) int32 { return n.params.BIP0066Height }, day(2015, time.July, 5)},
	{txscript.ScriptVerifyCheckLockTimeVerify, // BIP 65
		func(n *network) int32 { return n.params.BIP0065Height }, day(2015, time.December, 15)},
	{txscript.ScriptVerifyCheckSequenceVerify, // BIP 112
		func(n *network) int32 { return n.csv }, day(2016, time.July, 5)},
	{txscript.ScriptVerifyWitness | txscript.ScriptStrictMultiSig, // BIP 141, 147
		func(n *network) int32 { return n.segwit }, day(2017, time.August, 25)},
	{txscript.ScriptVerifyTaproot, // BIP 341, 342
		func(n *network) int32 { return n.taproot }, day(2021, time.November, 15)},
}

// rulesAt gives the rules of a block. A rule holds from its height on, where the height is known (not -1), and
// in any case once the time that the block states is past the day on which mainnet adopted it: a block cannot
// claim a low height to escape. BIP 16 went by time alone.
func rulesAt(n *network, height int32, when time.Time) rules {
	var r rules
	if !when.Before(txscript.Bip16Activation) {
		r.flags |= txscript.ScriptBip16
	}
	for _, a := range activations {
		if height >= 0 && height >= a.height(n) || !when.Before(a.day) {
			r.flags |= a.flags | txscript.ScriptBip16
		}
	}
	return r
}

// rulesToday are the rules of a transaction that is in no block.
func rulesToday() rules { return rulesAt(mainnet, -1, day(9999, time.December, 31)) }

// rulesFirst are the laxest rules that Bitcoin Core holds a transaction of any block to, two blocks apart: it
// applies BIP 16, 141 and 341 to all of the past.
func rulesFirst() rules {
	return rules{flags: txscript.ScriptBip16 | txscript.ScriptVerifyWitness | txscript.ScriptVerifyTaproot}
}
