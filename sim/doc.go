// Package sim starts, watches and ends the simulator of the chip: a process that serves the RTL of hdl/rtl, compiled by
// Verilator, as a PCI function over vfio-user on a UNIX socket. driver/vfiouser drives it.
//
//	s, err := sim.Start(ctx, sim.Config{})       // errors.Is(err, sim.ErrNoBinary): run `make sim`
//	defer s.Stop()
//	d, err := vfiouser.Dial(s.Socket(), vfiouser.Config{})
//
// The simulator ends with the process that started it, however that ends. README.md says what is modelled.
package sim
