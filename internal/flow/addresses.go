package flow

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/sinter-lang/sinter/lang/tree"
)

// This file handles the addresses that a program gets at its start: `nic.host=10.0.0.2/24`
// and `nic.gateway=10.0.0.1`. The device name may be omitted if only one device has
// addresses. A product for x86-64 is not rebuilt: it receives words such as
// `sn.nic.host=10.0.0.2/24` when it starts. For all other machines the addresses are built
// into the program. So a comparison of machines shows that a word has the same effect as a
// built-in address.

// address is one requested address.
type address struct {
	text    string
	device  int
	gateway bool
	value   uint32
	mask    uint32 // 0: no mask was given
}

// addressed stores the addresses from the options in the tree of p. It also keeps the program
// without these addresses, from which x86-64 products are made.
func (p *Program) addressed() error {
	if len(p.opts.Addresses) == 0 {
		return nil
	}
	bare := *p
	if p.bare != nil {
		bare = *p.bare
	}
	bare.opts.Addresses = nil
	t, s := *p.Tree, tree.System{}
	if p.Tree.System != nil {
		s = *p.Tree.System
	}
	s.Devices, s.Runs = slices.Clone(s.Devices), slices.Clone(s.Runs)
	t.System = &s
	given := map[int]bool{}
	for k, text := range p.opts.Addresses {
		a, err := parseAddress(text, &s)
		if err != nil {
			return err
		}
		for _, b := range p.opts.Addresses[:k] {
			if c, err := parseAddress(b, &s); err == nil && c.device == a.device && c.gateway == a.gateway {
				return UserErrorf("--net %s: given twice", text)
			}
		}
		a.set(&s.Devices[a.device].Home)
		given[a.device] = given[a.device] || a.gateway
		p.words = append(p.words, a.word(&s))
	}
	for i := range s.Devices {
		gateway, ok := given[i]
		if !ok {
			continue
		}
		if err := checkHome(&s, i, gateway); err != nil {
			return err
		}
	}
	bindHomes(&s)
	bare.words = p.words
	p.Tree, p.bare = &t, &bare
	return nil
}

// parseAddress reads one requested address.
func parseAddress(text string, s *tree.System) (address, error) {
	name, value, ok := strings.Cut(text, "=")
	if !ok {
		return address{}, UserErrorf("--net %s: expected DEVICE.host=10.0.0.2/24 or DEVICE.gateway=10.0.0.1", text)
	}
	device, field, named := strings.Cut(name, ".")
	if !named {
		device, field = "", name
	}
	a := address{text: text, gateway: field == "gateway"}
	if field != "host" && field != "gateway" {
		return a, UserErrorf("--net %s: a device has `host` and `gateway`, not `%s`", text, field)
	}
	var err error
	if a.device, err = withAddress(s, text, device); err != nil {
		return a, err
	}
	number, size, sized := strings.Cut(value, "/")
	if number == "dhcp" {
		return a, UserErrorf("--net %s: there is no DHCP yet, it comes with TCP; give an address", text)
	}
	if a.value, ok = dotted(number); !ok || sized && a.gateway {
		return a, UserErrorf("--net %s: expected an address such as %s", text, map[bool]string{true: "10.0.0.1", false: "10.0.0.2/24"}[a.gateway])
	}
	if !sized {
		return a, nil
	}
	n, err := strconv.ParseUint(size, 10, 8)
	if err != nil || n < 1 || n > 30 {
		return a, UserErrorf("--net %s: a network has 1 to 30 bits, got %q", text, size)
	}
	a.mask = ^uint32(0) << (32 - n)
	return a, nil
}

// dotted reads an IPv4 address.
func dotted(s string) (uint32, bool) {
	a, err := netip.ParseAddr(s)
	if err != nil || !a.Is4() {
		return 0, false
	}
	b := a.As4()
	return binary.BigEndian.Uint32(b[:]), true
}

// withAddress finds the device of a request. The device must have a stack.
func withAddress(s *tree.System, text, name string) (int, error) {
	var all []int
	var names []string
	for i, d := range s.Devices {
		for _, k := range s.Sockets {
			if k.Device == i {
				all, names = append(all, i), append(names, "`"+d.Name+"`")
				break
			}
		}
	}
	switch {
	case len(all) == 0:
		return 0, UserErrorf("--net %s: the program has no network device with addresses: only sockets over a device need some", text)
	case name == "" && len(all) == 1:
		return all[0], nil
	case name == "":
		return 0, UserErrorf("--net %s: several devices have addresses; write DEVICE.%s with one of %s", text, text, strings.Join(names, ", "))
	}
	for k, i := range all {
		if names[k] == "`"+name+"`" {
			return i, nil
		}
	}
	return 0, UserErrorf("--net %s: no network device with addresses is called `%s`; there is %s", text, name, strings.Join(names, ", "))
}

// set changes the addresses of a device.
func (a *address) set(h *tree.Home) {
	switch {
	case a.gateway:
		h.Gateway = a.value
	default:
		h.Host = a.value
	}
	if a.mask != 0 {
		h.Mask = a.mask
	}
}

// word is the same request in the form of a start word for a product.
func (a *address) word(s *tree.System) string {
	_, value, _ := strings.Cut(a.text, "=")
	return "sn." + s.Devices[a.device].Name + "." + map[bool]string{true: "gateway", false: "host"}[a.gateway] + "=" + value
}

// checkHome checks the addresses of a device in the same way as the products (hal/words.c).
// checkHome drops a default gateway that is outside the network.
func checkHome(s *tree.System, i int, gateway bool) error {
	d := &s.Devices[i]
	h := &d.Home
	if !isHost(h.Host, h.Mask) {
		return UserErrorf("--net: %s/%d is not the address of a host of the network of `%s`", quad(h.Host), bits.LeadingZeros32(^h.Mask), d.Name)
	}
	near := isHost(h.Gateway, h.Mask) && (h.Host^h.Gateway)&h.Mask == 0 && h.Host != h.Gateway
	if !near && gateway {
		return UserErrorf("--net: the gateway %s is not another host of the network of `%s`, %s/%d", quad(h.Gateway), d.Name, quad(h.Host&h.Mask), bits.LeadingZeros32(^h.Mask))
	}
	if !near {
		h.Gateway = 0
	}
	for k, other := range s.Devices {
		if _, err := withAddress(s, "", other.Name); k != i && err == nil && other.Home.Host == h.Host {
			return UserErrorf("--net: `%s` and `%s` have one address, %s", d.Name, other.Name, quad(h.Host))
		}
	}
	return nil
}

// isHost reports whether an address is valid for a host in a network.
func isHost(a, mask uint32) bool {
	top := a >> 24
	return top != 0 && top != 127 && top < 224 && a&^mask != 0 && a|mask != ^uint32(0)
}

// quad formats an address.
func quad(a uint32) string {
	return netip.AddrFrom4([4]byte{byte(a >> 24), byte(a >> 16), byte(a >> 8), byte(a)}).String()
}

// bindHomes copies the addresses of the devices to their stacks.
func bindHomes(s *tree.System) {
	for k := range s.Runs {
		r := &s.Runs[k]
		r.Args = slices.Clone(r.Args)
		for n, a := range r.Args {
			for i := range s.Devices {
				h := s.Devices[i].Home
				for name, v := range map[string]uint32{"host": h.Host, "mask": h.Mask, "gateway": h.Gateway} {
					if a.Boot == s.Devices[i].Name+"."+name {
						r.Args[n].Cells = []uint64{uint64(v)}
					}
				}
			}
		}
	}
}
