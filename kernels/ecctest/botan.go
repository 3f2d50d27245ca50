package ecctest

import (
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"
)

// ParseBotan reads a test vector file of Botan: records of "name = value" lines, parted by blank lines. A record with
// the line "Group = x" is on the curve x.
func ParseBotan(data []byte) ([]map[string]string, error) {
	var records []map[string]string
	record := map[string]string{}
	for i, line := range append(strings.Split(string(data), "\n"), "") {
		line = strings.TrimSpace(line)
		if line == "" {
			if len(record) != 0 {
				records = append(records, record)
				record = map[string]string{}
			}
			continue
		}
		if strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if !ok {
			return nil, fmt.Errorf("line %d: %q", i+1, line)
		}
		record[strings.TrimSpace(name)] = strings.TrimSpace(value)
	}
	return records, nil
}

// BotanECDSA gives the records of ecdsa_verify.vec that are on the group, such as "secp256r1". They verify unless
// "Valid = 0".
func BotanECDSA(records []map[string]string, group string, c *Curve) ([]Job, error) {
	var jobs []Job
	for _, f := range records {
		if f["Group"] != group {
			continue
		}
		x, okX := new(big.Int).SetString(f["Px"], 0)
		y, okY := new(big.Int).SetString(f["Py"], 0)
		msg, err := hex.DecodeString(f["Msg"])
		if err != nil || !okX || !okY {
			return nil, fmt.Errorf("bad record: %v", f)
		}
		sig, err := hex.DecodeString(f["Signature"])
		if err != nil || len(sig) != 64 {
			return nil, fmt.Errorf("bad signature: %v", f)
		}
		r, s := integer(sig), integer(sig[32:])
		jobs = append(jobs, Job{
			Name: "Msg = " + f["Msg"], Row: row(Truncate(msg), r, s, x, y),
			Valid: f["Valid"] != "0", HighS: s.Cmp(new(big.Int).Rsh(c.N, 1)) > 0,
		})
	}
	return jobs, nil
}

// Truncate is the leftmost 256 bits of a digest as a number (SEC 1, section 4.1.3, step 5).
func Truncate(digest []byte) *big.Int { return new(big.Int).SetBytes(digest[:min(len(digest), 32)]) }
