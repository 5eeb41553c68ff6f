package message

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"strings"
	"unicode"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
)

// resolver says of messages what their log does not say in so many words. It is
// for one goroutine; those of a run share a book.
type resolver struct {
	region string
	lookup *carrier.Lookup
	book   *book

	format   string
	provider string
	file     int32
	recent   [recentProfiles]recentProfile // of the present input
	key      []byte

	known    []*trait // of book
	models   []*model // of the messages of a profile
	heads    heads
	given    [givenSlots]uint64 // what delivered messages were given as, see told
	words    map[string]string
	networks map[[2]string]string // by MCC-MNC and country
}

// recentProfile is a profile by the bytes of its words.
type recentProfile struct {
	key     []byte
	profile profile
}

// Bounds of the memory of profiles.
const (
	recentProfiles  = 1 << 10
	maxRecentLength = 256
)

func newResolver(o Options, b *book) *resolver {
	return &resolver{region: o.Region, lookup: o.Lookup, book: b, words: make(map[string]string), networks: make(map[[2]string]string)}
}

func (s *resolver) begin(file int, f *deliverylog.Format) {
	s.format, s.provider, s.file = f.Name, f.Provider, int32(file)
	clear(s.recent[:])
}

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
	if len(b) <= maxWordSize {
		s.words[string(b)] = w
	}
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
		// A copy, since what is kept must not keep the rest.
		text = strings.Clone(strings.ToValidUTF8(text[:maxWordSize], ""))
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

// maxRecipient bounds the text of a recipient that is no number, in bytes: less
// than what number.Odd keeps, so that it comes out as it went in.
const maxRecipient = 120

// recipient reads the number that a message went to. What otpdoctor itself wrote
// is E.164, or else the text of no number, and taken as it stands.
func (s *resolver) recipient(r *deliverylog.Record) number.MSISDN {
	if r.Digits != 0 && (s.region == "" || r.To[0] == '+') {
		return number.MSISDN(r.Digits)
	}
	plain := len(r.To) <= maxRecipient // nothing for clean to do
	digits := len(r.To) > 1 && r.To[0] == '+'
	for i, c := range r.To {
		plain = plain && c >= 0x20 && c < 0x7f && (c != ' ' || i > 0 && i+1 < len(r.To) && r.To[i-1] != ' ')
		digits = digits && (i == 0 || c >= '0' && c <= '9')
	}
	own := len(r.Format) > 0
	if plain && !own || digits && len(r.To) <= len("+123456789012345") {
		return number.ParseMSISDN(r.To, s.region)
	}
	text := clean(deliverylog.Text(r.To))
	if len(text) > maxRecipient {
		text = strings.Clone(strings.ToValidUTF8(text[:maxRecipient], ""))
	}
	if own {
		return number.Odd(text)
	}
	return number.ParseMSISDN([]byte(text), s.region)
}

// profile gives the profile of a row.
func (s *resolver) profile(r *deliverylog.Record) profile {
	b := s.key[:0]
	for i, word := range [...][]byte{r.Network, r.MCCMNC, r.Country, r.From, r.Status, r.Code, r.Provider, r.Format, r.Reason, r.Source} {
		if len(word) > 0 {
			b = append(b, byte(i), byte(len(word)), byte(len(word)>>8), byte(len(word)>>16), byte(len(word)>>24))
			b = append(b, word...)
		}
	}
	s.key = b
	if len(b) > maxRecentLength {
		return s.makeProfile(r)
	}
	p := &s.recent[maphash.Bytes(seed, b)%recentProfiles]
	if !bytes.Equal(p.key, b) {
		*p = recentProfile{append(p.key[:0], b...), s.makeProfile(r)}
	}
	return p.profile
}

func (s *resolver) makeProfile(r *deliverylog.Record) profile {
	t := traits{
		network: s.word(r.Network), mccmnc: s.word(r.MCCMNC), country: strings.ToUpper(s.word(r.Country)), sender: s.word(r.From),
		status: s.word(r.Status), code: s.word(r.Code), provider: s.provider, format: s.format,
		reason: s.word(r.Reason), source: s.word(r.Source), file: s.file,
	}
	if len(r.Provider) > 0 || len(r.Format) > 0 { // its own convert: an empty provider stays empty
		t.provider = s.word(r.Provider)
	}
	if len(r.Format) > 0 {
		t.format = s.word(r.Format)
	}
	return s.book.profile(t)
}

// trait gives the words of a profile.
func (s *resolver) trait(p profile) *trait {
	if int(p) >= len(s.known) {
		s.known = s.book.all()
	}
	return s.known[p]
}

// model is what messages of one profile have in common.
type model struct {
	Message
	trait  *trait
	by     knower
	origin *origin   // byLog
	in     []*origin // by country, where that is the number's
}

// knower is what country and carrier of a message go by.
type knower uint8

const (
	byAll    knower = iota // see [resolver.country] and [resolver.carrier]
	byLog                  // the log names both
	byName                 // the log names the carrier, the number tells the country
	byDigits               // the number tells both
)

func (s *resolver) model(p profile) *model {
	for int(p) >= len(s.models) {
		s.models = append(s.models, nil)
	}
	d := s.models[p]
	if d == nil {
		t := s.trait(p)
		d = &model{trait: t}
		switch {
		case s.lookup != nil:
		case t.named != "" && len(t.country) == 2:
			d.by = byLog
		case t.named != "":
			d.by = byName
		case t.mccmnc == "" && len(t.country) != 2:
			d.by = byDigits
		}
		d.Message = Message{Sender: t.sender, Provider: t.provider, Format: t.format, Code: t.code, File: int(t.file), Verified: deliverylog.NoTime}
		if d.by == byLog {
			d.origin = s.book.origin(originKey{t.country, t.network, t.named, p})
			d.origin.put(&d.Message)
		}
		s.models[p] = d
	}
	return d
}

