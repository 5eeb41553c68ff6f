package carrier

import (
	"strconv"
	"unicode"
	"unicode/utf8"

	"cli.otpdoctor/diagnostics/number"
)

// AppendJSON appends c as an object of check --format json, on one line,
// without a line end. Control characters, direction marks and whatever else
// cannot be seen are escaped, bytes that are no UTF-8 replaced.
func (c *Checked) AppendJSON(dst []byte) []byte {
	dst = appendString(append(dst, `{"input":`...), c.Input)
	dst = strconv.AppendBool(append(dst, `,"valid":`...), c.Valid)
	dst = appendString(append(dst, `,"e164":`...), c.E164)
	dst = appendString(append(dst, `,"country":`...), c.Country)
	dst = strconv.AppendInt(append(dst, `,"calling_code":`...), int64(c.CallingCode), 10)
	dst = appendString(append(dst, `,"national":`...), c.National)
	dst = appendString(append(dst, `,"type":`...), c.Type.String())
	dst = appendString(append(dst, `,"carrier":`...), c.Carrier)
	dst = appendString(append(dst, `,"carrier_source":`...), string(c.CarrierSource))
	dst = strconv.AppendBool(append(dst, `,"portable":`...), c.Portable)
	dst = appendStrings(append(dst, `,"time_zones":`...), c.TimeZones)
	dst = append(dst, `,"corrections":[`...)
	for i, f := range c.Corrections {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(append(dst, `{"kind":`...), string(f.Kind))
		dst = appendString(append(dst, `,"from":`...), f.From)
		dst = appendString(append(dst, `,"to":`...), f.To)
		dst = append(dst, '}')
	}
	dst = appendString(append(dst, `],"can_receive_sms":`...), c.CanReceiveSMS)
	dst = strconv.AppendBool(append(dst, `,"reserved":`...), c.Reserved)
	dst = appendString(append(dst, `,"error":`...), c.Error)
	dst = appendStrings(append(dst, `,"advice":`...), c.Advice)
	return append(dst, '}')
}

// MarshalJSON is AppendJSON.
func (c *Checked) MarshalJSON() ([]byte, error) { return c.AppendJSON(nil), nil }

func appendStrings(dst []byte, list []string) []byte {
	dst = append(dst, '[')
	for i, s := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(dst, s)
	}
	return append(dst, ']')
}

func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		b := s[i]
		if b >= ' ' && b < 0x7f && b != '"' && b != '\\' {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if b >= utf8.RuneSelf && unicode.IsPrint(r) && !(r == utf8.RuneError && size == 1) {
			i += size
			continue
		}
		dst = append(dst, s[start:i]...)
		i += size
		start = i
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == '\n':
			dst = append(dst, `\n`...)
		case r == '\t':
			dst = append(dst, `\t`...)
		case r > 0xffff:
			r -= 0x10000
			dst = appendEscape(appendEscape(dst, 0xd800+r>>10), 0xdc00+r&0x3ff)
		default:
			dst = appendEscape(dst, r)
		}
	}
	return append(append(dst, s[start:]...), '"')
}

func appendEscape(dst []byte, r rune) []byte {
	const hex = "0123456789abcdef"
	return append(dst, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}

// Totals counts checked numbers.
type Totals struct {
	Numbers    int64
	Right      int64 // valid and right as typed
	Corrected  int64 // valid after correction
	NotValid   int64
	CanReceive int64 // CanReceiveSMS is yes
}

// Add counts c.
func (t *Totals) Add(c *Checked) {
	t.Numbers++
	switch {
	case !c.Valid:
		t.NotValid++
	case len(c.Corrections) > 0:
		t.Corrected++
	default:
		t.Right++
	}
	if c.CanReceiveSMS == number.Yes {
		t.CanReceive++
	}
}

func (t *Totals) merge(o Totals) {
	t.Numbers += o.Numbers
	t.Right += o.Right
	t.Corrected += o.Corrected
	t.NotValid += o.NotValid
	t.CanReceive += o.CanReceive
}
