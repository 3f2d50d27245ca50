// Package fake is a chip in memory: a model of what hdl/regs/chip.toml describes, which decides jobs by the references of
// their kernels, fetched and written at bus addresses as a card would. Tests plant faults in it. It is for tests of
// drivers and of what stands above them; it knows nothing of time.
package fake
