package carrier

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"cli.otpdoctor/diagnostics/number"
)

// Entry is what a lookup said of a number. Ported, Roaming and Reachable are
// number.Yes, number.No or number.Unknown.
type Entry struct {
	Carrier   string          // the present one, empty where not said
	Country   string          // ISO 3166 alpha-2, empty where not said
	Type      number.LineType // UnknownType where not said
	RawType   string          // the provider's own word, such as nonFixedVoip
	Ported    string
	Roaming   string
	Reachable string
	At        time.Time // UTC; zero where not said
	Provider  string    // twilio, telnyx, vonage, hlr, or empty
}

// Lookup holds the results of number lookups. A nil Lookup has none.
type Lookup struct {
	entries  map[number.MSISDN]Entry
	rejected int
}

// Rejected is how many records had no number or no result in them.
func (l *Lookup) Rejected() int { return l.rejected }

// Get gives the newest result for m.
func (l *Lookup) Get(m number.MSISDN) (Entry, bool) {
	if l == nil {
		return Entry{}, false
	}
	e, ok := l.entries[m]
	return e, ok
}

// ReadLookup reads the results of number lookups, recognised by content: the
// JSON of Twilio Lookup v2, Telnyx number lookup, Vonage Number Insight and
// HLR lookups (one object, an array, or an object a line), the same flattened
// to CSV, or any CSV or JSON with a number and a carrier or line type. What r
// gives must be unpacked. name stands in errors. A record that cannot be used
// is counted and left out; it is an error if none can.
func ReadLookup(name string, r io.Reader) (*Lookup, error) {
	l := &Lookup{entries: make(map[number.MSISDN]Entry)}
	in := bufio.NewReaderSize(r, 1<<16)
	if bom, _ := in.Peek(3); bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		in.Discard(3)
	}
	var first byte
	for {
		b, err := in.ReadByte()
		if err == io.EOF {
			return nil, fmt.Errorf("%s: the lookup file is empty", name)
		} else if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if !unicode.IsSpace(rune(b)) {
			in.UnreadByte()
			first = b
			break
		}
	}
	var err error
	if first == '{' || first == '[' {
		err = l.readJSON(in)
	} else {
		err = l.readCSV(in)
	}
	if err != nil {
		return nil, fmt.Errorf("%s:%w", name, err)
	}
	if len(l.entries) == 0 {
		return nil, fmt.Errorf("%s: no lookup results in it: none of %d records has a phone number and a carrier or line type", name, l.rejected)
	}
	return l, nil
}

// record is one result, flat: keys without case and marks, "line_type_intelligence"
// and in it "type" joined to "linetypeintelligencetype".
type record map[string]string

func (l *Lookup) add(rec record) {
	text, e := rec.entry()
	m := number.ParseMSISDN([]byte(text), "")
	if m == 0 || m.IsOdd() || e.Carrier == "" && e.Type == number.UnknownType && e.RawType == "" &&
		e.Ported == number.Unknown && e.Roaming == number.Unknown && e.Reachable == number.Unknown {
		l.rejected++
		return
	}
	if old, ok := l.entries[m]; !ok || !e.At.Before(old.At) {
		l.entries[m] = e
	}
}

// readJSON reads values one after the other; the records of an array, or of a
// list within an object, are read one by one. A broken line is left out where
// every record has its own line.
func (l *Lookup) readJSON(in *bufio.Reader) error {
	counted := &lineCounter{r: in}
	dec := json.NewDecoder(counted)
	dec.UseNumber()
	for {
		var v any
		err := dec.Decode(&v)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			var syntax *json.SyntaxError
			if errors.As(err, &syntax) || errors.Is(err, io.ErrUnexpectedEOF) {
				rest := bufio.NewReader(io.MultiReader(dec.Buffered(), counted))
				line := 1 + counted.before(dec.InputOffset())
				if len(l.entries)+l.rejected == 0 {
					return fmt.Errorf("%d: not JSON: %w", line, err)
				}
				return l.readLines(rest)
			}
			return fmt.Errorf(" %w", err)
		}
		l.addValue(v)
	}
}

