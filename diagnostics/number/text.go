package number

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// text is a number as written, taken apart, before any numbering plan is asked.
type text struct {
	plus      bool
	digits    string // ASCII
	zero      int    // where in digits a (0) stood in brackets, or -1
	odd       bool   // some digits were not ASCII, or letters stand for digits
	marks     bool   // something was between or around the digits that is not as E.123 has it
	extension bool   // one was taken off
	hint      string // for what is no number: what it looks like
	err       string // an Err word
}

// maxText is the length from which on nothing can be a number; the library has the same.
const maxText = 250

// takeApart reads raw. What it accepts is what libphonenumber accepts, and
// beyond that: junk after the number, invisible and direction marks inside it,
// the decimal digits of all scripts, %2B for a plus, what spreadsheets make of
// a number (="+44…", 447700900187.0, 447,700,900,187).
func takeApart(raw string) text {
	if t, ok := plainText(raw); ok {
		return t
	}
	t := text{zero: -1}
	s := strings.TrimFunc(raw, func(r rune) bool { return unicode.IsSpace(r) || invisible(r) })
	t.marks = len(s) != len(raw)
	switch {
	case s == "":
		t.err = ErrNotANumber
		return t
	case len(s) > maxText:
		t.err = ErrTooLong
		return t
	}
	if scientific(s) {
		t.err, t.hint = ErrNotANumber, hintScientific
		return t
	}
	core := s
	if i := strings.IndexByte(core, '%'); i >= 0 && len(core) >= i+3 && countDigits(core[:i]) == 0 && strings.EqualFold(core[i:i+3], "%2b") {
		core = "+" + core[i+3:]
		t.marks = true
	}
	core, context := uri(core)
	start := strings.IndexFunc(core, func(r rune) bool { return isPlus(r) || unicode.Is(unicode.Nd, r) })
	if start < 0 {
		t.err = ErrNotANumber
		return t
	}
	core = core[start:]
	end := strings.LastIndexFunc(core, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || r == '#' })
	if end < 0 {
		t.err = ErrNotANumber
		return t
	}
	_, size := utf8.DecodeRuneInString(core[end:])
	if cut := core[end+size:]; strings.Count(cut, "*")+strings.Count(cut, "•") > 1 {
		t.err, t.hint = ErrNotANumber, hintMasked
		return t
	}
	core = core[:end+size]
	if context != "" && !strings.HasPrefix(core, "+") {
		core = context + core
	}
	if whole, ok := spreadsheet(core); ok {
		core = whole
		t.marks = true
	}
	if strings.ContainsFunc(core, mayStartExtension) {
		if m := extensionPattern().FindStringIndex(core); m != nil && countDigits(core[:m[0]]) >= 3 {
			core = strings.TrimRightFunc(core[:m[0]], unicode.IsSpace)
			t.extension = true
		}
	}
	t.marks = t.marks || len(core) != len(s) && !t.extension || start > 0
	t.read(core)
	if t.err == ErrNotANumber && strings.ContainsAny(core[1:], "+") {
		t.hint = hintSeveral
	}
	return t
}

const (
	hintScientific = "A spreadsheet has cut this number to a few digits. The rest is lost and cannot be guessed: ask for the number again."
	hintMasked     = "Part of the number is masked: ask for all of it."
	hintSeveral    = "This may be more than one number: check them one at a time."
)

