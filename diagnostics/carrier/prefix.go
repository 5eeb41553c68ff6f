package carrier

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/binary"
	"io"
	"strings"
	"sync"

	"cli.otpdoctor/diagnostics/number"
)

// prefixFile is libphonenumber's table from prefix to carrier, as
// github.com/nyaruka/phonenumbers ships it; a test holds it against that
// module's. Source and licence: NOTICE.
//
//go:generate sh -c "cat $(go list -m -f '{{.Dir}}' github.com/nyaruka/phonenumbers)/data/prefix_to_carriers/en.txt.gz > prefixes.gz"
//go:embed prefixes.gz
var prefixFile []byte

// prefixTrie finds the longest prefix of a number, one step a digit.
type prefixTrie struct {
	next  [][10]uint16 // by node and digit; 0 where no longer prefix is known
	name  []uint16     // by node
	names []string     // the first one is empty
}

var prefixes = sync.OnceValue(func() *prefixTrie {
	t := &prefixTrie{next: make([][10]uint16, 1, 36000), name: make([]uint16, 1, 36000), names: []string{""}}
	z, err := gzip.NewReader(bytes.NewReader(prefixFile))
	var b []byte
	if err == nil {
		b, err = io.ReadAll(z)
	}
	if err != nil {
		panic("carrier: embedded data: " + err.Error())
	}
	// The names, then for each prefix its distance from the last one and the index of its name.
	size := binary.LittleEndian.Uint32(b)
	t.names = append(t.names, strings.Split(string(b[4:4+size]), "\n")...)
	b = b[4+size:]
	count := binary.LittleEndian.Uint32(b)
	b = b[4:]
	prefix := uint64(0)
	var digits [20]byte
	for range count {
		step, n := binary.Uvarint(b)
		prefix += step
		at := len(digits)
		for p := prefix; p > 0; p /= 10 {
			at--
			digits[at] = byte(p % 10)
		}
		node := uint16(0)
		for _, d := range digits[at:] {
			if t.next[node][d] == 0 {
				t.next[node][d] = uint16(len(t.next))
				t.next, t.name = append(t.next, [10]uint16{}), append(t.name, 0)
			}
			node = t.next[node][d]
		}
		t.name[node] = binary.LittleEndian.Uint16(b[n:]) + 1
		b = b[n+2:]
	}
	if len(t.next) > 1<<16 {
		panic("carrier: embedded data: too many prefixes")
	}
	return t
})

// ByPrefix names the carrier that m's range was given to, or "" where that is
// not known, as in all of North America. Where numbers are portable, m may
// have moved since.
func ByPrefix(m number.MSISDN) string {
	t := prefixes()
	var buf [16]byte
	node, name := uint16(0), uint16(0)
	for _, d := range m.Digits(&buf) {
		if node = t.next[node][d]; node == 0 {
			break
		}
		if n := t.name[node]; n != 0 {
			name = n
		}
	}
	return t.names[name]
}
