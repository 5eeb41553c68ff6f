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
type profile int32

// traits are the words of a profile, as the log has them.
type traits struct {
	network, mccmnc, country, sender, provider, status, code, format, reason, source string
}

// resolver says of messages what their log does not say in so many words.
type resolver struct {
	region string
	lookup *carrier.Lookup

	traits   []traits
	profiles map[traits]profile
	words    map[string]string
	networks map[[2]string]string // by MCC-MNC and country
	reasons  map[[3]string]reason.Reason

	format   string
	provider string
	last     profile // of the row before: rows of one kind come together
	lastKey  traits
}

func newResolver(o Options) *resolver {
	return &resolver{region: o.Region, lookup: o.Lookup, profiles: make(map[traits]profile), words: make(map[string]string),
		networks: make(map[[2]string]string), reasons: make(map[[3]string]reason.Reason), last: -1}
}

func (s *resolver) begin(f *deliverylog.Format) { s.format, s.provider = f.Name, f.Provider }

// word gives bytes of a log as a clean text, the same one for the same bytes.
func (s *resolver) word(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if w, ok := s.words[string(b)]; ok {
		return w
	}
	w := clean(deliverylog.Text(b))
	if len(s.words) >= maxWords { // a log whose words do not repeat must not fill memory
		clear(s.words)
	}
	s.words[string(b)] = w
	return w
}

// Bounds of the caches.
const (
	maxWords    = 1 << 16
	maxWordSize = 512
)

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
		network: s.word(r.Network), mccmnc: s.word(r.MCCMNC), country: strings.ToUpper(s.word(r.Country)), sender: s.word(r.From),
		status: s.word(r.Status), code: s.word(r.Code), provider: s.provider, format: s.format,
		reason: s.word(r.Reason), source: s.word(r.Source),
	}
	if len(r.Provider) > 0 || len(r.Format) > 0 { // its own convert: an empty provider stays empty
		t.provider = s.word(r.Provider)
	}
	if len(r.Format) > 0 {
		t.format = s.word(r.Format)
	}
	return s.number(t)
}

func (s *resolver) number(t traits) profile {
	if s.last >= 0 && t == s.lastKey {
		return s.last
	}
	p, ok := s.profiles[t]
	if !ok {
		p = profile(len(s.traits))
		s.traits = append(s.traits, t)
		s.profiles[t] = p
	}
	s.last, s.lastKey = p, t
	return p
}

// join brings a further row's words into a profile: status and code of the row
// that wins, the rest from whichever row has it.
func (s *resolver) join(p profile, r *deliverylog.Record, wins bool) profile {
	t := s.traits[p]
	fill := func(to *string, b []byte) {
		if *to == "" {
			*to = s.word(b)
		}
	}
	fill(&t.network, r.Network)
	fill(&t.mccmnc, r.MCCMNC)
	if t.country == "" {
		t.country = strings.ToUpper(s.word(r.Country))
	}
	fill(&t.sender, r.From)
	if wins {
		t.status, t.code, t.reason = s.word(r.Status), s.word(r.Code), s.word(r.Reason)
	}
	return s.number(t)
}

// own says that otpdoctor itself wrote the row: it is the only one of its message.
func (s *resolver) own(p profile) bool { return s.traits[p].source != "" }

// message makes the message of an entry.
func (s *resolver) message(e *entry, m *Message) {
	t := &s.traits[e.profile]
	*m = Message{ID: e.id, To: e.to, Sender: t.sender, Provider: t.provider, Format: t.format, Code: t.code,
		Submitted: e.submitted, Done: deliverylog.NoTime, Verified: e.verified, File: int(e.file), Line: e.line}
	done := e.done
	if !m.Submitted.Known() && e.seen.Known() {
		m.Submitted = e.seen
		if done.Known() && done <= e.seen { // the receipt is all there is of this message
			done = deliverylog.NoTime
		}
	}
	switch e.state {
	case deliverylog.Delivered:
		m.Status, m.Done = Delivered, done
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
		m.Reason = s.reason(t)
	}
}

// country is the log's where it says one, else the number's.
func (s *resolver) country(t *traits, m *Message) {
	if len(t.country) == 2 {
		m.Country = t.country
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
	if t.source != "" && t.network != "" {
		m.Carrier, m.CarrierSource = t.network, carrier.Source(t.source)
		return
	}
	if t.network != "" && !nobody(t.network) {
		m.Carrier, m.CarrierSource = t.network, carrier.FromLog
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
	switch carrier.Fold(name) {
	case "", "unknown", "na", "none", "null", "other", "notavailable", "unknowncarrier", "unknownoperator", "unknownnetwork":
		return true
	}
	return false
}

func (s *resolver) network(code, country string) string {
	if code == "" {
		return ""
	}
	k := [2]string{code, country}
	name, ok := s.networks[k]
	if !ok {
		name, _, _ = carrier.ByMCCMNC(code, country)
		s.networks[k] = name
	}
	return name
}

// reason is what the provider's code says, else its status word. The numbers of
// a log that names no provider are taken as Twilio's.
func (s *resolver) reason(t *traits) reason.Reason {
	if r, ok := reason.Parse(t.reason); ok {
		return r
	}
	k := [3]string{t.provider, t.code, t.status}
	r, ok := s.reasons[k]
	if !ok {
		provider := t.provider
		if provider == "" {
			provider = "twilio"
		}
		r = reason.Of(provider, t.code, t.status)
		if r == reason.Delivered {
			r = reason.Unknown
		}
		s.reasons[k] = r
	}
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