// read takes digits and marks from a number without its wrapping.
func (t *text) read(s string) {
	letters, words, digits := 0, 0, make([]byte, 0, 32)
	masked := false
	last := rune(0)
	bad := false
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9':
			if r == '0' && last == '(' && t.zero < 0 && i+1 < len(s) && s[i+1] == ')' {
				t.zero = len(digits)
			}
			digits = append(digits, byte(r))
		case isPlus(r):
			if len(digits) > 0 {
				bad = true
			}
			t.odd = t.odd || r != '+'
			t.marks = t.marks || t.plus
			t.plus = true
		case r >= utf8.RuneSelf && unicode.Is(unicode.Nd, r):
			digits = append(digits, byte('0'+digitValue(r)))
			t.odd = true
		case r == ' ':
			if last == ' ' {
				t.marks = true
			}
		case r == '(' || r == ')':
			// those of a (0) belong to the zero
			zero := r == '(' && strings.HasPrefix(s[i:], "(0)") || r == ')' && t.zero == len(digits)-1 && t.zero >= 0
			t.marks = t.marks || !zero
		case separator(r) || invisible(r):
			t.marks = true
		case r == '*' || r == '•':
			t.marks = true
			masked = masked || r == last
		case r < utf8.RuneSelf && unicode.IsLetter(r):
			if len(digits) < 3 && r != 'x' && r != 'X' { // Brazil writes 0xx11 for any carrier's code
				bad = true
			}
			letters++
			if r != 'x' && r != 'X' {
				words++
			}
		default:
			bad = true
		}
		last = r
	}
	if masked || letters >= 3 && words == 0 {
		t.err, t.hint = ErrNotANumber, hintMasked
		return
	}
	if letters >= 3 && !bad {
		// A vanity number: the letters are keys of the telephone.
		digits = digits[:0]
		for _, r := range s {
			switch {
			case unicode.Is(unicode.Nd, r):
				digits = append(digits, byte('0'+digitValue(r)))
			case r < utf8.RuneSelf && unicode.IsLetter(r):
				digits = append(digits, "22233344455566677778889999"[unicode.ToUpper(r)-'A'])
			}
		}
		t.odd = true
	} else if letters > 0 {
		t.marks = true
	}
	switch {
	case bad, len(digits) < 2, len(digits) == 2 && (t.plus || len(s) > 2):
		t.err = ErrNotANumber
	}
	t.digits = string(digits)
}

// plainText is takeApart for what needs no second look: an optional plus,
// then digits, in groups with a space between or without.
func plainText(raw string) (text, bool) {
	t := text{zero: -1}
	s := raw
	if s != "" && s[0] == '+' {
		t.plus = true
		s = s[1:]
	}
	if len(s) < 4 || len(s) > 32 {
		return t, false
	}
	spaces := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
		case c == ' ' && i > 0 && i < len(s)-1 && s[i-1] != ' ':
			spaces++
		default:
			return t, false
		}
	}
	if spaces > 0 {
		s = strings.ReplaceAll(s, " ", "")
	}
	t.digits = s
	return t, len(s) > 3
}

func isPlus(r rune) bool { return r == '+' || r == '＋' }

// digitValue: the decimal digits of a script are ten in a row, from zero on.
func digitValue(r rune) int {
	if r < utf8.RuneSelf {
		return int(r - '0')
	}
	for _, t := range unicode.Nd.R16 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return int(r-rune(t.Lo)) % 10
		}
	}
	for _, t := range unicode.Nd.R32 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return int(r-rune(t.Lo)) % 10
		}
	}
	return 0
}

// separator tells what libphonenumber takes for punctuation within a number,
// and other spaces.
func separator(r rune) bool {
	if r < utf8.RuneSelf {
		return strings.IndexByte("-.[]/~\t", byte(r)) >= 0
	}
	switch r {
	case 0x2212, 0x30fc, 0xff0d, 0xff0e, 0xff0f, 0xff08, 0xff09, 0xff3b, 0xff3d, 0x2053, 0x223c, 0xff5e,
		0x00b7, 0x2027, 0x30fb: // and middle dots, as in 06·12·34
		return true
	}
	return r >= 0x2010 && r <= 0x2015 || unicode.Is(unicode.Zs, r)
}

