package deliverylog

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Format is one shape of log that is known.
type Format struct {
	Name     string   // "twilio-csv"
	Provider string   // "twilio"; empty where the log may be anybody's
	Title    string   // for people
	Shape    string   // "CSV", "JSON", "CSV or JSON", "lines" …
	Columns  []string // what it is recognised by: all of these; a|b is either, a=b a column with that value
	Events   bool     // several rows a message
	Warnings []string // what no log of this format can say

	fields fields
	words  words
	tables bool     // it is only ever CSV …
	trees  bool     // … or only ever JSON
	exact  bool     // cells hold what they say, without what spreadsheets put around it
	flat   bool     // its rows are JSON objects of which finish wants no more than the fields
	alike  bool     // finish, and which times measure leaves a row, go by words and by which fields are empty, alone
	utc    bool     // times without a zone are UTC whatever --tz says
	short  bool     // times are YYMMDDhhmm, with seconds or not
	each   []string // arrays, one inside the other, whose elements are rows
	needs  []need
	lists  []name // each, compiled
	names  [roles][]name

	// split takes a line that is neither CSV nor JSON apart; nil for all others.
	// It gives false for a line of another kind.
	split func(t *tree, line []byte) bool
	// finish makes what the provider means of what stands there, after the
	// fields and the status word. errSkip leaves the row out.
	finish func(p *rows, r *Record) error
	// measure is for what follows from times and numbers of the row, behind finish.
	measure func(p *rows, r *Record) error
}

// role is what a field of a row says.
type role uint8

const (
	roleID role = iota
	roleTo
	roleFrom
	roleNetwork
	roleMCCMNC
	roleMCC
	roleMNC
	roleCountry
	roleProvider
	roleStatus
	roleCode
	roleText // what the provider says of the code or status in words
	roleSubmitted
	roleDone
	roleAt
	roleVerified
	roleDirection
	roleChannel
	roleLatency
	roleScope
	roleFormat
	roleReason
	roleSource
	roleExtra // what only this format has
	roleMore
	roleLineTime // when the line was logged, by the log around it
	roles
)

// fieldNames are our names of the fields, for --map and for errors.
var fieldNames = [roles]string{
	roleID: "message_id", roleTo: "to", roleFrom: "from", roleNetwork: "carrier", roleMCCMNC: "mccmnc",
	roleMCC: "mcc", roleMNC: "mnc", roleCountry: "country", roleProvider: "provider", roleStatus: "status",
	roleCode: "error_code", roleSubmitted: "submitted_at", roleDone: "delivered_at", roleAt: "updated_at",
	roleVerified: "verified_at", roleDirection: "direction", roleChannel: "channel", roleLatency: "latency_s",
}

// MapFields lists the fields that a column can be mapped to.
func MapFields() []string {
	var names []string
	for _, n := range fieldNames {
		if n != "" {
			names = append(names, n)
		}
	}
	return names
}

// fields say by which names a format knows what it has: alternatives with |
// between, the first that is there and not empty counts. a.b is member b of
// object a, a.0 the first element of array a, .b member b of the element that
// each stands at, and . that element itself.
type fields map[role]string

// words say what a status word means, by its plain form.
type words map[string]meaning

type meaning struct {
	state State
	rank  uint8
}

// Places in a provider's order. A provider with an order of its own has its own ranks.
const (
	rankWaiting = 1
	rankQueued  = 2
	rankSending = 3
	rankSent    = 4 // also any word that the provider's list lacks
	rankFinal   = 10
)

var (
	waiting   = meaning{Waiting, rankWaiting}
	queued    = meaning{Waiting, rankQueued}
	passing   = meaning{Passing, rankSent}
	delivered = meaning{Delivered, rankFinal}
	failed    = meaning{Failed, rankFinal}
	noReceipt = meaning{NoReceipt, rankFinal}
)

// name is a compiled alternative of a field.
type name struct {
	parts   []string // plain names or indexes
	plain   string   // all parts as one, for headers
	element bool     // looked up in the elements of each
}

// need is a compiled entry of Columns.
type need struct {
	text   string
	names  []name
	values []string // plain; empty: any
}

func compileName(s string) name {
	n := name{element: strings.HasPrefix(s, ".")}
	for _, part := range strings.Split(strings.TrimPrefix(s, "."), ".") {
		if p := plainName(part); p != "" {
			n.parts = append(n.parts, p)
			n.plain += p
		}
	}
	return n
}

func compileNames(s string) (names []name) {
	for alternative := range strings.SplitSeq(s, "|") {
		names = append(names, compileName(alternative))
	}
	return names
}

// compile makes the tables that reading uses.
func (f *Format) compile() *Format {
	for r, s := range f.fields {
		f.names[r] = compileNames(s)
	}
	for _, e := range f.each {
		f.lists = append(f.lists, compileName(e))
	}
	for _, c := range f.Columns {
		column, value, _ := strings.Cut(c, "=")
		n := need{text: shortNames(c), names: compileNames(column)}
		if value != "" {
			for v := range strings.SplitSeq(value, "|") {
				n.values = append(n.values, plainName(v))
			}
		}
		f.needs = append(f.needs, n)
	}
	return f
}

// shortNames cuts a list of alternatives to what people want to read.
func shortNames(s string) string {
	const most = 4
	names := slices.DeleteFunc(strings.Split(s, "|"), func(n string) bool {
		in, _, ok := strings.Cut(n, ".")
		return ok && slices.Contains(requestMembers, in)
	})
	if len(names) > most {
		return strings.Join(names[:most], "|") + "|…"
	}
	return strings.Join(names, "|")
}

