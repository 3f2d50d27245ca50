//go:build linux

package sim

// Stats is what a simulator did, from its start to its end.
type Stats struct {
	Cycles uint64 `json:"cycles"` // simulated
	Resets uint64 `json:"resets"` // of the PCI function

	WallSeconds     float64 `json:"wall_seconds"`      // from start to end
	RunSeconds      float64 `json:"run_seconds"`       // in which the clock ran
	CPUSeconds      float64 `json:"cpu_seconds"`       // of this process, user and system
	CyclesPerSecond float64 `json:"cycles_per_second"` // while the clock ran

	ReadRequests    uint64 `json:"read_requests"`    // of DMA, that were answered
	WriteRequests   uint64 `json:"write_requests"`   // lines
	RefusedRequests uint64 `json:"refused_requests"` // of either, answered with an error
	BytesRead       uint64 `json:"bytes_read"`       // by DMA, lines of 64
	BytesWritten    uint64 `json:"bytes_written"`    // by DMA, those enabled

	RegisterReads  uint64 `json:"register_reads"` // of BAR0, by clients
	RegisterWrites uint64 `json:"register_writes"`
	Interrupts     uint64 `json:"interrupts"` // signalled
	Clients        uint64 `json:"clients"`    // served
	Refused        uint64 `json:"refused"`    // clients that came while another one was there
	Messages       uint64 `json:"messages"`   // from clients
}
