package bench

import (
	"github.com/sluice-engine/sluice/kernels"
)

// Schema is the version of the JSON form, which SCHEMA.md describes. Within a version keys are added, never renamed,
// removed or given another meaning.
const Schema = "sluice-bench/1"

// Result is what Run measured.
type Result struct {
	Schema     string          `json:"schema"`
	Date       string          `json:"date"`
	Machine    Machine         `json:"machine"`
	Config     Settings        `json:"config"`
	Contenders []ContenderInfo `json:"contenders"`
	Rows       []Row           `json:"rows"`
	Latency    []Latency       `json:"latency,omitempty"`
}

// Settings are those of the Config that say how rows were measured.
type Settings struct {
	TimeMS int64  `json:"time_ms"`
	Rounds int    `json:"rounds"`
	Seed   uint64 `json:"seed"`
}

func (c *Config) settings() Settings {
	return Settings{c.Time.Milliseconds(), c.Rounds, c.Seed}
}

// ContenderInfo describes a contender.
type ContenderInfo struct {
	Name string `json:"name"`
	Ours bool   `json:"ours"`
	Note string `json:"note,omitempty"`
}

// Row is the throughput of one contender.
type Row struct {
	Kernel       string `json:"kernel"`
	Rule         string `json:"rule"`
	Batch        int    `json:"batch"`
	MessageBytes int    `json:"message_bytes"` // of a job, the mean where mixed
	Mixed        bool   `json:"mixed,omitempty"`
	Keys         int    `json:"keys,omitempty"` // different ones of a thread's jobs; only for signatures and proofs
	JobSet       int    `json:"job_set"`        // jobs of a thread, which batches are taken from in turn
	Threads      int    `json:"threads"`
	Contender    string `json:"contender"`
	Ours         bool   `json:"ours"`

	NsPerJob      float64 `json:"ns_per_job"`
	Spread        float64 `json:"spread"`
	JobsPerSecond float64 `json:"jobs_per_second"`

	Unit           string  `json:"unit"`
	UnitsPerJob    int     `json:"units_per_job"`
	NsPerUnit      float64 `json:"ns_per_unit"`
	UnitsPerSecond float64 `json:"units_per_second"`

	GBPerSecond float64 `json:"gb_per_second,omitempty"` // hashes of messages and nodes
	Scaling     float64 `json:"scaling,omitempty"`       // against one thread; only with more than one
	BestPeer    string  `json:"best_peer,omitempty"`     // only for ours
	Ratio       float64 `json:"ratio,omitempty"`         // how many times faster than the best peer

	Rounds []float64 `json:"rounds_ns"` // ns per job of each turn
}

// rows of the cells of one batch size, in their order.
func (g *group) rows(jobs *kernels.Batch, batch int, cells []*cell) []Row {
	k := g.kernel
	unit, units := unitOf(k)
	rows := make([]Row, len(cells))
	for i, x := range cells {
		ns := median(x.rounds)
		r := &rows[i]
		*r = Row{
			Kernel: k.Name, Rule: g.rule.String(), Batch: batch, Mixed: g.message == Mixed,
			Keys: g.distinct(jobs.Len()), JobSet: jobs.Len(), Threads: len(x.workers),
			Contender: x.contender.Name, Ours: x.contender.ours,
			NsPerJob: ns, Spread: spread(x.rounds), JobsPerSecond: 1e9 / ns,
			Unit: unit, UnitsPerJob: units, NsPerUnit: ns / float64(units), UnitsPerSecond: 1e9 / ns * float64(units),
			Rounds: x.rounds,
		}
		r.MessageBytes = jobs.MessageBytes() / jobs.Len()
		if isHash(k) && units == 1 {
			r.GBPerSecond = float64(jobs.MessageBytes()+jobs.Len()*k.In) / float64(jobs.Len()) / ns
		}
	}
	for i, x := range cells {
		r := &rows[i]
		for _, one := range cells {
			if r.Threads > 1 && len(one.workers) == 1 && one.contender == x.contender {
				r.Scaling = ratios(one.rounds, x.rounds)
			}
		}
		best := -1
		for j, peer := range rows {
			if r.Ours && !peer.Ours && peer.Threads == r.Threads && (best < 0 || peer.NsPerJob < rows[best].NsPerJob) {
				best = j
			}
		}
		if best >= 0 {
			r.BestPeer, r.Ratio = rows[best].Contender, ratios(cells[best].rounds, x.rounds)
		}
	}
	return rows
}
