// Package port has a table with a row for each kind of port. A port connects a program with the
// outside: a frame interface, a disk, a pin.
//
//	eth       net.Eth    net.eth(0)        message   frames
//	udp       net.Udp    port.udp("s")     message   datagrams, a peer of 48 bits before each
//	disk      blk.Disk   blk.virtio(0)     command   read, write, flush of sectors
//	gpio_in   gpio.In    gpio.in("b0")     level     one bit, into the program
//	gpio_out  gpio.Out   gpio.out("led0")  level     one bit, out of it
//	uart      uart.Port  uart.port("s")    stream    bytes in both directions
//	spi       spi.Port   spi.port("f")     command   bytes out and in at once
//	i2c       i2c.Bus    i2c.bus("s")      command   bytes out, bytes in, acknowledged
//	rng       rng.Source rng.source("r")   command   random bytes in
//
// A row holds all data about a kind: how a program makes and uses the port, and its shape. The
// shape describes how values move through the port. Code depends on the shape, and never on a
// particular kind. A new kind of an existing shape therefore needs only a row, a page in std, a
// model in sim/world and a file in the driver layer of the products (backend_x86/hal).
//
// The package also lists the port registers, through which a program on a core accesses its
// ports (registers.go). It imports nothing and does not depend on programs.
//
// Start reading at Kind.
package port
