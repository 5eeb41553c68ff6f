package ticket

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// AnswerError says what is wrong with one of the agent's answers.
type AnswerError struct {
	ID     string // question id, or what stood in its place
	Reason string // what is wrong, to stand behind the id
	hint   string
}

func (e *AnswerError) Error() string { return e.ID + " " + e.Reason }

// Hint says what to write instead, or nothing.
func (e *AnswerError) Hint() string { return e.hint }

// ParseAnswers reads the agent's answers: a JSON object of texts by question id.
// Unknown ids, ids given twice, values that are not strings and times without a
// zone are an [AnswerError]; anything else that is wrong is an error of the JSON.
func ParseAnswers(r io.Reader) (map[string]string, error) {
	d := json.NewDecoder(r)
	d.UseNumber()
	start, err := d.Token()
	if err != nil {
		return nil, jsonError(err)
	}
	if start != json.Delim('{') {
		return nil, errors.New(`not a JSON object of answers, such as {"number_changed":"no"}`)
	}
	answers := map[string]string{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, jsonError(err)
		}
		id := key.(string)
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, jsonError(err)
		}
		if !slices.Contains(IDs[:], id) {
			return nil, unknownID(id)
		}
		if _, twice := answers[id]; twice {
			return nil, &AnswerError{ID: id, Reason: "is given twice"}
		}
		var text string
		if len(value) == 0 || value[0] != '"' || json.Unmarshal(value, &text) != nil {
			return nil, &AnswerError{ID: id, Reason: "is no text but " + jsonKind(value), hint: "write it in quotes, as in " + `"` + id + `":"no"`}
		}
		if err := CheckAnswer(id, text); err != nil {
			return nil, err
		}
		answers[id] = strings.TrimSpace(text)
	}
	if _, err := d.Token(); err != nil {
		return nil, jsonError(err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("something follows the object of answers")
	}
	return answers, nil
}

// CheckAnswer says whether a text can be the answer to a question; the error is
// an [AnswerError]. Only times can be wrong: one without a zone could be any of two dozen.
func CheckAnswer(id, text string) error {
	if !slices.Contains(IDs[:], id) {
		return unknownID(id)
	}
	text = strings.TrimSpace(text)
	if _, ok := leadingTime(text); ok || !looksLikeTime(text) {
		return nil
	}
	hint := "write it as 2026-03-03T08:10:00Z"
	if zone.MatchString(text) {
		return &AnswerError{ID: id, Reason: fmt.Sprintf("%q is not a time in RFC 3339", shortened(text)), hint: hint}
	}
	return &AnswerError{ID: id, Reason: fmt.Sprintf("%q has no time zone", shortened(text)), hint: hint}
}

func unknownID(id string) *AnswerError {
	return &AnswerError{ID: shortened(id), Reason: "is no question's id", hint: "the ids are " + strings.Join(IDs[:], ", ")}
}

func jsonError(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the JSON ends too early")
	}
	return fmt.Errorf("not JSON: %w", err)
}

func jsonKind(value []byte) string {
	switch {
	case len(value) == 0:
		return "nothing"
	case value[0] == '{':
		return "an object"
	case value[0] == '[':
		return "a list"
	case value[0] == 't' || value[0] == 'f':
		return "true or false without quotes"
	case value[0] == 'n':
		return "null"
	}
	return "a number"
}

func shortened(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:59]) + "…"
	}
	return s
}

// Words that a time is written with, besides figures.
var (
	zone     = regexp.MustCompile(`(?i)\d\s*(?:z|utc|gmt|[+-]\d{2}:?\d{2})$`)
	hasTime  = regexp.MustCompile(`\d{1,2}[:.h]\d{2}|\d\s*(?i:am|pm)\b|\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}`)
	timeWord = regexp.MustCompile(`(?i)^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*$|^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*$|^(?:at|am|pm|on|about|around|ca|approx|the|of|st|nd|rd|th|t|z|h|utc|gmt|today|yesterday)$`)
)

// looksLikeTime says whether a text is nothing but a moment, so that whoever
// wrote it meant one. "Every morning around 8:30" is more than that.
func looksLikeTime(text string) bool {
	if !hasTime.MatchString(text) {
		return false
	}
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
	for _, w := range words {
		if !timeWord.MatchString(w) {
			return false
		}
	}
	return true
}

// leadingTime reads a time in RFC 3339 at the beginning of a text.
func leadingTime(text string) (time.Time, bool) {
	word, _, _ := strings.Cut(strings.TrimSpace(text), " ")
	for _, s := range []string{strings.TrimSpace(text), strings.TrimRight(word, ",;.")} {
		if t, err := time.Parse(time.RFC3339, strings.ToUpper(s)); err == nil && t.Year() >= 1 {
			return t.UTC().Truncate(time.Millisecond), true
		}
	}
	return time.Time{}, false
}

// leadingWord is "yes", "no" or "unknown" where a text begins with that word, else "".
func leadingWord(text string) string {
	text = strings.ToLower(strings.TrimSpace(text))
	end := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
	rest := ""
	if end >= 0 {
		text, rest = text[:end], text[end:]
	}
	switch text {
	case "yes", "no", "unknown":
		// "No-one" and "no2" are other words.
		if rest == "" || !strings.ContainsAny(rest[:1], "-'0123456789_") {
			return text
		}
	}
	return ""
}
