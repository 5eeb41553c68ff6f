package export

import (
	"context"
	"io"
	"strconv"
	"strings"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/tally"
)

// checkWriter writes checked numbers as JSON lines, one at a time and without
// allocating for each.
type checkWriter struct {
	w   io.Writer
	buf []byte
}

// newCheckWriter returns a writer of JSON lines. Give it a buffered w.
func newCheckWriter(w io.Writer) *checkWriter { return &checkWriter{w: w} }

// Write writes one line.
func (cw *checkWriter) Write(c *carrier.Checked) error {
	cw.buf = append(appendChecked(cw.buf[:0], c), '\n')
	_, err := cw.w.Write(cw.buf)
	return err
}

// appendChecked appends c as one JSON object. The input is given back as it was
// typed, its control characters escaped: whoever reads the JSON can match it with
// what was asked.
func appendChecked(dst []byte, c *carrier.Checked) []byte {
	str := func(key, s string) {
		dst = append(append(append(dst, ',', '"'), key...), '"', ':')
		dst = appendString(dst, s)
	}
	raw := func(key, s string) {
		dst = append(append(append(append(dst, ',', '"'), key...), '"', ':'), s...)
	}
	dst = appendString(append(dst, `{"input":`...), c.Input)
	raw("valid", strconv.FormatBool(c.Valid))
	str("e164", c.E164)
	str("country", c.Country)
	dst = strconv.AppendInt(append(dst, `,"calling_code":`...), int64(c.CallingCode), 10)
	str("national", c.National)
	str("type", c.Type.String())
	str("carrier", Clean(c.Carrier))
	str("carrier_source", string(c.CarrierSource))
	raw("portable", strconv.FormatBool(c.Portable))
	dst = appendStrings(append(dst, `,"time_zones":`...), c.TimeZones)
	dst = append(dst, `,"corrections":[`...)
	for i, x := range c.Corrections {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(append(dst, `{"kind":`...), string(x.Kind))
		dst = appendString(append(dst, `,"from":`...), x.From)
		dst = append(appendString(append(dst, `,"to":`...), x.To), '}')
	}
	dst = append(dst, ']')
	str("can_receive_sms", c.CanReceiveSMS)
	raw("reserved", strconv.FormatBool(c.Reserved))
	str("error", c.Error)
	dst = appendStrings(append(dst, `,"advice":`...), c.Advice)
	return append(dst, '}')
}

func checkJSON(w io.Writer, list []carrier.Checked) error {
	buf := []byte{'['}
	for i := range list {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = appendChecked(append(buf, '\n'), &list[i])
		if _, err := w.Write(buf); err != nil {
			return err
		}
		buf = buf[:0]
	}
	if len(list) > 0 {
		buf = append(buf, '\n')
	}
	_, err := w.Write(append(buf, "]\n"...))
	return err
}

// LineTypeWords says a line type to a person.
func LineTypeWords(t number.LineType) string {
	switch t {
	case number.Mobile:
		return "mobile"
	case number.FixedLine:
		return "landline"
	case number.FixedLineOrMobile:
		return "mobile or landline, the number cannot tell"
	case number.TollFree:
		return "toll-free number"
	case number.PremiumRate:
		return "premium-rate number"
	case number.SharedCost:
		return "shared-cost number"
	case number.VOIP:
		return "internet-phone number (VOIP)"
	case number.PersonalNumber:
		return "personal number that forwards elsewhere"
	case number.Pager:
		return "pager"
	case number.UAN:
		return "company number (UAN)"
	case number.Voicemail:
		return "voicemail number"
	}
	return "line type not known"
}

// SMSWords says whether a number can receive texts.
func SMSWords(c *carrier.Checked) string {
	switch c.CanReceiveSMS {
	case number.Yes:
		return "can receive texts"
	case number.No:
		return "cannot receive texts"
	case number.Unlikely:
		return "unlikely to receive texts"
	}
	return "may or may not receive texts"
}

// CarrierWords says who carries a number and how that is known.
func CarrierWords(name string, source carrier.Source, portable bool) string {
	switch {
	case name == "":
		return "not known"
	case source == carrier.Prefix && portable:
		return name + " by its prefix; numbers move between carriers here"
	case source == carrier.Prefix:
		return name + " by its prefix"
	case source == carrier.FromLookup:
		return name + " by the lookup"
	case source == carrier.FromLog:
		return name + " by the log"
	case source == carrier.FromAgent:
		return name + " by the caller"
	}
	return name
}

// CorrectionWords says what was wrong with a number as typed.
func CorrectionWords(c number.Correction, callingCode int) string {
	cc := "+" + strconv.Itoa(callingCode)
	switch c.Kind {
	case number.LeadingZero:
		prefix := trunkTyped(c)
		if prefix == "" {
			return "the prefix for calls within the country must go after " + cc
		}
		return "the " + prefix + " after " + cc + " must go"
	case number.MobilePrefix:
		return "the old prefix for mobiles must go"
	case number.CarrierCode:
		return "the carrier selection code must go"
	case number.MissingPlus:
		return "the + in front is missing"
	case number.InternationalPrefix:
		return "+ in place of the prefix for calls abroad"
	case number.MissingCountryCode:
		return "the country code " + cc + " is missing"
	case number.Punctuation:
		return "written with spaces or signs; only + and digits count"
	case number.OtherDigits:
		return "written with digits of another script"
	case number.ExtensionRemoved:
		return "the extension must go"
	}
	return string(c.Kind)
}