// readLines reads a record a line and leaves out what is none.
func (l *Lookup) readLines(in *bufio.Reader) error {
	for {
		line, err := in.ReadBytes('\n')
		if line = bytes.TrimSpace(line); len(line) > 0 {
			dec := json.NewDecoder(bytes.NewReader(line))
			dec.UseNumber()
			var v any
			if dec.Decode(&v) == nil {
				l.addValue(v)
			} else {
				l.rejected++
			}
		}
		if err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf(" %w", err)
		}
	}
}

// lineCounter remembers where lines end, for errors.
type lineCounter struct {
	r    io.Reader
	ends []int64
	n    int64
}

func (c *lineCounter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	for i, b := range p[:n] {
		if b == '\n' && len(c.ends) < 1<<20 {
			c.ends = append(c.ends, c.n+int64(i))
		}
	}
	c.n += int64(n)
	return n, err
}

func (c *lineCounter) before(offset int64) int {
	i, _ := slices.BinarySearch(c.ends, offset)
	return i
}

// addValue adds an object, or the objects of an array or of an envelope such
// as Telnyx's data.
func (l *Lookup) addValue(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			l.addValue(e)
		}
	case map[string]any:
		rec := make(record)
		rec.flatten("", v, 0)
		if text, _ := rec.entry(); text != "" {
			l.add(rec)
			return
		}
		inside := false
		for _, key := range slices.Sorted(maps.Keys(v)) {
			switch e := v[key].(type) {
			case map[string]any, []any:
				inside = true
				// {"+4477…": {"carrier": …}}
				if m, ok := e.(map[string]any); ok && number.Check(key, "").Valid {
					m["number"] = key
				}
				l.addValue(e)
			}
		}
		if !inside {
			l.rejected++
		}
	default:
		l.rejected++
	}
}

func (rec record) flatten(prefix string, v map[string]any, depth int) {
	for k, e := range v {
		key := prefix + Fold(k)
		switch e := e.(type) {
		case map[string]any:
			if depth < 4 && !(depth == 0 && key == "data") {
				rec.flatten(key, e, depth+1)
			}
		case string:
			rec[key] = e
		case json.Number:
			rec[key] = e.String()
		case bool:
			rec[key] = fmt.Sprint(e)
		}
	}
}

func (l *Lookup) readCSV(in *bufio.Reader) error {
	head, _ := in.Peek(1 << 12)
	if i := bytes.IndexByte(head, '\n'); i >= 0 {
		head = head[:i]
	}
	r := csv.NewReader(in)
	r.LazyQuotes, r.FieldsPerRecord, r.ReuseRecord = true, -1, true
	for _, comma := range ";\t|" {
		if bytes.Count(head, []byte(string(comma))) > bytes.Count(head, []byte(string(r.Comma))) {
			r.Comma = comma
		}
	}
	var columns []string
	for {
		row, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			var parse *csv.ParseError
			if !errors.As(err, &parse) {
				return fmt.Errorf(" %w", err)
			}
			l.rejected++
			continue
		}
		if columns == nil {
			rec := make(record)
			for _, name := range row {
				columns = append(columns, Fold(name))
				rec[Fold(name)] = "x"
			}
			if text, _ := rec.entry(); text == "" {
				return fmt.Errorf("1: no column for the phone number among %s", strings.Join(row, ", "))
			}
			continue
		}
		rec := make(record, len(row))
		for i, cell := range row {
			if i < len(columns) {
				rec[columns[i]] = cell
			}
		}
		l.add(rec)
	}
}

// first gives the first of keys that has a value.
func (rec record) first(keys ...string) string {
	for _, k := range keys {
		if v := strings.TrimSpace(rec[k]); v != "" && !strings.EqualFold(v, "null") {
			return v
		}
	}
	return ""
}

func (rec record) has(keys ...string) bool {
	return slices.ContainsFunc(keys, func(k string) bool { _, ok := rec[k]; return ok })
}