// formats is the table of formats. A provider's come before the general ones,
// which take nearly anything; among those that fit, the one with more columns wins.
var formats = compileAll(
	&twilioCSV, &twilioREST, &twilioBulk, &twilioCallback, &twilioEvents, &twilioVerify, &twilioVerifyAttempts, &twilioVerification,
	&awsSNS, &awsUsage, &awsEvents, &awsPinpoint,
	&azureEvents, &azureLogs,
	&vonageReports, &vonageDLR, &vonageMessages,
	&sinchReports, &sinchBatch,
	&infobipReports,
	&messagebirdMessages, &messagebirdCallback,
	&plivoMessages, &plivoCallback,
	&telnyxWebhook, &telnyxMessage, &telnyxRecords,
	&bandwidthCallback, &bandwidthMessages,
	&kannelAccess, &jasminMessages, &smppReceipts,
	&otpdoctorCSV, &otpdoctorJSONL,
	&genericCSV, &genericJSONL,
)

func compileAll(list ...*Format) []*Format {
	for _, f := range list {
		f.compile()
	}
	return list
}

// Formats lists the known formats.
func Formats() []Format {
	list := make([]Format, len(formats))
	for i, f := range formats {
		list[i] = *f
		list[i].Columns = nil
		for _, n := range f.needs {
			list[i].Columns = append(list[i].Columns, n.text)
		}
	}
	return list
}

func (f *Format) general() bool {
	return f.Provider == "" && f != &otpdoctorCSV && f != &otpdoctorJSONL
}

// closer says whether f is to be taken before best, which may be nil: a provider's
// format before a general one, else the one that needs more.
func (f *Format) closer(best *Format) bool {
	return best == nil || best.general() && !f.general() || best.general() == f.general() && len(f.needs) > len(best.needs)
}

// find looks a name up from node n of t; 0 where it is not there.
func (nm *name) find(t *tree, n int32) int32 {
	for _, part := range nm.parts {
		if t.nodes[n].kind == arrayNode {
			i, err := strconv.Atoi(part)
			if err != nil {
				return 0
			}
			n = t.index(n, i)
		} else if t.nodes[n].kind == objectNode {
			n = t.member(n, part)
		} else {
			return 0
		}
		if n == 0 {
			return 0
		}
	}
	return n
}

// inTree says whether the object n has what is needed.
func (nd *need) inTree(t *tree, n int32) bool {
	for i := range nd.names {
		m := nd.names[i].find(t, n)
		if m == 0 {
			continue
		}
		if len(nd.values) == 0 {
			return true
		}
		for _, v := range nd.values {
			if sameName(t.nodes[m].text, v) {
				return true
			}
		}
	}
	return false
}

// fitsTree says whether object n is a row, or rows, of the format.
func (f *Format) fitsTree(t *tree, n int32) bool {
	for i := range f.needs {
		if !f.needs[i].inTree(t, n) {
			return false
		}
	}
	return len(f.needs) > 0
}

// header is the first row of a table.
type header struct {
	cells []string // as written, trimmed
	plain []string
	utc   []bool // the name says that its times are UTC

	digits bool // a name begins with a digit
}

func newHeader(cells [][]byte) *header {
	h := &header{}
	for _, c := range cells {
		s := strings.TrimSpace(Text(unwrapCell(c)))
		base, utc := s, false
		for _, suffix := range []string{"[UTC]", "(UTC)", "_UTC", " UTC", "[GMT]", "(GMT)", " GMT"} {
			if len(s) > len(suffix) && strings.EqualFold(s[len(s)-len(suffix):], suffix) {
				base, utc = s[:len(s)-len(suffix)], true
			}
		}
		h.cells = append(h.cells, s)
		plain := plainName(base)
		h.digits = h.digits || plain != "" && isDigit(plain[0])
		h.plain = append(h.plain, plain)
		h.utc = append(h.utc, utc)
	}
	return h
}

// column finds the first column of a name, -1 where there is none.
func (h *header) column(plain string) int {
	if plain == "" {
		return -1
	}
	for i, p := range h.plain {
		if p == plain {
			return i
		}
	}
	return -1
}

// mapped finds the column that --map names.
func (h *header) mapped(column string) int {
	for i, c := range h.cells {
		if c == column {
			return i
		}
	}
	for i, c := range h.cells {
		if strings.EqualFold(c, column) {
			return i
		}
	}
	return h.column(plainName(column))
}

// missing lists the needed columns that a header lacks. fields that --map
// gives count as there. Values that a column must have are not looked at.
func (f *Format) missing(h *header, o *Options) (list []string) {
	for _, nd := range f.needs {
		found := false
		for _, nm := range nd.names {
			if h.column(nm.plain) >= 0 {
				found = true
			}
		}
		if !found && f.general() {
			for field := range o.Map {
				for _, nm := range nd.names {
					found = found || plainName(field) == nm.plain
				}
			}
		}
		if !found {
			list = append(list, nd.text)
		}
	}
	return list
}

// Text gives bytes of a log as text. Bytes that are no UTF-8 are taken as
// Windows-1252, which is what Latin-1 files on the way through a spreadsheet are.
func Text(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	var s strings.Builder
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n <= 1 {
			r, n = windows1252(b[0]), 1
		}
		s.WriteRune(r)
		b = b[n:]
	}
	return s.String()
}
