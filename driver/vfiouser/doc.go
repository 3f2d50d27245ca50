// Package vfiouser drives a PCI function that another process plays, over the vfio-user protocol: the simulator, or any
// other server of the protocol. Memory is shared by passing its descriptor with each mapping; a server that asks for it by
// message all the same is answered. Interrupts are eventfds. A server that breaks the protocol, ends, or does not answer in
// time is a device that is gone.
package vfiouser