// entry reads a record by the fields of the provider that it must be from.
// text is its number as written, empty where it has none.
func (rec record) entry() (text string, e Entry) {
	var carrier, kind, ported, roaming, reachable, code string
	switch {
	// https://www.twilio.com/docs/lookup/v2-api
	case rec.has("linetypeintelligencetype", "linetypeintelligencecarriername", "liveactivityconnectivity", "linetypeintelligence") ||
		rec.has("callingcountrycode") && rec.has("phonenumber"):
		e.Provider = "twilio"
		text, e.Country = rec.first("phonenumber"), rec.first("countrycode")
		carrier, kind = rec.first("linetypeintelligencecarriername"), rec.first("linetypeintelligencetype")
		code = rec.first("linetypeintelligencemobilecountrycode") + "-" + rec.first("linetypeintelligencemobilenetworkcode")
		ported, roaming, reachable = rec.first("liveactivityported"), rec.first("liveactivityroaming"), rec.first("liveactivityconnectivity")
		if now := rec.first("liveactivityportedcarriername", "liveactivityportedcarrier"); now != "" && yesNo(ported) == number.Yes {
			carrier = now
		}
		if carrier == "" {
			carrier = rec.first("liveactivityoriginalcarriername")
		}
	// https://developers.telnyx.com/docs/identity/number-lookup
	case rec.has("carriernormalizedcarrier", "portabilityportedstatus", "portabilitylrn") || rec["recordtype"] == "number_lookup":
		e.Provider = "telnyx"
		text, e.Country = rec.first("phonenumber"), rec.first("countrycode")
		carrier, kind = rec.first("carriernormalizedcarrier", "carriername", "portabilityspidcarriername"), rec.first("carriertype", "portabilityspidcarriertype", "portabilitylinetype")
		code = rec.first("carriermobilecountrycode") + "-" + rec.first("carriermobilenetworkcode")
		ported = rec.first("portabilityportedstatus")
	// https://developer.vonage.com/en/api/number-insight
	// and, its successor, https://developer.vonage.com/en/identity-insights/overview
	case rec.has("internationalformatnumber", "insightsformatnumberinternational"):
		e.Provider = "vonage"
		text = rec.first("internationalformatnumber", "insightsformatnumberinternational")
		e.Country = rec.first("currentcarriercountry", "insightscurrentcarriercountrycode", "countrycode", "insightsformatcountrycode")
		carrier = rec.first("currentcarriername", "insightscurrentcarriername", "insightsoriginalcarriername")
		kind = rec.first("currentcarriernetworktype", "insightscurrentcarriernetworktype", "insightsoriginalcarriernetworktype")
		code = rec.first("currentcarriernetworkcode", "insightscurrentcarriernetworkcode")
		ported, roaming, reachable = rec.first("ported"), rec.first("roamingstatus", "roaming"), rec.first("reachable")
	// https://www.hlr-lookups.com/en/api-docs and https://www.infobip.com/docs/number-lookup
	case rec.has("connectivitystatus", "originalnetworkname", "originalnetworkdetailsname", "originalnetworknetworkname", "isported", "portednetworkname"):
		e.Provider = "hlr"
		text = rec.first("msisdn", "number", "phonenumber", "detectedtelephonenumber", "to")
		ported, roaming = rec.first("isported", "ported"), rec.first("isroaming", "roaming")
		reachable = rec.first("connectivitystatus", "status", "statusgroupname")
		original := rec.first("originalnetworkname", "originalnetworkdetailsname", "originalnetworknetworkname")
		now := rec.first("portednetworkname", "portednetworkdetailsname", "portednetworknetworkname", "currentnetworkname", "networkname")
		if carrier = original; now != "" && (yesNo(ported) != number.No || original == "") {
			carrier = now
		}
		e.Country = rec.first("portedcountrycode", "originalcountrycode", "originalnetworkdetailscountrycode", "countrycode")
		code = rec.first("mccmnc")
		if code == "" {
			code = rec.first("mcc") + "-" + rec.first("mnc")
		}
		kind = rec.first("numbertype", "linetype", "type")
		// Who answers to a query of the home register has a mobile subscription.
		if kind == "" && yesNo(reachable) == number.Yes {
			kind = "mobile"
		}
	default:
		text = rec.first("number", "phone", "phonenumber", "msisdn", "e164", "to", "recipient", "mobile", "mobilenumber",
			"telephone", "tel", "destination", "cleansedphonenumbere164", "input")
		carrier = rec.first("carrier", "carriername", "currentcarrier", "network", "networkname", "operator", "operatorname", "mobilenetwork",
			"networkoperator", "linecarrier")
		kind = rec.first("linetype", "type", "numbertype", "phonetype", "carriertype", "networktype")
		ported, roaming = rec.first("ported", "isported", "portedstatus", "carrierported", "lineported"), rec.first("roaming", "isroaming")
		reachable = rec.first("reachable", "connectivity", "isreachable", "status", "active")
		e.Country = rec.first("country", "countrycode", "iso", "isocountry", "countryiso", "countryiso2", "countrycodeiso2", "region")
		code = rec.first("mccmnc", "networkcode", "hni", "plmn")
		if code == "" {
			code = rec.first("mcc", "mobilecountrycode", "carriermobilecountrycode", "linemobilecountrycode") + "-" +
				rec.first("mnc", "mobilenetworkcode", "carriermobilenetworkcode", "linemobilenetworkcode")
		}
		if allDigits(carrier) { // a network by its code
			carrier, code = "", carrier
		}
	}
	if e.Country = strings.ToUpper(e.Country); len(e.Country) != 2 || number.CountryName(e.Country) == e.Country {
		e.Country = ""
	}
	if name, cc, ok := ByMCCMNC(code, e.Country); ok {
		carrier, e.Country = cmp.Or(carrier, name), cmp.Or(e.Country, cc)
	}
	if !strings.EqualFold(carrier, "unknown") {
		e.Carrier = carrier
	}
	e.RawType, e.Type = kind, lineTypes[Fold(kind)]
	e.Ported, e.Roaming, e.Reachable = yesNo(ported), yesNo(roaming), yesNo(reachable)
	e.At = when(rec.first("timestamp", "at", "date", "lookedupat", "lookupdate", "checkedat", "queriedat", "updatedat", "createdat", "processedat", "time"))
	return text, e
}