// invisible tells the marks that come with text copied from chats, web pages
// and contact lists: zero width, direction, soft hyphen, variation selectors.
func invisible(r rune) bool {
	switch {
	case r == 0xad, r == 0x61c, r == 0x180e, r == 0xfeff,
		r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x206f, r >= 0xfe00 && r <= 0xfe0f:
		return true
	}
	return false
}

// uri takes the scheme and the parameters off a tel:, sip:, sms: or similar
// URI (RFC 3966) and gives the calling code of its phone-context.
func uri(s string) (rest, context string) {
	i := strings.IndexByte(s, ':')
	if i > 0 && strings.IndexFunc(s[:i], func(r rune) bool { return r > 'z' || !unicode.IsLetter(r) }) < 0 {
		s = strings.TrimLeft(s[i+1:], "/")
		if j := strings.IndexByte(s, '@'); j > 0 {
			s = s[:j]
		}
		if j := strings.IndexByte(s, '?'); j > 0 {
			s = s[:j]
		}
	}
	if j := strings.Index(s, ";phone-context="); j > 0 {
		context = s[j+len(";phone-context="):]
		s = s[:j]
		if k := strings.IndexByte(context, ';'); k >= 0 {
			context = context[:k]
		}
		if len(context) < 2 || context[0] != '+' || !allDigits(context[1:]) {
			context = ""
		}
	}
	if j := strings.Index(s, ";isub="); j > 0 {
		s = s[:j]
	}
	return s, context
}

// spreadsheet undoes what a number cell does to a number: .0 at its end, or a
// comma before each three digits.
func spreadsheet(s string) (string, bool) {
	sign := ""
	d := s
	if strings.HasPrefix(d, "+") {
		sign, d = "+", d[1:]
	}
	if whole, zeros, ok := strings.Cut(d, "."); ok && len(whole) >= 7 && allDigits(whole) && zeros != "" && strings.Trim(zeros, "0") == "" {
		return sign + whole, true
	}
	groups := strings.Split(d, ",")
	if len(groups) < 3 || len(groups[0]) > 3 || !allDigits(groups[0]) {
		return s, false
	}
	for _, g := range groups[1:] {
		if len(g) != 3 || !allDigits(g) {
			return s, false
		}
	}
	return sign + strings.Join(groups, ""), true
}

// scientific tells whether a spreadsheet has written the number as 4.47E+11.
func scientific(s string) bool {
	return strings.ContainsAny(s, "eE") && scientificPattern().MatchString(s)
}

var scientificPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[="' ]*[+-]?[0-9]([.,][0-9]+)?[eE]\+?[0-9]{1,2}["' ]*$`)
})

func mayStartExtension(r rune) bool {
	switch r {
	case ';', ',', '#', '~', 0xff03, 0xff5e:
		return true
	}
	return unicode.IsLetter(r)
}

func countDigits(s string) (n int) {
	for _, r := range s {
		if unicode.Is(unicode.Nd, r) {
			n++
		}
	}
	return n
}

// extensionPattern finds an extension at the end, in the ways that
// libphonenumber knows (PhoneNumberUtil.createExtnPattern).
var extensionPattern = sync.OnceValue(func() *regexp.Regexp {
	const (
		d     = `\p{Nd}`
		after = `[:\.．]?[ \x{a0}\t,-]*`
	)
	return regexp.MustCompile(`(?i)(?:` +
		`;ext=` + d + `{1,20}` +
		`|[ \x{a0}\t,]*(?:e?xt(?:ensi(?:o\x{301}?|ó))?n?|ｅ?ｘｔｎ?|доб|anexo)` + after + d + `{1,20}#?` +
		`|[ \x{a0}\t,]*(?:[xｘ#＃~～]|int|ｉｎｔ)` + after + d + `{1,9}#?` +
		`|[- ]+` + d + `{1,6}#` +
		`|[ \x{a0}\t]*(?:,{2}|;)` + after + d + `{1,15}#?` +
		`|[ \x{a0}\t]*,+` + after + d + `{1,9}#?` +
		`)$`)
})
