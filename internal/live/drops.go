package live

// FirstDrop is the place of the first counter of dropped frames in what a stack counts
// (std/net/stack.sn).
const FirstDrop = 5

// Drops are the reasons for which a stack drops frames and datagrams, in the order of their
// counters.
func Drops() []string {
	return []string{
		"short", "station", "protocol", "checksum", "fragment", "address", "source", "port", "full", "long", "arp",
		"waiting", "silent", "nowhere",
	}
}
