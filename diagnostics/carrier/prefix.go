package carrier

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/binary"
	"io"
	"slices"
	"strconv"
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

// prefixTable finds the longest prefix of a number: by its first three digits a
// page, there by three more the carrier or, where longer prefixes differ, a node
// that asks for one digit more.
type prefixTable struct {
	pages [1000]*[1000]entry // nil: no number with these digits has a carrier
	nodes [][11]entry        // by the next digit; the last where the number has none
	short []shortPrefix      // those below six digits, in order
	names []string           // the first one is empty
}

// entry is an index of names, or with nodeBit one of nodes.
type entry uint16

const nodeBit = 1 << 15

type shortPrefix struct {
	prefix int
	name   entry
}

var prefixes = sync.OnceValue(func() *prefixTable {
	t := &prefixTable{nodes: make([][11]entry, 0, 4096)}
	t.names = readPrefixes(t.add)
	if len(t.nodes) > nodeBit || len(t.names) > nodeBit {
		panic("carrier: embedded data: too many prefixes")
	}
	return t
})

// readPrefixes calls add with each prefix and the index of its name in names,
// whose first one is empty.
func readPrefixes(add func(prefix int, name entry)) (names []string) {
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
	names = append([]string{""}, strings.Split(string(b[4:4+size]), "\n")...)
	b = b[4+size:]
	count := binary.LittleEndian.Uint32(b)
	b = b[4:]
	prefix := 0
	for range count {
		step, n := binary.Uvarint(b)
		prefix += int(step)
		add(prefix, entry(binary.LittleEndian.Uint16(b[n:]))+1)
		b = b[n+2:]
	}
	return names
}

// add enters a prefix. They come as numbers do, those with fewer digits first, so
// that a longer one overwrites its part of a shorter one's.
func (t *prefixTable) add(prefix int, name entry) {
	if prefix < 1e5 {
		t.short = append(t.short, shortPrefix{prefix, name})
	}
	from, to := prefix, prefix+1 // of six digits
	for to <= 1e5 {
		from, to = from*10, to*10
	}
	if to <= 1e6 {
		for i := from; i < to; i++ {
			*t.at(i) = name
		}
		return
	}
	var digits [20]byte
	text := strconv.AppendInt(digits[:0], int64(prefix), 10)
	six, _ := strconv.Atoi(string(text[:6]))
	e := t.at(six)
	for _, d := range text[6:] {
		if *e < nodeBit {
			node := [11]entry{}
			for i := range node {
				node[i] = *e
			}
			*e = entry(len(t.nodes)) | nodeBit
			t.nodes = append(t.nodes, node)
		}
		e = &t.nodes[*e&^nodeBit][d-'0']
	}
	*e = name
}

func (t *prefixTable) at(six int) *entry {
	p := &t.pages[six/1000]
	if *p == nil {
		*p = new([1000]entry)
	}
	return &(*p)[six%1000]
}

// ByPrefix names the carrier that m's range was given to, or "" where that is
// not known, as in all of North America. Where numbers are portable, m may
// have moved since.
func ByPrefix(m number.MSISDN) string {
	t := prefixes()
	six, digits := m.Head()
	if digits == 0 {
		return t.names[t.few(m)]
	}
	p := t.pages[six/1000]
	if p == nil {
		return ""
	}
	e := p[six%1000]
	if e >= nodeBit {
		e = t.longer(e, m)
	}
	return t.names[e]
}

// ByHead is ByPrefix for a number whose first six digits decide; ok is false for others.
func ByHead(m number.MSISDN) (name string, ok bool) {
	t := prefixes()
	six, digits := m.Head()
	if digits == 0 {
		return "", false
	}
	p := t.pages[six/1000]
	if p == nil {
		return "", true
	}
	if e := p[six%1000]; e < nodeBit {
		return t.names[e], true
	}
	return "", false
}

// longer goes on from the node e of m's first six digits.
func (t *prefixTable) longer(e entry, m number.MSISDN) entry {
	var buf [16]byte
	for _, d := range m.Digits(&buf)[6:] {
		if e = t.nodes[e&^nodeBit][d]; e < nodeBit {
			return e
		}
	}
	return t.nodes[e&^nodeBit][10]
}

// few finds the prefix of a number of fewer than six digits.
func (t *prefixTable) few(m number.MSISDN) entry {
	if m >= 1e5 { // no number at all
		return 0
	}
	for p := int(m); p > 0; p /= 10 {
		if i, ok := slices.BinarySearchFunc(t.short, p, func(s shortPrefix, p int) int { return s.prefix - p }); ok {
			return t.short[i].name
		}
	}
	return 0
}
