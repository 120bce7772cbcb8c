// Package port has a row for each kind of port. A port connects a program with
// the outside: a frame interface, a disk, a pin.
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
// A row holds all data about a kind: how a program makes and uses the port, and
// its shape. The shape describes how values move. Code switches on the shape,
// and no consumer names a kind. So another kind of an existing shape needs only
// a row, a page of std, a world model and a file of the layer below products.
//
// The package also lists the port registers through which a program on a core
// reaches its ports (registers.go). It imports nothing and knows no program.
//
// Start reading at Kind.
package port