// lineTypes maps the words of all providers, folded.
var lineTypes = map[string]number.LineType{
	"landline": number.FixedLine, "fixedline": number.FixedLine, "fixed": number.FixedLine, "wireline": number.FixedLine,
	"mobile": number.Mobile, "wireless": number.Mobile, "cellular": number.Mobile, "cell": number.Mobile, "gsm": number.Mobile,
	"fixedvoip": number.VOIP, "nonfixedvoip": number.VOIP, "voip": number.VOIP, "virtual": number.VOIP,
	"fixedlineormobile": number.FixedLineOrMobile, "landlineormobile": number.FixedLineOrMobile,
	"tollfree": number.TollFree, "landlinetollfree": number.TollFree, "freephone": number.TollFree,
	"premium": number.PremiumRate, "premiumrate": number.PremiumRate, "landlinepremium": number.PremiumRate,
	"sharedcost": number.SharedCost, "personal": number.PersonalNumber, "personalnumber": number.PersonalNumber,
	"pager": number.Pager, "uan": number.UAN, "voicemail": number.Voicemail,
}

// yesNo maps the words for ported, roaming and reachable. What is assumed or
// could not be found out is unknown: it is no evidence.
func yesNo(word string) string {
	switch Fold(word) {
	case "yes", "y", "true", "1", "ported", "roaming", "reachable", "connected", "active", "delivered", "ok":
		return number.Yes
	case "no", "n", "false", "0", "notported", "notroaming", "unreachable", "notreachable", "undeliverable", "absent", "disconnected",
		"inactive", "invalidmsisdn", "badnumber", "dead":
		return number.No
	}
	return number.Unknown
}

// when reads the times that providers and spreadsheets write; zero where it cannot.
func when(s string) time.Time {
	for _, layout := range [...]string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05-0700",
		"2006-01-02T15:04:05-0700", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	if allDigits(s) && (len(s) == 10 || len(s) == 13) {
		n, _ := strconv.ParseInt(s, 10, 64)
		if len(s) == 10 {
			n *= 1000
		}
		return time.UnixMilli(n).UTC()
	}
	return time.Time{}
}
