package faq

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Fill puts words into a template:
//
//	{carrier}           the word, or its name where nobody knows it
//	{carrier|network}   the word, or "network"
//	[[ since {since}]]  left out whole where a word in it is not known
//	[[{reply}||We ...]] what stands behind || where one is not known
//
// The set's own words (product names, validity) stand in where words has none.
// They, and a stand-in such as "network", get a capital where a sentence begins;
// a name of the case is never respelled.
// Words come from outside: they are never read as a template, and a line break
// or control character in them is shown or made a space, so that a word cannot
// start a line of its own.
func (s *Set) Fill(template string, words map[string]string) string {
	var b strings.Builder
	for rest := template; rest != ""; {
		open := strings.Index(rest, "[[")
		if open < 0 {
			s.fillPart(&b, rest, words)
			break
		}
		s.fillPart(&b, rest[:open], words)
		rest = rest[open+2:]
		part := rest
		if end := strings.Index(rest, "]]"); end >= 0 {
			part, rest = rest[:end], rest[end+2:]
		} else {
			rest = ""
		}
		var opt strings.Builder
		part, other, _ := strings.Cut(part, "||")
		if s.fillPart(&opt, part, words) {
			b.WriteString(opt.String())
		} else {
			s.fillPart(&b, other, words)
		}
	}
	return b.String()
}

// fillPart reports whether every word was known.
func (s *Set) fillPart(b *strings.Builder, part string, words map[string]string) bool {
	known := true
	for part != "" {
		open := strings.IndexByte(part, '{')
		if open < 0 {
			b.WriteString(part)
			break
		}
		b.WriteString(part[:open])
		part = part[open:]
		end := strings.IndexByte(part, '}')
		if end < 0 {
			b.WriteString(part)
			break
		}
		name, fallback, has := strings.Cut(part[1:end], "|")
		part = part[end+1:]
		if word := oneLine(words[name]); word != "" {
			b.WriteString(word)
			continue
		}
		word := s.word(name, words)
		switch {
		case word != "":
		case has:
			word = fallback
		default:
			word, known = strings.ReplaceAll(name, "_", " "), false
		}
		if name != "carrier_full" && beginsSentence(b.String()) {
			word = capital(word)
		}
		b.WriteString(word)
	}
	return known
}

// word is a word that the case does not give.
func (s *Set) word(name string, words map[string]string) string {
	if w := s.Words[name]; w != "" {
		return w
	}
	switch {
	case name == "validity" && s.Validity > 0:
		return inWords(s.Validity)
	case name == "carrier_full":
		carrier, country := oneLine(words["carrier"]), oneLine(words["country_code"])
		if carrier == "" || country == "" || strings.HasSuffix(carrier, "("+country+")") {
			return carrier
		}
		return carrier + " (" + country + ")"
	}
	return ""
}

// CaseWords are the words that a case can fill in any set:
//
//	carrier       the carrier's name, "O2"
//	carrier_full  with its country, "O2 (GB)"; made of carrier and country_code where it is not given
//	country       the country's name, "United Kingdom"
//	country_code  "GB"
//	number        the user's number, "+44 7700 900187"
//	corrected     the number as it should be stored, where it was not
//	since         as it stands behind "since": "07:40 this morning", "3 March 07:40 UTC"
//	since_there   the same at the user's place
//	validity      how long a code can be used, "three minutes"
//	firm          the firm's name or URL
//	provider      the SMS provider
//	reply         what to tell the user of the cause that the walk has found (a walk fills it)
//	cause         that cause's title (a walk fills it)
//
// A set's own words, and those that an answer fills, come on top.
var CaseWords = []string{"carrier", "carrier_full", "country", "country_code", "number", "corrected", "since", "since_there",
	"validity", "firm", "provider", "reply", "cause"}

// oneLine makes text from outside fit for a sentence: line breaks and tabs become
// spaces, and what could move a cursor or reorder a line is shown, not passed on.
func oneLine(word string) string {
	if strings.IndexFunc(word, hidden) >= 0 {
		var b strings.Builder
		for _, r := range word {
			switch {
			case !hidden(r):
				b.WriteRune(r)
			case r == '\n', r == '\r', r == '\t', r == 0x2028, r == 0x2029:
				b.WriteByte(' ')
			case r < 0x20:
				b.WriteRune(0x2400 + r)
			default:
				fmt.Fprintf(&b, "[U+%04X]", r)
			}
		}
		word = b.String()
	}
	return strings.TrimSpace(word)
}

// hidden says whether a character is a control, or one of the format characters
// that reorder or hide text. Joiners stay: Arabic and Indic names need them.
func hidden(r rune) bool {
	return unicode.IsControl(r) || r == 0x2028 || r == 0x2029 || unicode.Is(unicode.Cf, r) && r != 0x200c && r != 0x200d
}

var small = [...]string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}

// inWords says a duration as it is read aloud: "three minutes", "90 seconds".
func inWords(d time.Duration) string {
	n, unit := int(d/time.Second), "second"
	switch {
	case d >= time.Hour && d%time.Hour == 0:
		n, unit = int(d/time.Hour), "hour"
	case d >= time.Minute && d%time.Minute == 0:
		n, unit = int(d/time.Minute), "minute"
	}
	if n != 1 {
		unit += "s"
	}
	if n < len(small) {
		return small[n] + " " + unit
	}
	return fmt.Sprintf("%d %s", n, unit)
}

// beginsSentence says whether what follows text is the first word of a sentence.
func beginsSentence(text string) bool {
	text = strings.TrimRight(text, " \n\"*_")
	return text == "" || strings.HasSuffix(text, ".") || strings.HasSuffix(text, "!") || strings.HasSuffix(text, "?")
}

func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 || unicode.IsUpper(r) {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}
