// Package drivertest is the conformance suite of drivers: whatever implements driver.Device, with a chip behind it, passes
// it. It checks the device (registers, DMA, interrupts, reset, opening and closing), then the queues of driver/ring on it:
// batches of every kernel that the chip has against their references, refused commands, and, where the chip can be told to
// err, every fault of which a chip is capable.
package drivertest