// trunkTyped is what stood between the country code and the number, where the
// two texts show it.
func trunkTyped(c number.Correction) string {
	from, to := digitsOf(c.From), digitsOf(c.To)
	from = strings.TrimPrefix(from, "00")
	extra := len(from) - len(to)
	if extra <= 0 || extra > 3 {
		return ""
	}
	for cc := 1; cc <= 3 && cc < len(to); cc++ {
		if strings.HasPrefix(from, to[:cc]) && from[cc+extra:] == to[cc:] {
			// +7 8 916…: the earliest split that fits is right unless the trunk
			// prefix repeats the country code's last digit, which reads the same.
			return from[cc : cc+extra]
		}
	}
	return ""
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// CheckErrorWords says why a text is no valid number.
func CheckErrorWords(word string) string {
	switch word {
	case number.ErrInvalidCountryCode:
		return "no country code"
	case number.ErrNotANumber:
		return "not a phone number"
	case number.ErrTooShort:
		return "too short"
	case number.ErrTooLong:
		return "too long"
	}
	return "no such number in this country"
}

func checkText(w io.Writer, list []carrier.Checked, o Options) error {
	t := newText(w, o)
	var totals carrier.Totals
	width := 16
	for i := range list {
		width = max(width, cells(Clean(list[i].Input))+3)
	}
	width = min(width, widestInput)
	for i := range list {
		if i > 0 {
			t.line("")
		}
		t.checked(&list[i], width)
		totals.Add(&list[i])
	}
	if len(list) > 1 {
		t.line("")
		t.wrap(checkTotals(totals))
	}
	return t.flush()
}

// widestInput is the widest column of inputs; a longer one is cut.
const widestInput = 28

func checkTotals(n carrier.Totals) string {
	return tally.FormatNoun(n.Numbers, "number") + ": " + tally.FormatCount(n.Right) + " right as typed, " + tally.FormatCount(n.Corrected) +
		" corrected, " + tally.FormatCount(n.NotValid) + " not valid. " + tally.FormatCount(n.CanReceive) + " can receive texts."
}

// checked writes one number: the verdict beside what was typed, then why.
func (t *text) checked(c *carrier.Checked, width int) {
	head := pad(cutEnd(Clean(c.Input), width-1), width)
	place := " (" + number.CountryName(c.Country) + ")"
	if c.Country == "001" || number.CountryName(c.Country) == "" {
		place = ""
	}
	row := func(label, value string) { t.labelled("   "+label, 17, value) }
	switch {
	case !c.Valid:
		t.line(head + t.bad("x not valid") + ": " + CheckErrorWords(c.Error))
	case len(c.Corrections) > 0:
		t.line(head + t.warn("!") + " corrected: " + c.International + place)
		for j, x := range c.Corrections {
			row([]string{"why", ""}[min(j, 1)], CorrectionWords(x, c.CallingCode))
		}
	default:
		t.line(head + t.sign("✓") + " valid: " + c.International + place)
	}
	if c.Valid {
		row("line", LineTypeWords(c.Type)+", "+SMSWords(c))
		if c.Carrier != "" {
			row("carrier", Clean(CarrierWords(c.Carrier, c.CarrierSource, c.Portable)))
		}
		if c.Reserved {
			row("reserved", "a number kept for drama and tests; nobody can have it")
		}
		if len(c.TimeZones) > 0 && c.TimeZones[0] != "Etc/Unknown" {
			row("time zone", strings.Join(c.TimeZones[:min(3, len(c.TimeZones))], ", ")+more(len(c.TimeZones)-3))
		}
	}
	next := "next"
	for _, a := range c.Advice {
		if likely, ok := strings.CutPrefix(a, "Perhaps "); ok {
			row("perhaps", Clean(strings.TrimSuffix(likely, ".")))
			continue
		}
		row(next, Clean(a))
		next = ""
	}
}

// CheckStream checks a raw number a line and writes each as it comes, in memory
// that does not grow with their number. See carrier.CheckStream.
func CheckStream(ctx context.Context, r io.Reader, region string, l *carrier.Lookup, w io.Writer, format string, o Options) error {
	switch format {
	case "jsonl":
		_, err := carrier.CheckStream(ctx, r, region, l, w, func(dst []byte, c *carrier.Checked) []byte {
			return append(appendChecked(dst, c), '\n')
		})
		return err
	case "json":
		list := &listWriter{w: w}
		_, err := carrier.CheckStream(ctx, r, region, l, list, func(dst []byte, c *carrier.Checked) []byte {
			return appendChecked(append(dst, ",\n"...), c)
		})
		if err != nil {
			return err
		}
		return list.close()
	case "text":
		totals, err := carrier.CheckStream(ctx, r, region, l, w, func(dst []byte, c *carrier.Checked) []byte {
			t := newText(nil, o)
			t.checked(c, widestInput)
			t.line("")
			return append(dst, t.string()...)
		})
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, checkTotals(totals)+"\n")
		return err
	}
	return unknown("check", format)
}

// listWriter makes a JSON array of elements that each come with a comma before them.
type listWriter struct {
	w     io.Writer
	begun bool
}

func (l *listWriter) Write(p []byte) (int, error) {
	if l.begun || len(p) == 0 {
		return l.w.Write(p)
	}
	l.begun = true
	if _, err := io.WriteString(l.w, "["); err != nil {
		return 0, err
	}
	n, err := l.w.Write(p[1:])
	return n + 1, err
}

func (l *listWriter) close() error {
	end := "\n]\n"
	if !l.begun {
		end = "[]\n"
	}
	_, err := io.WriteString(l.w, end)
	return err
}

func more(n int) string {
	if n <= 0 {
		return ""
	}
	return " and " + strconv.Itoa(n) + " more"
}
