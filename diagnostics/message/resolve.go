package message

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
)

// profile is what many messages of a log have in common, by number: a log has
// few different carriers, senders and codes.
type profile uint32

// word is a text of a log, by number. 0 is the empty one.
type word uint32

// traits are the words of a profile, as the log has them.
type traits struct {
	network, mccmnc, country, sender, provider, status, code, format, reason, source word
}

// resolver says of messages what their log does not say in so many words.
type resolver struct {
	region string
	lookup *carrier.Lookup

	traits   []traits
	profiles map[traits]profile
	reasons  []reason.Reason // by profile; reason.Count: not looked up yet
	words    map[string]word
	texts    []string
	nobody   []bool // by word: it is no carrier's name, see nobody
	networks map[network]string

	format, provider word
	last             profile // of the row before: rows of one kind come together
}

// network is a network code where a number is.
type network struct {
	code    word
	country string
}

func newResolver(o Options) *resolver {
	s := &resolver{region: o.Region, lookup: o.Lookup, profiles: make(map[traits]profile), words: make(map[string]word),
		networks: make(map[network]string), texts: []string{""}, nobody: []bool{true}}
	s.number(traits{})
	return s
}

func (s *resolver) begin(f *deliverylog.Format) {
	s.format, s.provider = s.word([]byte(f.Name)), s.word([]byte(f.Provider))
}

// Bounds of what a hostile log can make us keep.
const (
	maxWords    = 1 << 17
	maxWordSize = 512
)

// word gives the number of a text of a log.
func (s *resolver) word(b []byte) word {
	if len(b) == 0 {
		return 0
	}
	if w, ok := s.words[string(b)]; ok {
		return w
	}
	text := clean(deliverylog.Text(b))
	w, ok := s.words[text]
	switch {
	case ok:
	case text == "":
		return 0
	case len(s.texts) >= maxWords:
		return s.word([]byte("(other)"))
	default:
		w = word(len(s.texts))
		s.texts = append(s.texts, text)
		s.nobody = append(s.nobody, nobody(text))
		s.words[text] = w
	}
	if len(s.words) < 2*maxWords {
		s.words[string(b)] = w
	}
	return w
}

