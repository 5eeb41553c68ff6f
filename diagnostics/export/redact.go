package export

import (
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"

	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/tally"
)

// Map holds what the labels of a redacted report stand for. It is private: it
// gives back everything that redaction took away.
type Map struct {
	labels  map[string]string
	order   []string
	summary string
}

func (m *Map) put(label, value string) {
	if m == nil {
		return
	}
	if m.labels == nil {
		m.labels = map[string]string{}
	}
	if _, ok := m.labels[label]; !ok {
		m.order = append(m.order, label)
		m.labels[label] = value
	}
}

// Summary says what was masked: "2 values in 9 places: 1 number, 1 firm".
func (m *Map) Summary() string { return m.summary }

// Write writes the map as one JSON object, labels in the order of the report.
func (m *Map) Write(w io.Writer) error {
	b := []byte("{")
	for i, label := range m.order {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, "\n  "...)
		b = append(appendString(b, label), ": "...)
		b = appendString(b, m.labels[label])
	}
	_, err := w.Write(append(b, "\n}\n"...))
	return err
}

// redactor takes personal values out of a report. One is made for each report,
// knows the case's values, and sees everything that is written: numbers through
// number and e164, ids through id, all other text through text.
//
// Off, it only cleans.
type redactor struct {
	on       bool
	out      *Map
	numbers  map[number.MSISDN]string        // label by number, in the order of their appearance
	cores    map[string]number.MSISDN        // digits of known numbers, with and without country code
	lengths  []int                           // of cores
	right    map[number.MSISDN]number.MSISDN // right forms of wrong numbers, see canonical
	literals []literal                       // longest first
	emails   map[string]string
	keep     map[string]bool // message ids, which the provider needs
	places   int
	values   map[string]map[string]bool // by kind
}

type literal struct {
	text, label, kind string // text in lower case
}

func newRedactor(o Options) *redactor {
	labels := map[number.MSISDN]string{}
	if o.pack != nil {
		labels = o.pack.numbers
	}
	return &redactor{on: o.Redact, out: o.RedactMap, numbers: labels, cores: map[string]number.MSISDN{}, right: map[number.MSISDN]number.MSISDN{},
		emails: map[string]string{}, keep: map[string]bool{}, values: map[string]map[string]bool{}}
}

// know makes numbers known, so that free text loses them however they are written.
func (r *redactor) know(list ...number.MSISDN) {
	if !r.on {
		return
	}
	for _, m := range list {
		if m == 0 {
			continue
		}
		if m.IsOdd() {
			if s := m.E164(); utf8.RuneCountInString(s) > 3 {
				r.literal(s, "", "number")
			}
			continue
		}
		// A number that is stored wrong is the same person as the right one.
		one := r.canonical(m)
		full, right := m.E164()[1:], one.E164()[1:]
		r.core(full, one)
		r.core(right, one)
		if n := number.Check("+"+right, ""); n.Valid {
			cc := strconv.Itoa(n.CallingCode)
			r.core(strings.TrimPrefix(right, cc), one)
			r.core(strings.TrimPrefix(full, cc), one)
		}
	}
}

// canonical is the right form of a number that a log has in a wrong one.
func (r *redactor) canonical(m number.MSISDN) number.MSISDN {
	if m == 0 || m.IsOdd() || number.Classify(m).Valid {
		return m
	}
	one, ok := r.right[m]
	if !ok {
		one = m
		n := number.Check(m.E164(), "")
		if !n.Valid && n.Likely != "" {
			n = number.Check(n.Likely, "")
		}
		if right := number.ParseMSISDN([]byte(n.E164), ""); n.Valid && right != 0 {
			one = right
		}
		r.right[m] = one
	}
	return one
}

func (r *redactor) core(digits string, m number.MSISDN) {
	if len(digits) < 6 {
		return
	}
	if _, ok := r.cores[digits]; !ok {
		r.cores[digits] = m
	}
	if !slices.Contains(r.lengths, len(digits)) {
		r.lengths = append(r.lengths, len(digits))
		slices.SortFunc(r.lengths, func(a, b int) int { return b - a })
	}
}

// finding makes the users and messages that a finding names known.
func (r *redactor) finding(f *finding.Finding) {
	r.know(f.Scope.Key)
	r.know(f.Users...)
	for i := range f.Evidence {
		r.know(f.Evidence[i].Number)
		r.id(f.Evidence[i].MessageID)
	}
}

