package number

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
)

// The numbering plans of the world are libphonenumber's metadata, in the form
// in which github.com/nyaruka/phonenumbers ships it. They are read here, and
// not through that module, because it decodes all of it before main runs: 5 ms
// and 35,000 allocations that no command should pay which checks no number.
// The tests hold the answers against the module's, number by number, and the
// files against its files, so that updating one without the other fails.
// They lie here unpacked, because the first number of a run would wait for them.
//
//go:generate sh -c "d=$(go list -m -f '{{.Dir}}' github.com/nyaruka/phonenumbers)/data; for f in metadata countrycode_to_region prefix_to_timezone; do gzip -dc $d/$f.xml.gz > plan/$f; done"
var (
	//go:embed plan/metadata
	metadataFile string // a serialised PhoneMetadataCollection
	//go:embed plan/countrycode_to_region
	regionsFile string // calling code to regions, the main one first
	//go:embed plan/prefix_to_timezone
	timezonesFile string // prefix to tz database names
)

// region is one region's PhoneMetadata, as far as it is needed.
type region struct {
	id                  string // "GB", or "001" for a calling code of no country
	callingCode         int
	internationalPrefix string // pattern of what is dialled in place of a plus
	trunk               string // national prefix, as people know it
	trunkPattern        string // national prefix for parsing
	trunkTransform      string
	leadingDigits       string
	sameMobileAndFixed  bool
	portable            bool
	general             *desc
	descs               [Voicemail + 1]*desc // by line type
	formats, intl       []format
}

// desc describes the numbers of one type.
type desc struct {
	pattern        string
	lengths, local []int
	example        string
}

// format is one way of grouping a national number.
type format struct {
	pattern, format string
	leadingDigits   string // the most detailed pattern of the first digits, or empty
	national        string // how the first group looks in the national form
}

// plans is all regions, their patterns not yet compiled.
type plans struct {
	regions map[string]*region
	codes   map[int]*callingCode
}

var world = sync.OnceValue(readPlans)

func readPlans() *plans {
	p := &plans{make(map[string]*region, 256), make(map[int]*callingCode, 256)}
	nowhere := make(map[int]*region)
	wire(metadataFile).each(func(_ int, _ uint64, b wire) {
		r := readRegion(b)
		if r.id == "001" {
			nowhere[r.callingCode] = r
		} else {
			p.regions[r.id] = r
		}
	})
	prefixTable(wire(regionsFile), func(cc int, ids []string) {
		c := &callingCode{code: cc, digits: strconv.Itoa(cc)}
		for _, id := range ids {
			r := p.regions[id]
			if id == "001" {
				r = nowhere[cc]
			}
			if r != nil {
				c.regions = append(c.regions, r)
			}
		}
		if len(c.regions) > 0 {
			p.codes[cc] = c
		}
	})
	return p
}

// wire is a protocol buffer message as it is sent. What is read from it are parts
// of it, without a copy.
type wire string

// each calls f with every field: its number, and its value as an integer or as bytes.
func (b wire) each(f func(field int, n uint64, b wire)) {
	for len(b) > 0 {
		var key, n uint64
		key, b = b.uvarint()
		n, b = b.uvarint()
		if key&7 == 0 {
			f(int(key>>3), n, "")
		} else { // length-delimited: the metadata has no other kind
			f(int(key>>3), 0, b[:n])
			b = b[n:]
		}
	}
}

// uvarint reads one number, seven bits a byte, the lowest first.
func (b wire) uvarint() (n uint64, rest wire) {
	for i := 0; ; i++ {
		n |= uint64(b[i]&0x7f) << (7 * i)
		if b[i] < 0x80 {
			return n, b[i+1:]
		}
	}
}

// typeFields are the fields of a region that describe a line type.
var typeFields = [...]LineType{2: FixedLine, 3: Mobile, 4: TollFree, 5: PremiumRate, 6: SharedCost,
	7: PersonalNumber, 8: VOIP, 21: Pager, 25: UAN, 28: Voicemail}

func readRegion(b wire) *region {
	r := new(region)
	b.each(func(field int, n uint64, b wire) {
		switch field {
		case 1:
			r.general = readDesc(b)
		case 9:
			r.id = string(b)
		case 10:
			r.callingCode = int(n)
		case 11:
			r.internationalPrefix = string(b)
		case 12:
			r.trunk = strings.ReplaceAll(string(b), "~", "")
		case 15:
			r.trunkPattern = string(b)
		case 16:
			r.trunkTransform = string(b)
		case 18:
			r.sameMobileAndFixed = n != 0
		case 19:
			r.formats = append(r.formats, readFormat(b))
		case 20:
			r.intl = append(r.intl, readFormat(b))
		case 23:
			r.leadingDigits = string(b)
		case 32:
			r.portable = n != 0
		default:
			if field < len(typeFields) && typeFields[field] != UnknownType {
				r.descs[typeFields[field]] = readDesc(b)
			}
		}
	})
	return r
}

func readDesc(b wire) *desc {
	d := new(desc)
	b.each(func(field int, n uint64, b wire) {
		switch field {
		case 2:
			d.pattern = string(b)
		case 6:
			d.example = string(b)
		case 9:
			d.lengths = append(d.lengths, int(int32(n)))
		case 10:
			d.local = append(d.local, int(int32(n)))
		}
	})
	return d
}

func readFormat(b wire) format {
	var f format
	b.each(func(field int, _ uint64, b wire) {
		switch field {
		case 1:
			f.pattern = string(b)
		case 2:
			f.format = string(b)
		case 3:
			f.leadingDigits = string(b) // the last is the most detailed
		case 4:
			f.national = string(b)
		}
	})
	return f
}

// prefixTable reads the module's format for a map from numbers to lists of
// words: the words, then for each key its distance from the last one and the
// indices of its words. Keys with the same words get the same list.
func prefixTable(b wire, each func(key int, words []string)) {
	size := b.fixed(4)
	words := strings.Split(string(b[4:4+size]), "\n")
	b = b[4+size:]
	count := b.fixed(4)
	b = b[4:]
	lists := make(map[wire][]string)
	key := 0
	for range count {
		var step uint64
		step, b = b.uvarint()
		key += int(step)
		ids := b[1 : 1+2*int(b[0])]
		b = b[1+len(ids):]
		list := lists[ids]
		if list == nil {
			for ids := ids; len(ids) > 0; ids = ids[2:] {
				list = append(list, words[ids.fixed(2)])
			}
			lists[ids] = list
		}
		each(key, list)
	}
}

// fixed is a number of n bytes, the lowest first.
func (b wire) fixed(n int) int {
	v := 0
	for i := range n {
		v |= int(b[i]) << (8 * i)
	}
	return v
}
