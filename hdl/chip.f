// Sources of the chip, in order: verilator -F hdl/chip.f --top-module chip
rtl/zchip_pkg.sv
rtl/unit_pkg.sv
rtl/bus_pkg.sv
rtl/chip_pkg.sv
rtl/stream_check.sv
rtl/chip_registers.sv
rtl/reset_control.sv
rtl/chip_errors.sv
rtl/chip_interrupts.sv
rtl/chip_counters.sv
rtl/queue_pointers.sv
rtl/queue_pair.sv
rtl/chip_queues.sv
rtl/chip.sv