// firm makes a firm's address known: as given, its host, and the host's own name.
func (r *redactor) firm(address string) {
	address = strings.TrimSpace(shortened(address))
	if !r.on || address == "" {
		return
	}
	r.literal(address, "[firm]", "firm")
	host := address
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		host = u.Hostname()
	} else if host, _, _ = strings.Cut(address, "/"); strings.Contains(host, ":") {
		host, _, _ = strings.Cut(host, ":")
	}
	r.literal(host, "[firm]", "firm")
	host = strings.TrimPrefix(strings.ToLower(host), "www.")
	r.literal(host, "[firm]", "firm")
	if own, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		r.literal(own, "[firm]", "firm")
		if name, _, _ := strings.Cut(own, "."); len(name) > 3 {
			r.literal(name, "[firm]", "firm")
		}
	}
}

// person makes a name known, whole and in its parts.
func (r *redactor) person(name, label string) {
	if name = shortened(name); !r.on || strings.TrimSpace(name) == "" {
		return
	}
	r.literal(name, label, "name")
	for _, part := range strings.FieldsFunc(name, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsMark(c) && c != '\'' }) {
		if utf8.RuneCountInString(part) > 2 || len(part) > 4 {
			r.literal(part, label, "name")
		}
	}
}

func (r *redactor) literal(text, label, kind string) {
	if !r.on {
		return
	}
	text = strings.ToLower(strings.TrimSpace(word(text)))
	if text == "" || slices.ContainsFunc(r.literals, func(l literal) bool { return l.text == text }) {
		return
	}
	if label == "" {
		label = "[" + kind + "]"
	}
	r.literals = append(r.literals, literal{text, label, kind})
	slices.SortStableFunc(r.literals, func(a, b literal) int { return len(b.text) - len(a.text) })
}

// id cleans an id that the report needs as it is; known values go all the same.
func (r *redactor) id(s string) string {
	s = word(s)
	if !r.on || s == "" {
		return s
	}
	masked := r.knownLiterals(r.phones(s, true))
	if masked == s {
		r.keep[s] = true
	}
	return masked
}

// label is the name of one person throughout the report.
func (r *redactor) label(m number.MSISDN) string {
	m = r.canonical(m)
	l, ok := r.numbers[m]
	if !ok {
		l = "user " + strconv.Itoa(len(r.numbers)+1)
		if masked := number.Masked(m); masked != "" && masked != "…" {
			l += ", " + masked
		}
		r.numbers[m] = l
		r.out.put(l, m.E164())
	}
	r.took("number", m.E164())
	return l
}

func (r *redactor) took(kind, value string) {
	r.places++
	if r.values[kind] == nil {
		r.values[kind] = map[string]bool{}
	}
	r.values[kind][value] = true
}

// e164 is a number in E.164, or its label.
func (r *redactor) e164(m number.MSISDN) string {
	if r.on && m != 0 {
		return r.label(m)
	}
	return Clean(m.E164())
}

// number is a number for people, or its label.
func (r *redactor) number(m number.MSISDN) string {
	if r.on && m != 0 {
		return r.label(m)
	}
	return Clean(m.International())
}

// text cleans a line of text and takes out what is known and what looks like a
// phone number, an e-mail address or a web address.
func (r *redactor) text(s string) string {
	s = Clean(shortened(s))
	if !r.on || s == "" {
		return s
	}
	s = emailPattern().ReplaceAllStringFunc(s, r.email)
	s = addressPattern().ReplaceAllStringFunc(s, r.address)
	s = r.knownLiterals(s)
	return r.phones(s, false)
}

// maxText is the longest single text that a report carries: a carrier's name of
// a megabyte is an attack, not a name.
const maxText = 4000

// shortened cuts what is longer than [maxText] bytes, and says so.
func shortened(s string) string {
	if len(s) <= maxText {
		return s
	}
	cut := maxText
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "… (cut, " + strconv.Itoa(len(s)) + " bytes in all)"
}

// word is a code, a country or another short field of a log, clean and not too long.
func word(s string) string { return Clean(shortened(s)) }

// lines is text for several lines.
func (r *redactor) lines(s string) string {
	list := strings.Split(CleanLines(s), "\n")
	for i := range list {
		list[i] = r.text(list[i])
	}
	return strings.Join(list, "\n")
}