// clean makes text of a log fit to be grouped and shown: spaces at its ends go,
// runs of them become one, and its length is bounded. Characters that could act
// on a terminal are made visible as the exports do it.
func clean(text string) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\u00a0' }), " ")
	if len(text) > maxWordSize {
		text = strings.ToValidUTF8(text[:maxWordSize], "")
	}
	if strings.IndexFunc(text, acts) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case r < 0x20:
			b.WriteRune('\u2400' + r)
		case r == 0x7f:
			b.WriteRune('\u2421')
		case acts(r):
			fmt.Fprintf(&b, "[U+%04X]", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// acts says whether a character moves a cursor, or reorders or hides text.
func acts(r rune) bool {
	return unicode.IsControl(r) || r == 0x200b || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfeff
}

// profile gives the profile of a row.
func (s *resolver) profile(r *deliverylog.Record) profile {
	t := traits{
		network: s.word(r.Network), mccmnc: s.word(r.MCCMNC), country: s.word(r.Country), sender: s.word(r.From),
		status: s.word(r.Status), code: s.word(r.Code), provider: s.provider, format: s.format,
	}
	if len(r.Provider) > 0 {
		t.provider = s.word(r.Provider)
	}
	if len(r.Format) > 0 { // our own normal form, where an empty provider stays empty
		t.provider = s.word(r.Provider)
		t.format, t.reason, t.source = s.word(r.Format), s.word(r.Reason), s.word(r.Source)
	}
	return s.number(t)
}

func (s *resolver) number(t traits) profile {
	if len(s.traits) > 0 && t == s.traits[s.last] {
		return s.last
	}
	p, ok := s.profiles[t]
	if !ok {
		p = profile(len(s.traits))
		s.traits = append(s.traits, t)
		s.reasons = append(s.reasons, reason.Count)
		s.profiles[t] = p
	}
	s.last = p
	return p
}

// join brings a further row's words into a profile: status and code of the row
// that wins, the rest from whichever row has it.
func (s *resolver) join(p profile, r *deliverylog.Record, wins bool) profile {
	t := s.traits[p]
	fill := func(to *word, b []byte) {
		if *to == 0 {
			*to = s.word(b)
		}
	}
	fill(&t.network, r.Network)
	fill(&t.mccmnc, r.MCCMNC)
	fill(&t.country, r.Country)
	fill(&t.sender, r.From)
	if wins {
		t.status, t.code, t.reason = s.word(r.Status), s.word(r.Code), s.word(r.Reason)
	}
	return s.number(t)
}

// own says that otpdoctor itself wrote the row: it is the only one of its message.
func (s *resolver) own(p profile) bool { return s.traits[p].source != 0 }

// message makes the message of an entry.
func (s *resolver) message(e *entry, id string, verified deliverylog.Time, m *Message) {
	t := &s.traits[e.profile]
	*m = Message{ID: id, To: e.to, Sender: s.texts[t.sender], Provider: s.texts[t.provider], Format: s.texts[t.format], Code: s.texts[t.code],
		Submitted: e.submitted, Done: deliverylog.NoTime, Verified: verified, File: int(e.file), Line: int64(e.line)}
	switch e.state {
	case deliverylog.Delivered:
		m.Status, m.Done = Delivered, e.done
		if e.flags&seenFlag != 0 && e.done <= e.submitted { // the receipt is all there is of this message
			m.Done = deliverylog.NoTime
		}
	case deliverylog.Failed:
		m.Status = Failed
	case deliverylog.NoReceipt:
		m.Status = Unconfirmed
	case deliverylog.Unanswered:
		m.Status = Failed
		if m.Submitted.Known() && e.at.Known() && e.at-m.Submitted >= deliverylog.Time(deliverylog.AnswerLimit.Milliseconds()) {
			m.Status = Unconfirmed
		}
	default:
		m.Status, m.Waiting = Open, e.state == deliverylog.Waiting
	}
	s.country(t, m)
	s.carrier(t, m)
	switch m.Status {
	case Delivered:
		m.Reason = reason.Delivered
	case Failed:
		m.Reason = s.reason(e.profile)
	}
}

// country is the log's where it says one, else the number's.
func (s *resolver) country(t *traits, m *Message) {
	if cc := s.texts[t.country]; len(cc) == 2 {
		m.Country = strings.ToUpper(cc)
	} else {
		m.Country = number.Classify(m.To).Country
	}
}

// carrier is the log's name, else the one of its MCC-MNC, else the lookup's, else
// the prefix's. A lookup wins over all where it is newer than the message.
func (s *resolver) carrier(t *traits, m *Message) {
	found, looked := s.lookup.Get(m.To)
	looked = looked && found.Carrier != ""
	if looked && m.Submitted.Known() && deliverylog.FromTime(found.At) > m.Submitted {
		m.Carrier, m.CarrierSource = found.Carrier, carrier.FromLookup
		return
	}
	name := s.texts[t.network]
	if t.source != 0 && name != "" {
		m.Carrier, m.CarrierSource = name, carrier.Source(s.texts[t.source])
		return
	}
	if !s.nobody[t.network] {
		m.Carrier, m.CarrierSource = name, carrier.FromLog
		return
	}
	if name := s.network(t.mccmnc, m.Country); name != "" {
		m.Carrier, m.CarrierSource = name, carrier.FromLog
		return
	}
	if looked {
		m.Carrier, m.CarrierSource = found.Carrier, carrier.FromLookup
		return
	}
	if name := carrier.ByPrefix(m.To); name != "" {
		m.Carrier, m.CarrierSource = name, carrier.Prefix
		return
	}
	m.Carrier, m.CarrierSource = "unknown", carrier.Unknown
}

// nobody tells the names that logs write where they know none.
func nobody(name string) bool {
	if len(name) > len("unknown operator ") {
		return false
	}
	switch strings.ToLower(name) {
	case "unknown", "n/a", "na", "none", "null", "nil", "other", "-", "?", "not available",
		"unknown carrier", "unknown operator", "unknown network":
		return true
	}
	return false
}

func (s *resolver) network(code word, country string) string {
	if code == 0 {
		return ""
	}
	k := network{code, country}
	name, ok := s.networks[k]
	if !ok {
		name, _, _ = carrier.ByMCCMNC(s.texts[code], country)
		s.networks[k] = name
	}
	return name
}

// reason is what the provider's code says, else its status word. The numbers of
// a log that names no provider are taken as Twilio's.
func (s *resolver) reason(p profile) reason.Reason {
	r := s.reasons[p]
	if r != reason.Count {
		return r
	}
	t := s.traits[p]
	r, ok := reason.Parse(s.texts[t.reason])
	if !ok {
		provider := s.texts[t.provider]
		if provider == "" {
			provider = "twilio"
		}
		if r = reason.Of(provider, s.texts[t.code], s.texts[t.status]); r == reason.Delivered {
			r = reason.Unknown // the word of a row that failed all the same
		}
	}
	s.reasons[p] = r
	return r
}

// silentMessages is how many messages a country needs before its silence is said.
const silentMessages = 20

// silentCountries warns of countries whose networks send no receipts at all.
func (f *folder) silentCountries(file int) (warnings []string) {
	if file >= len(f.silent) {
		return nil
	}
	var total, delivered int64
	for _, c := range f.silent[file] {
		total += c.messages
		delivered += c.delivered
	}
	if delivered == 0 {
		if total >= silentMessages {
			return []string{"no receipt says delivered: nothing can be said about what arrived"}
		}
		return nil
	}
	for cc, c := range f.silent[file] {
		if cc != "" && c.messages >= silentMessages && c.delivered == 0 && c.open*10 >= c.messages*8 {
			warnings = append(warnings, fmt.Sprintf("no receipts from networks in %s (%d messages): they may have arrived all the same", cc, c.messages))
		}
	}
	slices.Sort(warnings)
	return warnings
}
