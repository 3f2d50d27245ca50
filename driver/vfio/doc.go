// Package vfio drives a card through the kernel's VFIO: BAR0 is mapped, memory is mapped into the card's IOMMU domain, and
// interrupts arrive as eventfds. The card must be bound to vfio-pci, and its group's file in /dev/vfio be ours to open.
// The kernel pins what is mapped, which counts against RLIMIT_MEMLOCK.
package vfio