func (r *redactor) all(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = r.text(s)
	}
	return out
}

var (
	emailPattern   = pattern(`[^\s@<>"'(),;:\[\]]+@[^\s@<>"'(),;:\[\]]+[^\s@<>"'(),;:.\[\]?!]`)
	addressPattern = pattern(`(?i)(?:\b[a-z][a-z0-9+.-]*://|\bwww\.)[^\s<>"']*[^\s<>"'.,;:)?!\]]|[\pL\pN](?:[\pL\pN-]*[\pL\pN])?(?:\.[\pL\pN](?:[\pL\pN-]*[\pL\pN])?)+\b(?::\d+)?(?:/[^\s<>"']*[^\s<>"'.,;:)?!\]])?`)
	// Dates and times come first in the alternation, so that they are taken whole and left.
	phonePattern = pattern(`\b\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)?\b|\b\d{1,2}[-/.]\d{1,2}[-/.]\d{4}\b(?: \d{1,2}:\d{2})?|[+＋]?[(\[]?\p{Nd}(?:[\s\x{a0}()\[\].\-/_‐‑‒–—・·]{0,3}\p{Nd})*`)
)

func (r *redactor) email(s string) string {
	key := strings.ToLower(s)
	l, ok := r.emails[key]
	if !ok {
		l = "[e-mail " + strconv.Itoa(len(r.emails)+1) + "]"
		r.emails[key] = l
		r.out.put(l, s)
	}
	r.took("e-mail", key)
	return l
}

// fileEndings are endings of file names that are top-level domains as well.
var fileEndings = map[string]bool{"zip": true, "md": true, "sh": true, "py": true, "rs": true, "pl": true, "ps": true, "so": true, "cc": true}

// reservedTLD are the top-level domains that no registry has (RFC 2606, RFC
// 6762, and what firms use inside).
var reservedTLD = map[string]bool{"example": true, "test": true, "invalid": true, "localhost": true, "local": true,
	"internal": true, "intranet": true, "corp": true, "lan": true, "home": true}

func (r *redactor) address(s string) string {
	lower := strings.ToLower(s)
	if !strings.Contains(lower, "://") && !strings.HasPrefix(lower, "www.") {
		host, path, _ := strings.Cut(lower, "/")
		host, _, _ = strings.Cut(host, ":")
		top := host[strings.LastIndexByte(host, '.')+1:]
		_, icann := publicsuffix.PublicSuffix(host)
		if !reservedTLD[top] && (!icann || path == "" && fileEndings[top]) {
			return s
		}
	}
	for _, l := range r.literals {
		if l.kind == "firm" && strings.Contains(lower, l.text) {
			r.out.put(l.label, l.text)
			r.took("firm", l.label)
			return l.label
		}
	}
	r.took("web address", lower)
	return "[web address]"
}

// knownLiterals takes out names and addresses of the case, in any case, where
// they stand as words of their own.
func (r *redactor) knownLiterals(s string) string {
	for _, l := range r.literals {
		lower := strings.ToLower(s)
		if len(lower) != len(s) { // a letter whose cases differ in length: compare without its help
			lower = strings.Map(func(c rune) rune {
				if n := unicode.ToLower(c); utf8.RuneLen(n) == utf8.RuneLen(c) {
					return n
				}
				return c
			}, s)
		}
		var b strings.Builder
		for from := 0; ; {
			i := strings.Index(lower[from:], l.text)
			if i < 0 {
				b.WriteString(s[from:])
				break
			}
			i += from
			end := i + len(l.text)
			before, _ := utf8.DecodeLastRuneInString(s[:i])
			after, _ := utf8.DecodeRuneInString(s[end:])
			b.WriteString(s[from:i])
			if wordRune(before) && i > 0 || wordRune(after) && end < len(s) {
				b.WriteString(s[i:end])
			} else {
				b.WriteString(l.label)
				r.out.put(l.label, l.text)
				r.took(l.kind, l.label)
			}
			from = end
		}
		s = b.String()
	}
	return s
}

func wordRune(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }

// phones takes out known numbers, wherever their digits stand, and unless
// knownOnly is set whatever else looks like a phone number.
func (r *redactor) phones(s string, knownOnly bool) string {
	var b strings.Builder
	from := 0
	for _, span := range phonePattern().FindAllStringIndex(s, -1) {
		match := s[span[0]:span[1]]
		d := asciiDigits(match)
		if len(d) < 6 {
			continue
		}
		replacement := ""
		if m, ok := r.knownIn(d); ok {
			if !strings.HasPrefix(s[span[0]:], "…") {
				replacement = r.label(m)
			}
		} else if !knownOnly && !r.inKept(s, span) && looksLikePhone(s, span, match, d) {
			replacement = "[phone number]"
			if n := number.Check(match, ""); n.Valid {
				replacement = r.label(number.ParseMSISDN([]byte(n.E164), ""))
			} else {
				r.took("number", d)
			}
		}
		if replacement == "" {
			continue
		}
		b.WriteString(s[from:span[0]])
		b.WriteString(replacement)
		from = span[1]
	}
	if from == 0 {
		return s
	}
	return b.String() + s[from:]
}

// knownIn finds a known number in a run of digits.
func (r *redactor) knownIn(d string) (number.MSISDN, bool) {
	for _, n := range r.lengths {
		for i := 0; i+n <= len(d); i++ {
			if m, ok := r.cores[d[i:i+n]]; ok {
				return m, true
			}
		}
	}
	return 0, false
}

// inKept says whether a match lies in a message id that stays.
func (r *redactor) inKept(s string, span []int) bool {
	start, end := span[0], span[1]
	isID := func(c byte) bool {
		return c == '-' || c == '_' || c == '.' || c == ':' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
	}
	for start > 0 && isID(s[start-1]) {
		start--
	}
	for end < len(s) && isID(s[end]) {
		end++
	}
	for word := range strings.FieldsSeq(s[start:end]) {
		word = strings.Trim(word, ".:-_")
		if r.keep[word] && strings.Contains(word, strings.TrimSpace(s[span[0]:span[1]])) {
			return true
		}
	}
	return false
}

var datePattern = pattern(`^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})(?:$|[T ])`)

// looksLikePhone says whether digits in free text may be somebody's number:
// seven to fifteen of them, no date, not the inside of a word or an id.
func looksLikePhone(s string, span []int, match, d string) bool {
	n := len(strings.TrimPrefix(d, "00"))
	if n < 7 || n > 15 || datePattern().MatchString(match) {
		return false
	}
	if strings.HasSuffix(s[:span[0]], "otpdoctor-") { // our own id of a report, which begins with a date
		return false
	}
	if before, _ := utf8.DecodeLastRuneInString(s[:span[0]]); span[0] > 0 && (unicode.IsLetter(before) || before == '_' || before == '#') {
		return false
	}
	if after, _ := utf8.DecodeRuneInString(s[span[1]:]); span[1] < len(s) && (unicode.IsLetter(after) || after == '_') {
		return false
	}
	return true
}

// asciiDigits are the digits of s in any script, as 0 to 9.
func asciiDigits(s string) string {
	var b strings.Builder
	for _, c := range s {
		switch {
		case c >= '0' && c <= '9':
			b.WriteRune(c)
		case c > 0x7f && unicode.Is(unicode.Nd, c):
			// The digits of each script stand together, from zero on.
			zero := c
			for unicode.Is(unicode.Nd, zero-1) && c-zero < 9 {
				zero--
			}
			b.WriteRune('0' + c - zero)
		}
	}
	return b.String()
}

// masked is what was taken out, as a count: "2 values in 9 places: 1 number, 1 firm".
func (r *redactor) masked() string {
	total := 0
	var parts []string
	for _, kind := range [][2]string{{"number", "numbers"}, {"firm", "firms"}, {"name", "names"}, {"e-mail", "e-mails"}, {"web address", "web addresses"}} {
		if n := len(r.values[kind[0]]); n > 0 {
			total += n
			parts = append(parts, tally.FormatNoun(n, kind[0], kind[1]))
		}
	}
	words := "nothing had to be masked"
	if total > 0 {
		words = fmt.Sprintf("%s in %s: %s", tally.FormatNoun(total, "value"), tally.FormatNoun(r.places, "place"), strings.Join(parts, ", "))
	}
	if r.out != nil {
		r.out.summary = words
	}
	return words
}

// forget sets the count of what was taken out back to nothing: getting to know
// the case has touched values that no report shows yet.
func (r *redactor) forget() {
	r.places, r.values = 0, map[string]map[string]bool{}
}

// pattern compiles when it is first asked for: most runs never are.
func pattern(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