// short makes the message of a brief, as message does of its row. It is good
// until the next one.
func (s *resolver) short(b *brief, id string) *Message {
	p := b.profile()
	var d *model
	if int(p) < len(s.models) {
		d = s.models[p]
	}
	if d == nil {
		d = s.model(p)
	}
	m := &d.Message
	m.ID, m.To, m.Submitted, m.Line = id, b.to, b.submitted(), 0
	m.Done, m.Reason, m.Waiting = deliverylog.NoTime, reason.Unknown, false
	switch b.state() {
	case deliverylog.Delivered:
		m.Status, m.Done, m.Reason = Delivered, b.end(), reason.Delivered
	case deliverylog.Failed:
		m.Status, m.Reason = Failed, d.trait.failure
	case deliverylog.NoReceipt:
		m.Status = Unconfirmed
	case deliverylog.Unanswered:
		if m.Status = answered(m.Submitted, b.end()); m.Status == Failed {
			m.Reason = d.trait.failure
		}
	default:
		m.Status, m.Waiting = Open, b.state() == deliverylog.Waiting
	}
	if d.by != byLog {
		s.place(d, p)
	}
	return m
}

// place gives the message of a model its country and carrier.
func (s *resolver) place(d *model, p profile) {
	m := &d.Message
	o := s.origin(d, m.To)
	if o == nil && d.by == byName {
		country := number.Classify(m.To).Country
		if o = d.named(country); o == nil {
			o = s.book.origin(originKey{country, d.trait.network, d.trait.named, p})
			d.in = append(d.in, o)
		}
	}
	if o != nil {
		o.put(m)
		return
	}
	m.Profile = 0
	s.country(d.trait, m)
	s.carrier(d.trait, m)
}

// origin is what a message of a model to a number is counted under, nil where that
// is still to be found.
func (s *resolver) origin(d *model, to number.MSISDN) *origin {
	switch d.by {
	case byLog:
		return d.origin
	case byDigits:
		return s.head(to)
	case byName:
		if o := s.head(to); o != nil {
			return d.named(o.country)
		}
	}
	return nil
}

// named gives the origin of a model that names the carrier, in a country; nil where
// there was none yet.
func (d *model) named(country string) *origin {
	for _, o := range d.in {
		if o.country == country {
			return o
		}
	}
	return nil
}

// givenSlots is how many pairs of profile and origin are remembered.
const givenSlots = 1 << 12

func givenKey(p profile, o int32) (key uint64, slot uint32) {
	key = uint64(p)<<32 | uint64(o) // o is not 0
	return key, uint32(o)*31 ^ uint32(p)*0x9E3779B1>>(32-12)
}

// told notes that the message of a brief was given, so that others of its profile and
// origin can be given as plain ones.
func (s *resolver) told(b *brief, m *Message) {
	if m.Status == Delivered && m.Profile > 0 {
		key, slot := givenKey(b.profile(), m.Profile)
		s.given[slot%givenSlots] = key
	}
}

// plain appends the message of a brief, ok false where it has to be made by short.
func (s *resolver) plain(b *brief, to *[]Plain) (ok bool) {
	p := b.profile()
	if b.state() != deliverylog.Delivered || b.hasID() || b.to == 0 || b.time>>profileBits == 0 || int(p) >= len(s.models) || s.models[p] == nil {
		return false
	}
	o := s.origin(s.models[p], b.to)
	if o == nil {
		return false
	}
	if key, slot := givenKey(p, o.number); o.number == 0 || s.given[slot%givenSlots] != key {
		return false
	}
	*to = append(*to, Plain{b.to, b.submitted(), b.end(), o.number})
	return true
}

// answered is what [deliverylog.Unanswered] means of a message.
func answered(submitted, at deliverylog.Time) Status {
	if submitted.Known() && at.Known() && at-submitted >= deliverylog.Time(deliverylog.AnswerLimit.Milliseconds()) {
		return Unconfirmed
	}
	return Failed
}

// message makes the message of what its rows came to.
func (s *resolver) message(e *row, id string, file int32, m *Message) {
	t := s.trait(e.profile)
	*m = Message{ID: id, To: e.to, Sender: t.sender, Provider: t.provider, Format: t.format, Code: t.code,
		Submitted: e.submitted, Done: deliverylog.NoTime, Verified: e.verified, File: int(file), Line: e.line}
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
		m.Status = answered(m.Submitted, e.at)
	default:
		m.Status, m.Waiting = Open, e.state == deliverylog.Waiting
	}
	s.country(t, m)
	s.carrier(t, m)
	switch m.Status {
	case Delivered:
		m.Reason = reason.Delivered
	case Failed:
		m.Reason = t.failure
	}
}

// country is the log's where it says one, else the number's.
func (s *resolver) country(t *trait, m *Message) {
	if len(t.country) == 2 {
		m.Country = t.country
	} else {
		m.Country = number.Classify(m.To).Country
	}
}

// carrier is the log's name, else the one of its MCC-MNC, else the lookup's, else
// the prefix's. A lookup wins over all where it is newer than the message.
func (s *resolver) carrier(t *trait, m *Message) {
	found, looked := s.lookup.Get(m.To)
	looked = looked && found.Carrier != ""
	if looked && m.Submitted.Known() && deliverylog.FromTime(found.At) > m.Submitted {
		m.Carrier, m.CarrierSource = found.Carrier, carrier.FromLookup
		return
	}
	if t.named != "" {
		m.Carrier, m.CarrierSource = t.network, t.named
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
