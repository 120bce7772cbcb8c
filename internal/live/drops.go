package live

// FirstDrop is the index of the first counter of dropped frames in the counters of a stack
// (std/net/stack.sn).
const FirstDrop = 5

// Drops are the reasons why a stack drops frames and datagrams, in the order of their
// counters.
func Drops() []string {
	return []string{
		"short", "station", "protocol", "checksum", "fragment", "address", "source", "port", "full", "long", "arp",
		"waiting", "silent", "nowhere",
	}
}
